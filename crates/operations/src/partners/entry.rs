//! Entries of the partner directory as they are asked for, and what they may look like.

use lockgate_core::input::FieldErrors;
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::partners::EntryKind;

/// What the content of a parameter may be.
const CONTENTS: [&str; 9] = [
    "xml", "xsl", "xsd", "json", "text", "zip", "gz", "zlib", "crt",
];

/// An entry to be written.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A parameter that is text.
    Text {
        /// The partner.
        pid: String,
        /// The parameter.
        id: String,
        /// Its value.
        value: String,
    },
    /// A parameter that is bytes.
    Binary {
        /// The partner.
        pid: String,
        /// The parameter.
        id: String,
        /// What the bytes are, such as `xsl` or `xml;encoding=UTF-8`; absent to leave it as it is.
        content_type: Option<String>,
        /// Its value.
        value: Vec<u8>,
    },
    /// A user and a password.
    Credential {
        /// The partner.
        pid: String,
        /// The parameter.
        id: String,
        /// The user.
        user: String,
        /// The password.
        password: Secret<String>,
    },
    /// Another name of a partner.
    Name {
        /// Who calls the partner so.
        agency: String,
        /// In which way of naming.
        scheme: String,
        /// The name.
        id: String,
        /// The partner.
        pid: String,
    },
    /// A user who may send in the name of a partner.
    User {
        /// The user, whose case does not matter.
        name: String,
        /// The partner.
        pid: String,
    },
}

/// Which entry is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKey {
    /// A parameter.
    Parameter {
        /// Text, bytes or a credential.
        kind: EntryKind,
        /// The partner.
        pid: String,
        /// The parameter.
        id: String,
    },
    /// Another name of a partner.
    Name {
        /// Who calls the partner so.
        agency: String,
        /// In which way of naming.
        scheme: String,
        /// The name.
        id: String,
    },
    /// A user.
    User(String),
}

impl Entry {
    /// Which entry it is.
    #[must_use]
    pub fn key(&self) -> EntryKey {
        let parameter = |kind, pid: &String, id: &String| EntryKey::Parameter {
            kind,
            pid: pid.clone(),
            id: id.clone(),
        };
        match self {
            Self::Text { pid, id, .. } => parameter(EntryKind::Text, pid, id),
            Self::Binary { pid, id, .. } => parameter(EntryKind::Binary, pid, id),
            Self::Credential { pid, id, .. } => parameter(EntryKind::Credential, pid, id),
            Self::Name {
                agency, scheme, id, ..
            } => EntryKey::Name {
                agency: agency.clone(),
                scheme: scheme.clone(),
                id: id.clone(),
            },
            Self::User { name, .. } => EntryKey::User(name.to_lowercase()),
        }
    }

    /// The partner.
    #[must_use]
    pub fn pid(&self) -> &str {
        match self {
            Self::Text { pid, .. }
            | Self::Binary { pid, .. }
            | Self::Credential { pid, .. }
            | Self::Name { pid, .. }
            | Self::User { pid, .. } => pid,
        }
    }

    /// What is wrong with it.
    pub(super) fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        check_id("Pid", self.pid(), limits::PARTNER_ID, &mut errors);
        match self {
            Self::Text { id, value, .. } => {
                check_id("Id", id, limits::PARTNER_PARAMETER_ID, &mut errors);
                if value.chars().count() > limits::PARTNER_TEXT {
                    let limit = limits::PARTNER_TEXT;
                    errors.add("Value", format!("has at most {limit} characters"));
                }
            }
            Self::Binary {
                id,
                content_type,
                value,
                ..
            } => {
                check_id("Id", id, limits::PARTNER_PARAMETER_ID, &mut errors);
                if content_type.as_deref().is_some_and(|of| !is_content(of)) {
                    let message = format!(
                        "is one of {}, if need be with an encoding: xml;encoding=UTF-8",
                        CONTENTS.join(", ")
                    );
                    errors.add("ContentType", message);
                }
                if value.len() > limits::PARTNER_BYTES {
                    let limit = limits::PARTNER_BYTES;
                    errors.add("Value", format!("has at most {limit} bytes"));
                }
            }
            Self::Credential {
                id, user, password, ..
            } => {
                check_id("Id", id, limits::PARTNER_PARAMETER_ID, &mut errors);
                check_text("User", user, limits::PARTNER_CREDENTIAL, &mut errors);
                let password = password.expose();
                check_text(
                    "Password",
                    password,
                    limits::PARTNER_CREDENTIAL,
                    &mut errors,
                );
            }
            Self::Name {
                agency, scheme, id, ..
            } => {
                check_text("Agency", agency, limits::PARTNER_SCHEME, &mut errors);
                check_text("Scheme", scheme, limits::PARTNER_SCHEME, &mut errors);
                check_text("Id", id, limits::PARTNER_NAME, &mut errors);
            }
            Self::User { name, .. } => {
                check_text("User", name, limits::PARTNER_USER, &mut errors);
                // Lower case can be longer.
                check_text(
                    "User",
                    &name.to_lowercase(),
                    limits::PARTNER_USER,
                    &mut errors,
                );
            }
        }
        errors.check()
    }
}

