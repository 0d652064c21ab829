//! Structured values of MIME headers: `text/xml; charset=utf-8`.

use std::fmt::{self, Write as _};

/// What separates the words of such a value.
const SPECIAL: &str = "()<>@,;:\\\"\t []/?=";
/// Parameter values longer than this are split.
const LONGEST: usize = 60;
/// How long a line of a header may be.
const LINE: usize = 76;

/// The words of a value, one after the other.
struct Words<'a>(&'a str);

#[derive(Debug, PartialEq)]
enum Word {
    Atom(String),
    Quoted(String),
    Special(char),
    End,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Atom(text) | Self::Quoted(text) => f.write_str(text),
            Self::Special(c) => f.write_char(*c),
            Self::End => f.write_str("null"),
        }
    }
}

impl Words<'_> {
    fn next(&mut self) -> Result<Word, String> {
        self.skip_comments()?;
        let Some(first) = self.0.chars().next() else {
            return Ok(Word::End);
        };
        if first == '"' {
            return self.quoted();
        }
        if is_special(first) {
            self.0 = self.0.get(first.len_utf8()..).unwrap_or_default();
            return Ok(Word::Special(first));
        }
        let end = self.0.find(is_special).unwrap_or(self.0.len());
        let (atom, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(Word::Atom(atom.to_owned()))
    }

    fn skip_comments(&mut self) -> Result<(), String> {
        loop {
            self.0 = self.0.trim_start_matches([' ', '\t', '\r', '\n']);
            if !self.0.starts_with('(') {
                return Ok(());
            }
            let mut depth = 0_u32;
            let end = self.0.char_indices().find(|(_, c)| {
                match c {
                    '(' => depth = depth.saturating_add(1),
                    ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0
            });
            let Some((end, _)) = end else {
                return Err("Unbalanced comments".to_owned());
            };
            self.0 = self.0.get(end + 1..).unwrap_or_default();
        }
    }

    fn quoted(&mut self) -> Result<Word, String> {
        let mut text = String::new();
        let mut chars = self.0.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = self.0.get(at + 1..).unwrap_or_default();
                    return Ok(Word::Quoted(text));
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err("Unbalanced quoted string".to_owned())
    }
}

fn is_special(c: char) -> bool {
    c <= ' ' || c == '\u{7f}' || SPECIAL.contains(c)
}

/// A media type with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MediaType {
    pub(super) primary: String,
    pub(super) sub: String,
    pub(super) params: Params,
}

impl MediaType {
    /// Reads one; what is wrong with it, as JavaMail says it, when it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words(text);
        let expected = |what: &str, got: &Word| {
            format!("In Content-Type string <{text}>, expected {what}, got {got}")
        };
        let primary = match words.next()? {
            Word::Atom(primary) => primary,
            other => return Err(expected("MIME type", &other)),
        };
        match words.next()? {
            Word::Special('/') => {}
            other => return Err(expected("'/'", &other)),
        }
        let sub = match words.next()? {
            Word::Atom(sub) => sub,
            other => return Err(expected("MIME subtype", &other)),
        };
        let params = Params::parse(words.0)?;
        Ok(Self {
            primary,
            sub,
            params,
        })
    }

    pub(super) fn base(&self) -> String {
        format!("{}/{}", self.primary, self.sub)
    }

    /// Whether it is of this type, such as `text/*`.
    pub(super) fn is(&self, pattern: &str) -> bool {
        let Ok(pattern) = Self::parse(pattern) else {
            return false;
        };
        let any = pattern.sub == "*" || self.sub == "*";
        self.primary.eq_ignore_ascii_case(&pattern.primary)
            && (any || self.sub.eq_ignore_ascii_case(&pattern.sub))
    }

    pub(super) fn charset(&self) -> Option<&str> {
        self.params.get("charset")
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.base();
        let used = base.len() + "Content-Type: ".len();
        write!(f, "{base}{}", self.params.text(used))
    }
}

