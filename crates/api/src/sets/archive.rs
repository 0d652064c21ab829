//! What the original hands out in a zip: properties in `headers.prop`, and a body.

use std::io::{Cursor, Write as _};

use lockgate_odata::{Error, Result};
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

pub(super) const CONTENT_TYPE: &str = "application/zip";

/// A zip with these properties, and a body if there is one.
pub(super) fn of(properties: &[(String, String)], body: Option<&[u8]>) -> Result<Vec<u8>> {
    pack(properties, body).map_err(|error| Error::failed(&error))
}

fn pack(properties: &[(String, String)], body: Option<&[u8]>) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("headers.prop", SimpleFileOptions::default())?;
    for (name, value) in properties {
        writeln!(zip, "{}={}", escaped(name), escaped(value))?;
    }
    if let Some(body) = body {
        zip.start_file("body", SimpleFileOptions::default())?;
        zip.write_all(body)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Text in a line of Java properties.
fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\\' | '=' | ':' | '#' | '!' => line.extend(['\\', c]),
            ' ' => line.push_str("\\ "),
            c => line.push(c),
        }
    }
    line
}
