//! `java.net.URI` and `java.net.URL`, which only take addresses apart.

use std::fmt::Write;

use crate::class::{Class, ClassRef, Method};
use crate::library::args;
use crate::library::io::network_refused;
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;
use crate::xml::fault;

/// An address and its parts, as they are written.
struct Address {
    class: &'static Class,
    text: Str,
    scheme: Option<String>,
    authority: Option<String>,
    path: Option<String>,
    query: Option<String>,
    fragment: Option<String>,
}

impl Address {
    fn parse(class: &'static Class, text: &str) -> Self {
        let (rest, fragment) = split(text, '#');
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, after)) if is_scheme(scheme) => (Some(scheme.to_owned()), after),
            _ => (None, rest),
        };
        let opaque = scheme.is_some() && !rest.starts_with('/');
        let (rest, query) = if opaque {
            (rest, None)
        } else {
            split(rest, '?')
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(after) => {
                let end = after.find('/').unwrap_or(after.len());
                let (authority, path) = after.split_at(end);
                (Some(authority.to_owned()), path)
            }
            None => (None, rest),
        };
        Self {
            class,
            text: text.into(),
            scheme,
            authority: authority.filter(|authority| !authority.is_empty()),
            path: (!opaque).then(|| path.to_owned()),
            query,
            fragment,
        }
    }

    fn user(&self) -> Option<&str> {
        Some(self.authority.as_deref()?.rsplit_once('@')?.0)
    }

    fn host_and_port(&self) -> (Option<&str>, i32) {
        let Some(authority) = self.authority.as_deref() else {
            return (None, -1);
        };
        let place = authority
            .rsplit_once('@')
            .map_or(authority, |(_, place)| place);
        match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (Some(host), port.parse().unwrap_or(-1)),
            _ => (Some(place), -1),
        }
    }

    fn specific(&self) -> &str {
        let text = self.text.as_str();
        let text = split(text, '#').0;
        match &self.scheme {
            Some(scheme) => text.get(scheme.len() + 1..).unwrap_or_default(),
            None => text,
        }
    }
}

fn split(text: &str, at: char) -> (&str, Option<String>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after.to_owned())),
        None => (text, None),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

impl Object for Address {
    fn class(&self) -> ClassRef {
        ClassRef::Native(self.class)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text.clone()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.text == self.text))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.text == self.text)
    }

    fn hash(&self) -> Option<i32> {
        Some(self.text.java_hash())
    }
}

const SHARED: &[(&str, Method)] = &[
    ("getAuthority", |_, this, _| {
        Ok(part(of(this)?.authority.as_deref()))
    }),
    ("getHost", |_, this, _| {
        Ok(part(of(this)?.host_and_port().0))
    }),
    ("getPort", |_, this, _| {
        Ok(Value::Int(of(this)?.host_and_port().1))
    }),
    ("getUserInfo", |_, this, _| Ok(part(of(this)?.user()))),
    ("toASCIIString", |_, this, _| {
        Ok(Value::Str(of(this)?.text.clone()))
    }),
    ("toExternalForm", |_, this, _| {
        Ok(Value::Str(of(this)?.text.clone()))
    }),
    ("toURI", |_, this, _| convert(&URI, this)),
    ("toURL", |_, this, _| convert(&URL, this)),
];

/// What URIs and URLs share.
static ADDRESS: Class = Class::interface("java.io.Serializable").methods(SHARED);