/// How a part is to be shown, with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Disposition {
    pub(super) kind: String,
    pub(super) params: Params,
}

impl Disposition {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words(text);
        match words.next()? {
            Word::Atom(kind) => Ok(Self {
                kind,
                params: Params::parse(words.0)?,
            }),
            other => Err(format!("Expected disposition, got {other}")),
        }
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.kind.len() + "Content-Disposition: ".len();
        write!(f, "{}{}", self.kind, self.params.text(used))
    }
}

/// Parameters in their order; names are in lower case.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// `; a=b; c="d"`
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str, got: &Word| {
            let got = format!("expected {what}, got \"{got}\"");
            format!("In parameter list <{text}>, {got}")
        };
        let mut words = Words(text);
        let mut raw = Vec::new();
        loop {
            match words.next()? {
                Word::End => break,
                Word::Special(';') => {}
                other => return Err(wrong("';'", &other)),
            }
            let name = match words.next()? {
                Word::End => break,
                Word::Atom(name) => name.to_ascii_lowercase(),
                other => return Err(wrong("parameter name", &other)),
            };
            match words.next()? {
                Word::Special('=') => {}
                other => return Err(wrong("'='", &other)),
            }
            match words.next()? {
                Word::Atom(value) | Word::Quoted(value) => raw.push((name, value)),
                other => return Err(wrong("parameter value", &other)),
            }
        }
        Ok(Self::joined(raw))
    }

    /// Values in pieces (`name*0`, `name*1`) and encoded ones (`name*`) as what they stand for.
    fn joined(raw: Vec<(String, String)>) -> Self {
        let mut params = Self::default();
        let mut pieces: Vec<(String, String, Vec<u8>)> = Vec::new();
        for (name, value) in raw {
            let Some((base, piece)) = name.split_once('*') else {
                params.set(&name, value);
                continue;
            };
            let encoded = piece.is_empty() || piece.ends_with('*');
            let at = match pieces.iter().position(|(known, ..)| known == base) {
                Some(at) => at,
                None => {
                    pieces.push((base.to_owned(), String::new(), Vec::new()));
                    pieces.len() - 1
                }
            };
            let Some((_, charset, bytes)) = pieces.get_mut(at) else {
                continue;
            };
            let mut value = value.as_str();
            if encoded && charset.is_empty() {
                let mut parts = value.splitn(3, '\'');
                if let (Some(known), Some(_), Some(rest)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    known.clone_into(charset);
                    value = rest;
                }
            }
            if encoded {
                unescape(value, bytes);
            } else {
                bytes.extend_from_slice(value.as_bytes());
            }
        }
        for (name, charset, bytes) in pieces {
            let charset = encoding_rs::Encoding::for_label(charset.as_bytes());
            let (text, _) = charset
                .unwrap_or(encoding_rs::UTF_8)
                .decode_without_bom_handling(&bytes);
            params.set(&name, text.into_owned());
        }
        params
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.0.iter();
        let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        let known = self.0.iter_mut().find(|(known, _)| known == name);
        match known {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_ascii_lowercase(), value)),
        }
    }

    /// The parameters as they stand in a header line of which this much is used.
    fn text(&self, used: usize) -> String {
        let mut list = List {
            text: String::new(),
            used,
        };
        for (name, value) in &self.0 {
            if !value.is_ascii() {
                list.add(&format!("{name}*"), &format!("UTF-8''{}", escaped(value)));
            } else if value.len() > LONGEST {
                for (at, piece) in value.as_bytes().chunks(LONGEST).enumerate() {
                    let piece = String::from_utf8_lossy(piece);
                    list.add(&format!("{name}*{at}"), &quote(&piece));
                }
            } else {
                list.add(name, &quote(value));
            }
        }
        list.text
    }
}

struct List {
    text: String,
    used: usize,
}

