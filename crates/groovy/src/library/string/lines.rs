//! Lines, words, indentation.

use crate::library::{params, regex};
use crate::list::{List, ListKind};
use crate::throwable::throw_bare;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Lines as `BufferedReader` reads them: ended by `\n`, `\r` or `\r\n`.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, behind) = rest.split_at(end);
        found.push(line);
        rest = behind
            .strip_prefix("\r\n")
            .or_else(|| behind.strip_prefix(['\n', '\r']))
            .unwrap_or("");
    }
    found
}

/// `\r\n` and `\r` as `\n`.
pub(super) fn normalized(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

pub(super) fn read_lines(vm: &mut Vm, this: &Value, _: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    let lines: Vec<Value> = lines(&text).into_iter().map(Value::text).collect();
    vm.reserve(lines.len().saturating_mul(64))?;
    Ok(Value::list(lines))
}

/// `eachLine { line, number -> }`, from an optional first number on.
pub(super) fn each_line(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (first, closure) = match args {
        [closure @ Value::Closure(_)] => (0, closure),
        [first, closure @ Value::Closure(_)] => (params::int(first)?, closure),
        _ => return Err(Thrown::mismatch()),
    };
    let text = params::text(vm, this)?;
    let numbered = matches!(closure, Value::Closure(it) if it.arity() == 2);
    let mut result = Value::Null;
    for (number, line) in (first..).zip(lines(&text)) {
        let line = Value::text(line);
        result = if numbered {
            vm.call(closure, &[line, Value::Int(number)])?
        } else {
            vm.call(closure, &[line])?
        };
    }
    Ok(result)
}

/// `splitEachLine(pattern) { parts -> }`
pub(super) fn split_each_line(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [pattern, closure @ Value::Closure(_)] = args else {
        return Err(Thrown::mismatch());
    };
    let text = params::text(vm, this)?;
    let regex = regex::regex_of(vm, pattern)?;
    let mut result = Value::Null;
    for line in lines(&text) {
        let parts = regex::texts::split(vm, &regex, &line.into(), 0)?;
        let parts = parts.into_iter().map(Value::Str).collect();
        let parts = List::new(ListKind::Fixed, parts);
        result = vm.call(closure, &[Value::List(parts)])?;
    }
    Ok(result)
}

/// `tokenize(delimiters)`: the parts between any of these characters, without empty ones.
pub(super) fn tokenize(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let delimiters = match args {
        [] => " \t\n\r\u{c}".into(),
        [Value::Char(unit)] => String::from_utf16_lossy(&[*unit]).into(),
        [Value::Null] => return Err(throw_bare("NullPointerException")),
        [delimiters] => params::text(vm, delimiters)?,
        _ => return Err(Thrown::mismatch()),
    };
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    let words = text.split(|c| delimiters.contains(c));
    let words: Vec<Value> = words
        .filter(|word| !word.is_empty())
        .map(Value::text)
        .collect();
    vm.reserve(words.len().saturating_mul(64))?;
    Ok(Value::list(words))
}

/// Lines joined again, with an end after the last one when the text had it.
fn rejoined(text: &str, lines: Vec<String>) -> Value {
    let mut joined = lines.join("\n");
    if text.ends_with('\n') && !lines.is_empty() {
        joined.push('\n');
    }
    Value::text(joined)
}

/// `stripIndent()`: without the indentation that all lines share, or so many characters.
pub(super) fn strip_indent(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    let all = lines(&text);
    let blank = |c: char| crate::library::number::is_whitespace(c);
    let width = match args {
        [count] => usize::try_from(params::int(count)?).unwrap_or(0),
        _ => {
            let filled = all
                .iter()
                .filter(|line| !line.trim_matches(blank).is_empty());
            let widths = filled.map(|line| line.chars().take_while(|c| blank(*c)).count());
            widths.min().unwrap_or(0)
        }
    };
    if width == 0 {
        return Ok(Value::Str(text));
    }
    let strip = |line: &&str| -> String {
        if line.trim_matches(blank).is_empty() {
            return String::new();
        }
        line.chars().skip(width).collect()
    };
    Ok(rejoined(&text, all.iter().map(strip).collect()))
}

/// `stripMargin()`: without what is before a `|`, and the `|`.
pub(super) fn strip_margin(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let text = params::text(vm, this)?;
    vm.step(1 + text.len() as u64 / 16)?;
    let margin = match args {
        [] => '|',
        [Value::Char(unit)] => char::from_u32(u32::from(*unit)).unwrap_or('|'),
        [margin] => params::text(vm, margin)?.chars().next().unwrap_or('|'),
        _ => return Err(Thrown::mismatch()),
    };
    let strip = |line: &str| -> String {
        let trimmed = line.trim_start_matches(|c| c <= ' ');
        trimmed.strip_prefix(margin).unwrap_or(line).to_owned()
    };
    let stripped = lines(&text).into_iter().map(strip).collect();
    Ok(rejoined(&text, stripped))
}

fn tab_stop(args: &[Value]) -> Result<usize> {
    let stop = match args {
        [] => 8,
        [stop] => params::int(stop)?,
        _ => return Err(Thrown::mismatch()),
    };
    Ok(usize::try_from(stop).unwrap_or(1).clamp(1, 256))
}

/// `expand(tabStop)`: tabs as spaces.
pub(super) fn expand(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (text, stop) = (params::text(vm, this)?, tab_stop(args)?);
    vm.step(1 + text.len() as u64 / 16)?;
    let tabs = text.matches('\t').count();
    vm.reserve(text.len().saturating_add(tabs.saturating_mul(stop)))?;
    let expand = |line: &str| {
        let mut out = String::new();
        let mut column = 0;
        for c in line.chars() {
            if c == '\t' {
                let spaces = stop - column % stop;
                out.push_str(&" ".repeat(spaces));
                column += spaces;
            } else {
                out.push(c);
                column += 1;
            }
        }
        out
    };
    let expanded = lines(&text).into_iter().map(expand).collect();
    Ok(rejoined(&text, expanded))
}

/// `unexpand(tabStop)`: spaces up to a tab stop as tabs.
pub(super) fn unexpand(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (text, stop) = (params::text(vm, this)?, tab_stop(args)?);
    vm.step(1 + text.len() as u64 / 16)?;
    let unexpand = |line: &str| {
        let chars: Vec<char> = line.chars().collect();
        let mut out = String::new();
        for chunk in chars.chunks(stop) {
            let part: String = chunk.iter().collect();
            let kept = part.trim_end_matches(' ');
            if chunk.len() == stop && part.len() - kept.len() > 1 {
                out.push_str(kept);
                out.push('\t');
            } else {
                out.push_str(&part);
            }
        }
        out
    };
    let unexpanded = lines(&text).into_iter().map(unexpand).collect();
    Ok(rejoined(&text, unexpanded))
}