/// `java.net.URI`
pub(super) static URI: Class = Class::new("java.net.URI")
    .extends(&[&ADDRESS])
    .constructor(construct_uri)
    .statics(&[("create", construct_uri)])
    .methods(&[
        ("getFragment", |_, this, _| {
            Ok(decoded(of(this)?.fragment.as_deref()))
        }),
        ("getPath", |_, this, _| {
            Ok(decoded(of(this)?.path.as_deref()))
        }),
        ("getQuery", |_, this, _| {
            Ok(decoded(of(this)?.query.as_deref()))
        }),
        ("getRawFragment", |_, this, _| {
            Ok(part(of(this)?.fragment.as_deref()))
        }),
        ("getRawPath", |_, this, _| {
            Ok(part(of(this)?.path.as_deref()))
        }),
        ("getRawQuery", |_, this, _| {
            Ok(part(of(this)?.query.as_deref()))
        }),
        ("getScheme", |_, this, _| {
            Ok(part(of(this)?.scheme.as_deref()))
        }),
        ("getSchemeSpecificPart", |_, this, _| {
            Ok(decoded(Some(of(this)?.specific())))
        }),
        ("isAbsolute", |_, this, _| {
            Ok(Value::Bool(of(this)?.scheme.is_some()))
        }),
        ("isOpaque", |_, this, _| {
            Ok(Value::Bool(of(this)?.path.is_none()))
        }),
        ("resolve", resolve),
    ]);

/// `java.net.URL`
pub(super) static URL: Class = Class::new("java.net.URL")
    .extends(&[&ADDRESS])
    .constructor(construct_url)
    .methods(&[
        ("getDefaultPort", |_, this, _| {
            Ok(Value::Int(match of(this)?.scheme.as_deref() {
                Some("http") => 80,
                Some("https") => 443,
                Some("ftp") => 21,
                _ => -1,
            }))
        }),
        ("getFile", |_, this, _| {
            let it = of(this)?;
            let mut file = it.path.clone().unwrap_or_default();
            if let Some(query) = &it.query {
                file.push('?');
                file.push_str(query);
            }
            Ok(Value::text(file))
        }),
        ("getPath", |_, this, _| Ok(part(of(this)?.path.as_deref()))),
        ("getProtocol", |_, this, _| {
            Ok(part(of(this)?.scheme.as_deref()))
        }),
        ("getQuery", |_, this, _| {
            Ok(part(of(this)?.query.as_deref()))
        }),
        ("getRef", |_, this, _| {
            Ok(part(of(this)?.fragment.as_deref()))
        }),
        ("getBytes", refuse),
        ("getText", refuse),
        ("newInputStream", refuse),
        ("newReader", refuse),
        ("openConnection", refuse),
        ("openStream", refuse),
    ]);

fn refuse(_vm: &mut Vm, _this: &Value, _args: &[Value]) -> Result<Value> {
    Err(network_refused())
}

fn of(this: &Value) -> Result<&Address> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn part(part: Option<&str>) -> Value {
    part.map_or(Value::Null, Value::text)
}

/// A part with its escapes undone.
fn decoded(part: Option<&str>) -> Value {
    let Some(part) = part else {
        return Value::Null;
    };
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *first == b'%');
        let byte = escape
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = after
            .get(if byte.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    Value::text(String::from_utf8_lossy(&bytes).into_owned())
}

fn convert(class: &'static Class, this: &Value) -> Result<Value> {
    Ok(Value::object(Address::parse(class, &of(this)?.text)))
}

fn construct_uri(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let text = match args {
        [text] => args::text(vm, text)?,
        parts => return from_parts(vm, parts),
    };
    let illegal = |c: char| c.is_ascii_control() || " \"<>\\^`{|}".contains(c);
    if let Some(at) = text.find(illegal) {
        let place = match (text.find("//"), text.find(['?', '#'])) {
            (_, Some(query)) if at > query => "query",
            (Some(slashes), _) if !text.get(slashes + 2..at).unwrap_or("/").contains('/') => {
                "authority"
            }
            _ => "path",
        };
        return Err(throw(
            "java.net.URISyntaxException",
            format!("Illegal character in {place} at index {at}: {text}"),
        ));
    }
    Ok(Value::object(Address::parse(&URI, &text)))
}