impl List {
    fn add(&mut self, name: &str, value: &str) {
        self.text.push_str("; ");
        self.used += 2;
        let len = name.len() + value.len() + 1;
        if self.used + len > LINE {
            self.text.push_str("\r\n\t");
            self.used = 8;
        }
        self.text.push_str(name);
        self.text.push('=');
        self.text.push_str(value);
        self.used += len;
    }
}

/// A value in quotes, when it needs them.
pub(super) fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii() && !is_special(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        if matches!(c, '"' | '\\' | '\r' | '\n') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// `%C3%A4` → bytes.
fn unescape(text: &str, into: &mut Vec<u8>) {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let ahead = bytes.clone().next().zip(bytes.clone().nth(1));
        match ahead.and_then(|(a, b)| super::encoding::hex(a, b)) {
            Some(decoded) if byte == b'%' => {
                into.push(decoded);
                bytes.nth(1);
            }
            _ => into.push(byte),
        }
    }
}

/// Text as `%C3%A4`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii() && !is_special(c) && !"*'%".contains(c) {
            out.push(c);
        } else {
            out.push('%');
            out.push_str(&super::encoding::hex_pair(byte));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(text: &str, name: &str) -> Option<String> {
        MediaType::parse(text)
            .unwrap()
            .params
            .get(name)
            .map(str::to_owned)
    }

    #[test]
    fn media_types_are_read_and_refused_as_javamail_does() {
        let refused = |text: &str| MediaType::parse(text).unwrap_err();
        assert_eq!(
            refused("text"),
            "In Content-Type string <text>, expected '/', got null"
        );
        assert_eq!(
            refused(""),
            "In Content-Type string <>, expected MIME type, got null"
        );
        assert_eq!(
            refused("text/"),
            "In Content-Type string <text/>, expected MIME subtype, got null"
        );
        assert_eq!(
            refused("text/xml; charset"),
            "In parameter list <; charset>, expected '=', got \"null\""
        );
        assert_eq!(
            refused("text/xml; a=b=c"),
            "In parameter list <; a=b=c>, expected ';', got \"=\""
        );
        assert_eq!(refused("a/b; c=\"d"), "Unbalanced quoted string");
        assert_eq!(refused("a/b (c(d)"), "Unbalanced comments");
        assert_eq!(
            param("text/xml (a (b) c); charset=(d) x;", "CHARSET").as_deref(),
            Some("x")
        );
        assert_eq!(
            param("multipart/mixed; \r\n\tboundary=\"a=\\\"b\"", "boundary").as_deref(),
            Some("a=\"b")
        );
        assert!(MediaType::parse("TEXT/Xml").unwrap().is("text/xml"));
        assert!(MediaType::parse("text/xml").unwrap().is("text/*"));
        assert!(!MediaType::parse("text/xml").unwrap().is("nonsense"));
    }

    #[test]
    fn long_and_foreign_values_are_split_and_encoded() {
        assert_eq!(
            param("a/b; n*0*=utf-8''%C3; n*1*=%A4b", "n").as_deref(),
            Some("äb")
        );
        assert_eq!(
            param("a/b; n*=iso-8859-1''%E4%zz", "n").as_deref(),
            Some("ä%zz")
        );
        let mut found = MediaType::parse("a/b; x=\"y z\"").unwrap();
        found.params.set("boundary", "-".repeat(70));
        assert_eq!(
            found.to_string(),
            format!(
                "a/b; x=\"y z\"; \r\n\tboundary*0={}; \r\n\tboundary*1={}",
                "-".repeat(60),
                "-".repeat(10)
            )
        );
        let mut shown = Disposition::parse("attachment").unwrap();
        shown.params.set("filename", "ä b.zip".to_owned());
        assert_eq!(
            shown.to_string(),
            "attachment; filename*=UTF-8''%C3%A4%20b.zip"
        );
        assert_eq!(Disposition::parse(&shown.to_string()), Ok(shown));
    }
}