impl EntryKey {
    /// What kind of entry it is.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        match self {
            Self::Parameter { kind, .. } => *kind,
            Self::Name { .. } => EntryKind::Name,
            Self::User(_) => EntryKind::User,
        }
    }

    /// Its name within its kind, in words.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Parameter { id, .. } => id.clone(),
            Self::Name { agency, scheme, id } => format!("{id} ({scheme} of {agency})"),
            Self::User(name) => name.clone(),
        }
    }
}

fn check_id(field: &str, id: &str, limit: usize, errors: &mut FieldErrors) {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-._~<>@".contains(c);
    if id.is_empty() || id.len() > limit || !id.chars().all(legal) {
        let message =
            format!("is 1 to {limit} characters long, of letters, digits and - . _ ~ < > @");
        errors.add(field, message);
    }
}

fn check_text(field: &str, text: &str, limit: usize, errors: &mut FieldErrors) {
    if text.is_empty() || text.chars().count() > limit || text.chars().any(char::is_control) {
        let message = format!("is 1 to {limit} characters long, none of them a control character");
        errors.add(field, message);
    }
}

fn is_content(content_type: &str) -> bool {
    let (content, encoding) = match content_type.split_once(';') {
        Some((content, encoding)) => (content, Some(encoding.trim())),
        None => (content_type, None),
    };
    let is_encoding = |text: &str| {
        let name = text.strip_prefix("encoding=").unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        !name.is_empty() && name.chars().all(legal)
    };
    content_type.len() <= limits::PARTNER_CONTENT_TYPE
        && CONTENTS.contains(&content.trim())
        && encoding.is_none_or(is_encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pid: &str, id: &str, value: &str) -> Entry {
        Entry::Text {
            pid: pid.to_owned(),
            id: id.to_owned(),
            value: value.to_owned(),
        }
    }

    fn binary(content_type: &str, size: usize) -> Entry {
        Entry::Binary {
            pid: "p".to_owned(),
            id: "x".to_owned(),
            content_type: Some(content_type.to_owned()),
            value: vec![0; size],
        }
    }

    fn name(agency: &str, id: &str) -> Entry {
        Entry::Name {
            agency: agency.to_owned(),
            scheme: "GLN".to_owned(),
            id: id.to_owned(),
            pid: "p".to_owned(),
        }
    }

    fn user(name: &str) -> Entry {
        Entry::User {
            name: name.to_owned(),
            pid: "p".to_owned(),
        }
    }

    #[test]
    fn entries_up_to_their_bounds_are_good() {
        let long = |c: &str, length| c.repeat(length);
        let good = [
            text("Az0-._~<>@", "x", ""),
            text(&long("p", 60), &long("i", 1_500), &long("ä", 4_000)),
            binary("xsl", 0),
            binary("xml;encoding=UTF-8", 1_572_864),
            binary("json; encoding=iso-8859-1", 1),
            name(&long("ä", 120), &long("ä", 255)),
            user(&long("ä", 150)),
        ];
        for entry in good {
            assert!(entry.check().is_ok(), "{entry:?}");
        }
    }

    #[test]
    fn each_error_names_its_field() {
        let long = |c: &str, length| c.repeat(length);
        let bad = [
            (text("", "x", ""), "Pid"),
            (text("a b", "x", ""), "Pid"),
            (text("ä", "x", ""), "Pid"),
            (text(&long("p", 61), "x", ""), "Pid"),
            (text("p", "", ""), "Id"),
            (text("p", "a:b", ""), "Id"),
            (text("p", &long("i", 1_501), ""), "Id"),
            (text("p", "x", &long("ä", 4_001)), "Value"),
            (binary("pdf", 0), "ContentType"),
            (binary("xml;charset=UTF-8", 0), "ContentType"),
            (binary("xml;encoding=", 0), "ContentType"),
            (
                binary(&format!("xml;encoding={}", long("x", 300)), 0),
                "ContentType",
            ),
            (binary("xsl", 1_572_865), "Value"),
            (name("", "x"), "Agency"),
            (name(&long("ä", 121), "x"), "Agency"),
            (name("a", &long("ä", 256)), "Id"),
            (user(""), "User"),
            (user(&long("u", 151)), "User"),
            // Its lower case has two characters.
            (user(&long("İ", 76)), "User"),
        ];
        for (entry, field) in bad {
            let errors = entry.check().unwrap_err();
            assert_eq!(errors.as_slice()[0].field, field, "{entry:?}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let entry = Entry::Credential {
            pid: "p".to_owned(),
            id: "x".to_owned(),
            user: String::new(),
            password: Secret::from("hunter2-canary"),
        };
        let errors = entry.check().unwrap_err();
        assert!(!format!("{entry:?} {errors}").contains("canary"));
    }
}