/// `new URI(scheme, host, path, fragment)`, `new URI(scheme, authority, path, query, fragment)`
fn from_parts(vm: &mut Vm, parts: &[Value]) -> Result<Value> {
    let mut texts = Vec::new();
    for part in parts {
        texts.push(match part {
            Value::Null => None,
            text => Some(args::text(vm, text)?),
        });
    }
    let (scheme, authority, path, query, fragment) = match &texts[..] {
        [scheme, specific, fragment] => (scheme, &None, specific, &None, fragment),
        [scheme, host, path, fragment] => (scheme, host, path, &None, fragment),
        [scheme, authority, path, query, fragment] => (scheme, authority, path, query, fragment),
        _ => return Err(Thrown::mismatch()),
    };
    let mut text = String::new();
    let mut add = |before: &str, part: &Option<Str>, after: &str| {
        if let Some(part) = part {
            text.push_str(before);
            quote(part, &mut text);
            text.push_str(after);
        }
    };
    add("", scheme, ":");
    add("//", authority, "");
    add("", path, "");
    add("?", query, "");
    add("#", fragment, "");
    Ok(Value::object(Address::parse(&URI, &text)))
}

fn quote(part: &str, out: &mut String) {
    for byte in part.bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-_.!~*'(),;:$&+=?/[]@%".contains(&byte);
        if kept {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn construct_url(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [text] = args else {
        return Err(Thrown::mismatch());
    };
    let text = args::text(vm, text)?;
    let address = Address::parse(&URL, text.trim());
    let bad = |message: String| fault::throw(&fault::MALFORMED_URL, message);
    match address.scheme.as_deref() {
        None => Err(bad(format!("no protocol: {text}"))),
        Some("http" | "https" | "ftp" | "file" | "jar" | "mailto") => Ok(Value::object(address)),
        Some(other) => Err(bad(format!("unknown protocol: {other}"))),
    }
}

/// `resolve(uri)`
fn resolve(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (base, [other]) = (of(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    let other = vm.text(other)?;
    let to = Address::parse(&URI, &other);
    if to.scheme.is_some() || base.path.is_none() {
        return Ok(Value::object(to));
    }
    let mut text = base
        .scheme
        .as_ref()
        .map(|it| format!("{it}:"))
        .unwrap_or_default();
    if let Some(authority) = to.authority.as_ref().or(base.authority.as_ref()) {
        text.push_str("//");
        text.push_str(authority);
    }
    let path = to.path.as_deref().unwrap_or_default();
    if path.starts_with('/') || to.authority.is_some() {
        text.push_str(path);
    } else {
        let own = base.path.as_deref().unwrap_or_default();
        let folder = own
            .rfind('/')
            .and_then(|end| own.get(..=end))
            .unwrap_or_default();
        text.push_str(&normal(&format!("{folder}{path}")));
    }
    if let Some(query) = &to.query {
        let _ = write!(text, "?{query}");
    }
    if let Some(fragment) = &to.fragment {
        let _ = write!(text, "#{fragment}");
    }
    Ok(Value::object(Address::parse(&URI, &text)))
}

/// A path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if kept.len() > 1 => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn an_address_is_taken_apart() {
        let mut vm = vm();
        let text = "http://u:p@host:80/a/b?x=1&y=%20#f";
        let uri = construct_uri(&mut vm, &[Value::text(text)]).unwrap();
        for (name, expected) in [
            ("getScheme", "String http"),
            ("getHost", "String host"),
            ("getPort", "Integer 80"),
            ("getUserInfo", "String u:p"),
            ("getQuery", "String x=1&y= "),
            ("getRawQuery", "String x=1&y=%20"),
            ("getFragment", "String f"),
            ("getSchemeSpecificPart", "String //u:p@host:80/a/b?x=1&y= "),
            ("toString", "String http://u:p@host:80/a/b?x=1&y=%20#f"),
        ] {
            let result = vm.invoke(&uri, name, &[]);
            assert_eq!(shown(&mut vm, result), expected, "{name}");
        }
        let base = construct_uri(&mut vm, &[Value::text("http://h/a/b")]).unwrap();
        let result = resolve(&mut vm, &base, &[Value::text("../c")]);
        assert_eq!(shown(&mut vm, result), "URI http://h/c");
        let result = construct_uri(&mut vm, &[Value::text("http://a b")]);
        assert_eq!(
            shown(&mut vm, result),
            "!URISyntaxException Illegal character in authority at index 8: http://a b"
        );
    }
}
