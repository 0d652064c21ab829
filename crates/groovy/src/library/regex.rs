//! `java.util.regex`.

mod matcher;
mod replace;
pub(crate) mod texts;

use std::any::Any;
use std::sync::Arc;

use crate::class::{Class, ClassRef};
use crate::library::params;
use crate::library::string::index::position;
use crate::object::Object;
use crate::regex::{Exhausted, Fault, Groups, Mode, Regex, flag};
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Limit, Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use matcher::MATCHER;
pub(crate) use matcher::matcher;

/// `java.util.regex.Pattern`
pub static PATTERN: Class = Class::new("java.util.regex.Pattern")
    .constants(&[
        ("UNIX_LINES", || Value::Int(flag::UNIX_LINES)),
        ("CASE_INSENSITIVE", || Value::Int(flag::CASE_INSENSITIVE)),
        ("COMMENTS", || Value::Int(flag::COMMENTS)),
        ("MULTILINE", || Value::Int(flag::MULTILINE)),
        ("LITERAL", || Value::Int(flag::LITERAL)),
        ("DOTALL", || Value::Int(flag::DOTALL)),
        ("UNICODE_CASE", || Value::Int(flag::UNICODE_CASE)),
        ("CANON_EQ", || Value::Int(flag::CANON_EQ)),
        ("UNICODE_CHARACTER_CLASS", || {
            Value::Int(flag::UNICODE_CHARACTER_CLASS)
        }),
    ])
    .statics(&[
        ("compile", compile),
        ("matches", |vm, args| match args {
            [pattern, text] => {
                let regex = regex_of(vm, pattern)?;
                let text = params::text(vm, text)?;
                Ok(Value::Bool(is_match(vm, &regex, &text)?))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("quote", |vm, args| match args {
            [text] => {
                let text = params::text(vm, text)?;
                let inner = text.replace("\\E", "\\E\\\\E\\Q");
                Ok(Value::text(format!("\\Q{inner}\\E")))
            }
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("matcher", |vm, this, args| match args {
            [Value::Null] => Err(throw_bare("NullPointerException")),
            [text] => {
                let text = params::text(vm, text)?;
                Ok(matcher(vm, of(this)?, text))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("pattern", |_, this, _| Ok(Value::text(&*of(this)?.pattern))),
        ("flags", |_, this, _| Ok(Value::Int(of(this)?.flags))),
        ("split", split),
        ("isCase", |vm, this, args| match args {
            [Value::Null] => Ok(Value::Bool(false)),
            [value] => {
                let text = vm.text(value)?;
                let regex = of(this)?;
                Ok(Value::Bool(is_match(vm, &regex, &text)?))
            }
            _ => Err(Thrown::mismatch()),
        }),
    ]);

pub(super) static CLASSES: &[&Class] = &[&PATTERN, &MATCHER];

struct Pattern(Arc<Regex>);

impl Object for Pattern {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&PATTERN)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.0.pattern.as_str().into()))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn Any).downcast_ref::<Self>();
        other.is_some_and(|other| std::ptr::eq(self, other))
    }
}

/// A `Pattern`.
pub(crate) fn pattern(regex: Arc<Regex>) -> Value {
    Value::object(Pattern(regex))
}

fn of(value: &Value) -> Result<Arc<Regex>> {
    let pattern = value.downcast::<Pattern>().ok_or_else(Thrown::mismatch)?;
    Ok(Arc::clone(&pattern.0))
}

/// Whether it is a `Pattern`.
pub(crate) fn is_pattern(value: &Value) -> bool {
    value.downcast::<Pattern>().is_some()
}

/// The pattern of a `Pattern`, or of the text of anything else.
pub(crate) fn regex_of(vm: &mut Vm, value: &Value) -> Result<Arc<Regex>> {
    if let Ok(regex) = of(value) {
        return Ok(regex);
    }
    let text = vm.text(value)?;
    compiled(vm, &text, 0)
}

fn compiled(vm: &mut Vm, pattern: &str, flags: i32) -> Result<Arc<Regex>> {
    vm.step(4 + pattern.len() as u64 / 4)?;
    Regex::new(pattern, flags).map_err(|fault| syntax_exception(&fault, pattern))
}

/// `PatternSyntaxException` as Java words it.
fn syntax_exception(fault: &Fault, pattern: &str) -> Thrown {
    let mut message = fault.what.clone();
    if let Some(at) = fault.at {
        message.push_str(&format!(" near index {at}"));
    }
    message.push('\n');
    message.push_str(pattern);
    if let Some(at) = fault.at {
        message.push('\n');
        message.push_str(&" ".repeat(at));
        message.push('^');
    }
    throw("java.util.regex.PatternSyntaxException", message)
}

fn compile(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (text, flags) = match args {
        [Value::Null, ..] => return Err(throw_bare("NullPointerException")),
        [text] => (text, 0),
        [text, flags] => (text, params::int(flags)?),
        _ => return Err(Thrown::mismatch()),
    };
    let text = params::text(vm, text)?;
    Ok(pattern(compiled(vm, &text, flags)?))
}

/// One search, counted.
pub(crate) fn search(
    vm: &mut Vm,
    regex: &Regex,
    text: &str,
    (from, last): (usize, usize),
    mode: Mode,
) -> Result<Option<Groups>> {
    let limit = vm.limits().regex_steps;
    let mut left = limit;
    let found = regex.find(text, from, last, mode, &mut left);
    vm.step(1 + (limit - left) / 8)?;
    found.map_err(|Exhausted| Thrown::limit(Limit::Regex))
}

/// Whether all of the text matches.
pub(crate) fn is_match(vm: &mut Vm, regex: &Regex, text: &str) -> Result<bool> {
    Ok(search(vm, regex, text, (0, 0), Mode::Whole)?.is_some())
}

/// All matches from the start on, as `find()` finds them one after the other.
pub(crate) fn all_matches(vm: &mut Vm, regex: &Regex, text: &str) -> Result<Vec<Groups>> {
    let mut all = Vec::new();
    let mut at = Some(0);
    let mut last = 0;
    while let Some(from) = at {
        let Some(groups) = search(vm, regex, text, (from, last), Mode::Find)? else {
            break;
        };
        let (start, end) = whole(&groups);
        last = end;
        at = after(text, start, end);
        vm.reserve((all.len() + 1).saturating_mul(size_of::<Groups>() + groups.len() * 24))?;
        all.push(groups);
    }
    Ok(all)
}

/// Where a match lies.
pub(crate) fn whole(groups: &Groups) -> (usize, usize) {
    groups.first().copied().flatten().unwrap_or((0, 0))
}

/// Where the search behind a match begins; `None` past the end.
pub(crate) fn after(text: &str, start: usize, end: usize) -> Option<usize> {
    if end > start {
        return Some(end);
    }
    let next = text.get(end..)?.chars().next()?;
    Some(end + next.len_utf8())
}

/// The text of a group; `null` when it took no part.
pub(crate) fn group_value(text: &str, span: Option<(usize, usize)>) -> Value {
    match span.and_then(|(from, to)| text.get(from..to)) {
        Some(part) => Value::text(part),
        None => Value::Null,
    }
}

/// A match as Groovy shows it: its text, or the list of its groups when there are any.
pub(crate) fn match_value(regex: &Regex, text: &str, groups: &Groups) -> Value {
    if regex.groups == 0 {
        return group_value(text, groups.first().copied().flatten());
    }
    let groups = groups.iter().map(|span| group_value(text, *span));
    Value::list(groups.collect())
}

/// `pattern.split(text[, limit])`
fn split(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (text, limit) = match args {
        [text] => (text, 0),
        [text, limit] => (text, params::int(limit)?),
        _ => return Err(Thrown::mismatch()),
    };
    let text = params::text(vm, text)?;
    let regex = of(this)?;
    let parts = texts::split(vm, &regex, &text, limit)?;
    Ok(Value::strings(parts))
}

/// A position in the text as Java counts it.
pub(crate) fn unit(text: &Str, byte: usize) -> Value {
    Value::Int(if text.is_ascii() {
        position(byte)
    } else {
        crate::library::string::index::unit_at(text, byte)
    })
}
