//! Replacing matches.

use crate::library::params;
use crate::library::regex::{all_matches, group_value, match_value, whole};
use crate::regex::{Groups, Regex};
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// The text with up to `most` matches replaced, by a replacement text or what a closure returns.
pub(crate) fn replace(
    vm: &mut Vm,
    regex: &Regex,
    text: &Str,
    with: &Value,
    most: usize,
) -> Result<Str> {
    let closure = matches!(with, Value::Closure(_));
    let template = match with {
        Value::Closure(_) => "".into(),
        Value::Null => return Err(throw("NullPointerException", "replacement")),
        other => params::text(vm, other)?,
    };
    let matches = if most == 1 {
        let first = super::search(vm, regex, text, (0, 0), crate::regex::Mode::Find)?;
        first.into_iter().collect()
    } else {
        all_matches(vm, regex, text)?
    };
    if matches.is_empty() {
        return Ok(text.clone());
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for groups in matches {
        let (start, end) = whole(&groups);
        out.push_str(text.get(at..start).unwrap_or(""));
        if closure {
            let result = vm.call(with, &[match_value(regex, text, &groups)])?;
            out.push_str(&vm.text(&result)?);
        } else {
            expand(&mut out, &template, regex, text, &groups)?;
        }
        at = end;
        vm.step(1)?;
        vm.reserve(out.len())?;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    Ok(out.into())
}

/// Adds a replacement: `$1`, `${name}` and `\` mean something in it.
pub(crate) fn expand(
    out: &mut String,
    template: &str,
    regex: &Regex,
    text: &str,
    groups: &Groups,
) -> Result<()> {
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        let group = match c {
            '\\' => {
                let literal = chars
                    .next()
                    .ok_or_else(|| illegal("character to be escaped is missing"))?;
                out.push(literal);
                continue;
            }
            '$' => match chars.next() {
                Some('{') => {
                    let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    regex
                        .named(&name)
                        .ok_or_else(|| illegal(format!("No group with name {{{name}}}")))?
                }
                Some(c) => {
                    let digit = c
                        .to_digit(10)
                        .ok_or_else(|| illegal("Illegal group reference"))?;
                    let mut number = digit as usize;
                    if number > regex.groups {
                        let message = format!("No group {number}");
                        return Err(throw("IndexOutOfBoundsException", message));
                    }
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                        let longer = number * 10 + digit as usize;
                        if longer > regex.groups {
                            break;
                        }
                        number = longer;
                        chars.next();
                    }
                    number
                }
                None => {
                    return Err(illegal("Illegal group reference: group index is missing"));
                }
            },
            c => {
                out.push(c);
                continue;
            }
        };
        if let Value::Str(part) = group_value(text, groups.get(group).copied().flatten()) {
            out.push_str(&part);
        }
    }
    Ok(())
}

fn illegal(message: impl Into<Str>) -> Thrown {
    throw("IllegalArgumentException", message)
}
