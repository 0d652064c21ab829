//! What scripts use of commons-lang, commons-text and commons-io.

use crate::class::{Class, Function};
use crate::library::args;
use crate::library::io;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

const STRING_UTILS: &[(&str, Function)] = &[
    ("capitalize", |vm, args| {
        first_and_rest(vm, args, |first| first.to_uppercase().collect())
    }),
    ("contains", |vm, args| {
        two(vm, args, |text, part| Value::Bool(text.contains(part)))
    }),
    ("containsIgnoreCase", |vm, args| {
        two(vm, args, |text, part| {
            Value::Bool(text.to_lowercase().contains(&part.to_lowercase()))
        })
    }),
    ("defaultIfBlank", |vm, args| {
        or_else(vm, args, |text| text.trim().is_empty())
    }),
    ("defaultIfEmpty", |vm, args| {
        or_else(vm, args, str::is_empty)
    }),
    ("defaultString", |vm, args| match args {
        [value] => Ok(Value::Str(
            optional(vm, value)?.unwrap_or_else(|| "".into()),
        )),
        [value, default] => Ok(optional(vm, value)?.map_or_else(|| default.clone(), Value::Str)),
        _ => Err(Thrown::mismatch()),
    }),
    ("equals", |vm, args| same(vm, args, |a, b| a == b)),
    ("equalsIgnoreCase", |vm, args| {
        same(vm, args, |a, b| a.to_lowercase() == b.to_lowercase())
    }),
    ("isBlank", |vm, args| {
        test(vm, args, |text| text.is_none_or(|it| it.trim().is_empty()))
    }),
    ("isEmpty", |vm, args| {
        test(vm, args, |text| text.is_none_or(str::is_empty))
    }),
    ("isNotBlank", |vm, args| {
        test(vm, args, |text| {
            text.is_some_and(|it| !it.trim().is_empty())
        })
    }),
    ("isNotEmpty", |vm, args| {
        test(vm, args, |text| text.is_some_and(|it| !it.is_empty()))
    }),
    ("isNumeric", |vm, args| {
        test(vm, args, |text| {
            text.is_some_and(|it| !it.is_empty() && it.chars().all(char::is_numeric))
        })
    }),
    ("join", |vm, args| match args {
        [items @ (Value::List(_) | Value::Set(_)), separator] => {
            let items = vm.items(items)?;
            let texts: Vec<Str> = items
                .iter()
                .map(|item| {
                    if item.is_null() {
                        Ok("".into())
                    } else {
                        vm.text(item)
                    }
                })
                .collect::<Result<_>>()?;
            let separator = vm.text(separator)?;
            Ok(Value::text(
                texts
                    .iter()
                    .map(Str::as_str)
                    .collect::<Vec<_>>()
                    .join(&separator),
            ))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("leftPad", |vm, args| delegated(vm, args, "padLeft")),
    ("lowerCase", |vm, args| delegated(vm, args, "toLowerCase")),
    ("remove", |vm, args| {
        two(vm, args, |text, part| Value::text(text.replace(part, "")))
    }),
    ("repeat", |vm, args| delegated(vm, args, "multiply")),
    ("replace", |vm, args| delegated(vm, args, "replace")),
    ("reverse", |vm, args| delegated(vm, args, "reverse")),
    ("rightPad", |vm, args| delegated(vm, args, "padRight")),
    ("strip", |vm, args| delegated(vm, args, "trim")),
    ("substring", substring),
    ("substringAfter", |vm, args| {
        two(vm, args, |text, mark| {
            Value::text(text.split_once(mark).map_or("", |it| it.1))
        })
    }),
    ("substringAfterLast", |vm, args| {
        two(vm, args, |text, mark| {
            Value::text(text.rsplit_once(mark).map_or("", |it| it.1))
        })
    }),
    ("substringBefore", |vm, args| {
        two(vm, args, |text, mark| {
            Value::text(text.split_once(mark).map_or(text, |it| it.0))
        })
    }),
    ("substringBeforeLast", |vm, args| {
        two(vm, args, |text, mark| {
            Value::text(text.rsplit_once(mark).map_or(text, |it| it.0))
        })
    }),
    ("substringBetween", |vm, args| match args {
        [Value::Null, ..] => Ok(Value::Null),
        [text, open, close] => {
            let (text, open) = (args::text(vm, text)?, args::text(vm, open)?);
            let close = args::text(vm, close)?;
            let inside = text
                .split_once(open.as_str())
                .and_then(|(_, rest)| rest.split_once(close.as_str()));
            Ok(inside.map_or(Value::Null, |(inside, _)| Value::text(inside)))
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("trim", |vm, args| delegated(vm, args, "trim")),
    ("trimToEmpty", |vm, args| match args {
        [value] => Ok(Value::text(
            optional(vm, value)?.map_or_else(String::new, |it| it.trim().to_owned()),
        )),
        _ => Err(Thrown::mismatch()),
    }),
    ("uncapitalize", |vm, args| {
        first_and_rest(vm, args, |first| first.to_lowercase().collect())
    }),
    ("upperCase", |vm, args| delegated(vm, args, "toUpperCase")),
];

const ESCAPES: &[(&str, Function)] = &[
    ("escapeHtml", |vm, args| escape(vm, args, false)),
    ("escapeHtml4", |vm, args| escape(vm, args, false)),
    ("escapeXml", |vm, args| escape(vm, args, true)),
    ("escapeXml10", |vm, args| escape(vm, args, true)),
    ("escapeXml11", |vm, args| escape(vm, args, true)),
    ("unescapeHtml4", unescape),
    ("unescapeXml", unescape),
];

static LANG_STRING_UTILS: Class =
    Class::new("org.apache.commons.lang.StringUtils").statics(STRING_UTILS);
static LANG3_STRING_UTILS: Class =
    Class::new("org.apache.commons.lang3.StringUtils").statics(STRING_UTILS);
static LANG_ESCAPES: Class =
    Class::new("org.apache.commons.lang.StringEscapeUtils").statics(ESCAPES);
static LANG3_ESCAPES: Class =
    Class::new("org.apache.commons.lang3.StringEscapeUtils").statics(ESCAPES);
static TEXT_ESCAPES: Class =
    Class::new("org.apache.commons.text.StringEscapeUtils").statics(ESCAPES);

/// `org.apache.commons.io.IOUtils`
static IO_UTILS: Class = Class::new("org.apache.commons.io.IOUtils").statics(&[
    ("closeQuietly", |_, _| Ok(Value::Null)),
    ("copy", |vm, args| match args {
        [from, to] | [from, to, _] => vm.invoke(from, "transferTo", std::slice::from_ref(to)),
        _ => Err(Thrown::mismatch()),
    }),
    ("readLines", |vm, args| match args {
        [from, charset @ ..] => vm.invoke(from, "readLines", charset),
        [] => Err(Thrown::mismatch()),
    }),
    ("toByteArray", |vm, args| match args {
        [from]
            if from
                .class()
                .is_a(&crate::class::ClassRef::Native(&io::INPUT_STREAM)) =>
        {
            vm.invoke(from, "getBytes", &[])
        }
        [from, charset @ ..] => {
            let text = vm.invoke(from, "getText", &[])?;
            vm.invoke(&text, "getBytes", charset)
        }
        [] => Err(Thrown::mismatch()),
    }),
    ("toInputStream", |vm, args| match args {
        [text, charset @ ..] => match vm.invoke(text, "getBytes", charset)? {
            Value::Bytes(bytes) => Ok(io::input_stream(bytes.borrow().clone().into())),
            _ => Err(Thrown::mismatch()),
        },
        [] => Err(Thrown::mismatch()),
    }),
    ("toString", |vm, args| match args {
        [Value::Bytes(bytes), ..] => Ok(Value::text(
            String::from_utf8_lossy(&bytes.borrow()).into_owned(),
        )),
        [from, charset @ ..] => vm.invoke(from, "getText", charset),
        [] => Err(Thrown::mismatch()),
    }),
    ("write", |vm, args| match args {
        [text, to, ..] => {
            vm.invoke(to, "leftShift", std::slice::from_ref(text))?;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
]);

pub(super) static CLASSES: &[&Class] = &[
    &LANG_STRING_UTILS,
    &LANG3_STRING_UTILS,
    &LANG_ESCAPES,
    &LANG3_ESCAPES,
    &TEXT_ESCAPES,
    &IO_UTILS,
];

fn optional(vm: &mut Vm, value: &Value) -> Result<Option<Str>> {
    if value.is_null() {
        return Ok(None);
    }
    args::text(vm, value).map(Some)
}

fn test(vm: &mut Vm, args: &[Value], yes: impl Fn(Option<&str>) -> bool) -> Result<Value> {
    match args {
        [value] => {
            let text = optional(vm, value)?;
            Ok(Value::Bool(yes(text.as_deref())))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn same(vm: &mut Vm, args: &[Value], same: impl Fn(&str, &str) -> bool) -> Result<Value> {
    let [a, b] = args else {
        return Err(Thrown::mismatch());
    };
    Ok(Value::Bool(match (optional(vm, a)?, optional(vm, b)?) {
        (Some(a), Some(b)) => same(&a, &b),
        (a, b) => a.is_none() && b.is_none(),
    }))
}

/// A function of two texts; of `null` it is `null`, or false when it is a question.
fn two(vm: &mut Vm, args: &[Value], of: impl Fn(&str, &str) -> Value) -> Result<Value> {
    let [text, other] = args else {
        return Err(Thrown::mismatch());
    };
    match (optional(vm, text)?, optional(vm, other)?) {
        (Some(text), Some(other)) => Ok(of(&text, &other)),
        (text, _) => Ok(match of("", "") {
            Value::Bool(_) => Value::Bool(false),
            _ => text.map_or(Value::Null, Value::Str),
        }),
    }
}

fn or_else(vm: &mut Vm, args: &[Value], missing: impl Fn(&str) -> bool) -> Result<Value> {
    let [value, default] = args else {
        return Err(Thrown::mismatch());
    };
    let text = optional(vm, value)?.filter(|text| !missing(text));
    Ok(text.map_or_else(|| default.clone(), Value::Str))
}

fn first_and_rest(vm: &mut Vm, args: &[Value], change: fn(char) -> String) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let Some(text) = optional(vm, value)? else {
        return Ok(Value::Null);
    };
    let mut chars = text.chars();
    let first = chars.next().map(change).unwrap_or_default();
    Ok(Value::text(format!("{first}{}", chars.as_str())))
}

/// A method of the text itself; of `null` it is `null`.
fn delegated(vm: &mut Vm, args: &[Value], method: &str) -> Result<Value> {
    match args {
        [Value::Null, ..] => Ok(Value::Null),
        [text, rest @ ..] => vm.invoke(text, method, rest),
        [] => Err(Thrown::mismatch()),
    }
}

/// `substring(text, from, to)`, which takes what there is.
fn substring(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (text, from, to) = match args {
        [Value::Null, ..] => return Ok(Value::Null),
        [text, from] => (text, args::int(from)?, i32::MAX),
        [text, from, to] => (text, args::int(from)?, args::int(to)?),
        _ => return Err(Thrown::mismatch()),
    };
    let text = args::text(vm, text)?;
    let len = text.units();
    let place = |at: i32| {
        let back = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        if at < 0 {
            len.saturating_sub(back)
        } else {
            back.min(len)
        }
    };
    Ok(Value::Str(
        text.slice(place(from), place(to))
            .unwrap_or_else(|| "".into()),
    ))
}

fn escape(vm: &mut Vm, args: &[Value], apostrophe: bool) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let Some(text) = optional(vm, value)? else {
        return Ok(Value::Null);
    };
    vm.step(1 + text.len() as u64 / 64)?;
    vm.reserve(text.len().saturating_mul(2))?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' if apostrophe => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    Ok(Value::text(out))
}

fn unescape(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [value] = args else {
        return Err(Thrown::mismatch());
    };
    let Some(text) = optional(vm, value)? else {
        return Ok(Value::Null);
    };
    vm.step(1 + text.len() as u64 / 64)?;
    vm.reserve(text.len())?;
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after
            .split_once(';')
            .and_then(|(name, after)| Some((entity(name)?, after)));
        match known {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Ok(Value::text(out))
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn null_is_no_trouble() {
        let mut vm = vm();
        let text = |text: &str| Value::text(text);
        for (name, args, expected) in [
            ("isBlank", vec![Value::Null], "Boolean true"),
            ("isNotEmpty", vec![text(" ")], "Boolean true"),
            (
                "substringAfter",
                vec![text("a-b-c"), text("-")],
                "String b-c",
            ),
            (
                "substringBeforeLast",
                vec![text("a-b-c"), text("-")],
                "String a-b",
            ),
            ("contains", vec![Value::Null, text("-")], "Boolean false"),
            ("substring", vec![text("abc"), Value::Int(-2)], "String bc"),
            (
                "substring",
                vec![text("abc"), Value::Int(1), Value::Int(9)],
                "String bc",
            ),
            (
                "leftPad",
                vec![text("7"), Value::Int(3), text("0")],
                "String 007",
            ),
            ("capitalize", vec![text("abc")], "String Abc"),
        ] {
            let function = LANG3_STRING_UTILS.static_method(name).unwrap();
            let result = function(&mut vm, &args);
            assert_eq!(shown(&mut vm, result), expected, "{name}");
        }
    }

    #[test]
    fn markup_is_escaped_and_back() {
        let mut vm = vm();
        let result = escape(&mut vm, &[Value::text("<a b='\"&'>")], true);
        assert_eq!(
            shown(&mut vm, result),
            "String &lt;a b=&apos;&quot;&amp;&apos;&gt;"
        );
        let result = unescape(&mut vm, &[Value::text("&lt;&#228;&#xe4;&x;&")]);
        assert_eq!(shown(&mut vm, result), "String <ää&x;&");
    }
}
