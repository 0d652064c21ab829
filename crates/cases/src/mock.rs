//! Mocks: what the receivers of a case expect, and what they answer.

mod answers;
mod expect;
mod sheet;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue};

pub(crate) use answers::Answers;
pub(crate) use expect::{body, headers};
use sheet::MockSheet;
pub(crate) use sheet::{CallSheet, Fault, MailSheet};

use crate::case::{self, BodyFile, Unreadable};

/// A receiver of a case.
#[derive(Clone, Debug)]
pub(crate) struct Mock {
    /// The channel, or the receiver participant, that it answers.
    pub(crate) name: String,
    /// The service's metadata, for OData.
    pub(crate) metadata: Option<Vec<u8>>,
    /// Calls that are expected, in order.
    pub(crate) calls: Vec<Call>,
    /// Mails that are expected, in order.
    pub(crate) mails: Vec<ExpectedMail>,
}

/// A call that is expected, and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) sheet: CallSheet,
    /// What the request has as body.
    pub(crate) expected: Option<BodyFile>,
    /// What is answered.
    pub(crate) answer: Option<BodyFile>,
}

/// A mail that is expected.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedMail {
    pub(crate) sheet: MailSheet,
    /// The text of the mail.
    pub(crate) text: Option<BodyFile>,
}

/// Reads the mocks of a case, by name. Without the folder there are none.
pub(crate) fn read(folder: &Path) -> Result<Vec<Mock>, Unreadable> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = case::files(folder)?;
    let (sheets, bodies): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    let mut used = BTreeSet::new();
    let mut mocks = Vec::new();
    for file in sheets {
        mocks.push(of_sheet(&file, folder, &mut used)?);
    }
    for file in bodies.into_iter().filter(|file| !used.contains(file)) {
        let name = stem(&file);
        if mocks.iter().any(|mock| mock.name == name) {
            let message = format!("no call names this file: name it in {name}.toml, or remove it");
            return Err(Unreadable::new(&file, message));
        }
        mocks.push(of_answer(name, &file)?);
    }
    mocks.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(mocks)
}

/// A file that is no sheet is the answer to the only call of the channel with its name.
fn of_answer(name: String, file: &Path) -> Result<Mock, Unreadable> {
    let answer = BodyFile {
        file: file.to_owned(),
        bytes: case::read(file)?,
    };
    Ok(Mock {
        name,
        metadata: None,
        calls: vec![Call {
            sheet: CallSheet::default(),
            expected: None,
            answer: Some(answer),
        }],
        mails: Vec::new(),
    })
}

fn of_sheet(file: &Path, folder: &Path, used: &mut BTreeSet<PathBuf>) -> Result<Mock, Unreadable> {
    let sheet: MockSheet = case::toml_file(file)?.unwrap_or_default();
    let mut bodies = Bodies {
        sheet: file,
        folder,
        used,
    };
    let mut calls = Vec::new();
    for sheet in sheet.call {
        check(&sheet).map_err(|message| Unreadable::new(file, message))?;
        let (request, response) = (&sheet.request, &sheet.response);
        calls.push(Call {
            expected: bodies.get(request.body.as_deref(), request.file.as_deref())?,
            answer: bodies.get(response.body.as_deref(), response.file.as_deref())?,
            sheet,
        });
    }
    let mut mails = Vec::new();
    for sheet in sheet.mail {
        let text = bodies.get(sheet.body.as_deref(), sheet.file.as_deref())?;
        mails.push(ExpectedMail { sheet, text });
    }
    let metadata = bodies.get(None, sheet.metadata.as_deref())?;
    Ok(Mock {
        name: sheet.channel.unwrap_or_else(|| stem(file)),
        metadata: metadata.map(|metadata| metadata.bytes),
        calls,
        mails,
    })
}

/// What can be no answer.
fn check(call: &CallSheet) -> Result<(), String> {
    let response = &call.response;
    if let Some(status) = response
        .status
        .filter(|status| !(200..=599).contains(status))
    {
        return Err(format!("status = {status} is none from 200 to 599"));
    }
    for (name, value) in &response.headers {
        if name.parse::<HeaderName>().is_err() || HeaderValue::from_str(value).is_err() {
            return Err(format!("{name:?} = {value:?} cannot be a header"));
        }
    }
    Ok(())
}

/// Where the bodies of a sheet are.
struct Bodies<'a> {
    sheet: &'a Path,
    folder: &'a Path,
    /// Files that were named.
    used: &'a mut BTreeSet<PathBuf>,
}

impl Bodies<'_> {
    /// A body that stands in the sheet or in a file beside.
    fn get(
        &mut self,
        body: Option<&str>,
        file: Option<&Path>,
    ) -> Result<Option<BodyFile>, Unreadable> {
        match (body, file) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                let message = "a body stands in the sheet or in a file, not in both";
                Err(Unreadable::new(self.sheet, message))
            }
            (Some(body), None) => Ok(Some(BodyFile {
                file: self.sheet.to_owned(),
                bytes: body.as_bytes().to_vec(),
            })),
            (None, Some(name)) => {
                let file = self.folder.join(name);
                let bytes = case::read(&file)?;
                self.used.insert(file.clone());
                Ok(Some(BodyFile { file, bytes }))
            }
        }
    }
}

fn stem(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_lone_body_is_the_answer_to_one_call() {
        let folder = folder(&[
            ("ERP.json", "{}"),
            (
                "Shop.toml",
                "channel = \"Shop/1\"\n[[call]]\nrequest.path = \"/a\"\nresponse.file = \"a.xml\"\n",
            ),
            ("a.xml", "<a/>"),
        ]);
        let mocks = read(folder.path()).unwrap();
        let names: Vec<_> = mocks.iter().map(|mock| mock.name.as_str()).collect();
        assert_eq!(names, ["ERP", "Shop/1"]);
        let answer = |mock: &Mock| mock.calls[0].answer.clone().unwrap().bytes;
        assert_eq!(answer(&mocks[0]), b"{}");
        assert_eq!(answer(&mocks[1]), b"<a/>");
        assert!(read(&folder.path().join("none")).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let cases: [(&[(&str, &str)], &str); 7] = [
            (
                &[("A.toml", "[[call]]\nrequest.file = \"none.json\"\n")],
                "none.json: ",
            ),
            (
                &[(
                    "A.toml",
                    "[[call]]\nresponse.file = \"a\"\nresponse.body = \"a\"\n",
                )],
                "not in both",
            ),
            (
                &[("A.toml", "[[call]]\nresponse.status = 99\n")],
                "status = 99",
            ),
            (
                &[("A.toml", "[[call]]\nresponse.headers.\"a b\" = \"\"\n")],
                "\"a b\"",
            ),
            (&[("A.toml", "[[calls]]\n")], "unknown field `calls`"),
            (&[("A.toml", "[[call]]\nfail = \"perhaps\"\n")], "line 2"),
            (
                &[("A.toml", ""), ("A.json", "{}")],
                "A.json: no call names this file",
            ),
        ];
        for (files, message) in cases {
            let folder = folder(files);
            let error = read(folder.path()).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
