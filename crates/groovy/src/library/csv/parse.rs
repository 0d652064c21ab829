//! `CSVParser` and `CSVRecord`.

use std::cell::Cell;
use std::rc::Rc;

use super::format::{self, Format};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::library::collection::{ITERABLE, Iter};
use crate::map::{Map, MapKind};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// Records that were read.
struct Parser {
    header: Rc<Map>,
    records: Vec<Value>,
    at: Cell<usize>,
}

impl Object for Parser {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CSV_PARSER)
    }

    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        let from = self.at.replace(self.records.len());
        Ok(Some(self.records.get(from..).unwrap_or_default().to_vec()))
    }
}

/// A record.
struct Record {
    values: Vec<Value>,
    header: Rc<Map>,
    number: i64,
    ignore_case: bool,
}

impl Record {
    fn place(&self, name: &str) -> Option<usize> {
        if !self.ignore_case {
            return match self.header.get_str(name) {
                Some(Value::Int(at)) => usize::try_from(at).ok(),
                _ => None,
            };
        }
        let same = |key: &Value| matches!(key, Value::Str(key) if key.to_lowercase() == name.to_lowercase());
        self.header.keys().iter().position(same)
    }
}

impl Object for Record {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CSV_RECORD)
    }

    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        Ok(Some(self.values.clone()))
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let values = vm.text(&Value::list(self.values.clone()))?;
        let (comment, number) = ("comment='null'", self.number);
        Ok(Some(
            format!("CSVRecord [{comment}, recordNumber={number}, values={values}]").into(),
        ))
    }
}

/// `org.apache.commons.csv.CSVParser`
pub(super) static CSV_PARSER: Class = Class::new("org.apache.commons.csv.CSVParser")
    .extends(&[&ITERABLE])
    .constructor(|vm, args| match args {
        [reader, format] => parser(vm, reader, format::of(format)?),
        _ => Err(Thrown::mismatch()),
    })
    .statics(&[("parse", |vm, args| match args {
        [source, format] | [source, _, format] => parser(vm, source, format::of(format)?),
        _ => Err(Thrown::mismatch()),
    })])
    .methods(&[
        ("close", |_, _, _| Ok(Value::Null)),
        ("getHeaderMap", |_, this, _| {
            Ok(Value::Map(Rc::clone(&of(this)?.header)))
        }),
        ("getHeaderNames", |_, this, _| {
            Ok(Value::list(of(this)?.header.keys()))
        }),
        ("getRecordNumber", |_, this, _| {
            Ok(Value::Long(
                i64::try_from(of(this)?.at.get()).unwrap_or(i64::MAX),
            ))
        }),
        ("getRecords", |vm, this, _| vm.items(this).map(Value::list)),
        ("iterator", |vm, this, _| Iter::over(vm, this)),
    ]);

/// `org.apache.commons.csv.CSVRecord`
pub(super) static CSV_RECORD: Class = Class::new("org.apache.commons.csv.CSVRecord")
    .extends(&[&ITERABLE])
    .methods(&[
        ("get", get),
        ("getAt", get),
        ("getRecordNumber", |_, this, _| {
            Ok(Value::Long(record(this)?.number))
        }),
        ("isConsistent", |_, this, _| {
            let record = record(this)?;
            let len = record.header.len();
            Ok(Value::Bool(len == 0 || len == record.values.len()))
        }),
        ("isMapped", |vm, this, args| match args {
            [name] => {
                let name = args::text(vm, name)?;
                Ok(Value::Bool(record(this)?.place(&name).is_some()))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("isSet", |vm, this, args| match args {
            [name] => {
                let name = args::text(vm, name)?;
                let record = record(this)?;
                let place = record.place(&name);
                Ok(Value::Bool(
                    place.is_some_and(|at| at < record.values.len()),
                ))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("size", |_, this, _| {
            Ok(args::size(record(this)?.values.len()))
        }),
        ("toMap", |_, this, _| {
            let record = record(this)?;
            let pairs = record
                .header
                .keys()
                .into_iter()
                .zip(record.values.iter().cloned());
            let map = Map::new(MapKind::Hash);
            for (key, value) in pairs {
                map.put(key, value);
            }
            Ok(Value::Map(map))
        }),
        ("values", |_, this, _| {
            Ok(Value::list(record(this)?.values.clone()))
        }),
    ]);

fn of(this: &Value) -> Result<&Parser> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn record(this: &Value) -> Result<&Record> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn get(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let (record, [which]) = (record(this)?, args) else {
        return Err(Thrown::mismatch());
    };
    if let Value::Int(at) = which {
        let value = usize::try_from(*at)
            .ok()
            .and_then(|at| record.values.get(at));
        return value
            .cloned()
            .ok_or_else(|| throw("java.lang.ArrayIndexOutOfBoundsException", at.to_string()));
    }
    let name = vm.text(which)?;
    if record.header.is_empty() {
        return Err(throw(
            "java.lang.IllegalStateException",
            "No header mapping was specified, the record values can't be accessed by name",
        ));
    }
    let Some(place) = record.place(&name) else {
        let known = vm.text(&Value::list(record.header.keys()))?;
        return Err(throw(
            "java.lang.IllegalArgumentException",
            format!("Mapping for {name} not found, expected one of {known}"),
        ));
    };
    record.values.get(place).cloned().ok_or_else(|| {
        throw(
            "java.lang.IllegalArgumentException",
            format!(
                "Index for header '{name}' is {place} but CSVRecord only has {} values!",
                record.values.len()
            ),
        )
    })
}

/// Reads all records of a text or reader.
pub(super) fn parser(vm: &mut Vm, source: &Value, format: &Format) -> Result<Value> {
    let text = match source {
        Value::Object(_) => {
            let text = vm.invoke(source, "getText", &[])?;
            vm.text(&text)?
        }
        text => args::text(vm, text)?,
    };
    vm.step(1 + text.len() as u64 / 16)?;
    vm.reserve(text.len().saturating_mul(4))?;
    let mut rows = rows(&text, format)?.into_iter();
    let names = match &format.header {
        None => Vec::new(),
        Some(names) if names.is_empty() => rows.next().unwrap_or_default(),
        Some(names) => {
            if format.skip_header {
                rows.next();
            }
            names.iter().map(|name| Value::Str(name.clone())).collect()
        }
    };
    let header = Map::linked(
        names
            .into_iter()
            .enumerate()
            .map(|(at, name)| (name, args::size(at))),
    );
    let record = |(number, values)| {
        Value::object(Record {
            values,
            header: Rc::clone(&header),
            number,
            ignore_case: format.ignore_case,
        })
    };
    let records = (1..).zip(rows).map(record).collect();
    Ok(Value::object(Parser {
        header: Rc::clone(&header),
        records,
        at: Cell::new(0),
    }))
}

/// The fields of all records.
fn rows(text: &str, format: &Format) -> Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        let (field, quoted, end) = field(&mut chars, format, rows.len() + 1)?;
        let first = row.is_empty();
        let blank = first && field.is_empty() && !quoted;
        match end {
            End::Text if blank => return Ok(rows),
            End::Line if blank && format.ignore_empty => continue,
            _ => {}
        }
        row.push(match &format.null {
            Some(null) if !quoted && null.as_str() == field => Value::Null,
            _ => Value::text(field),
        });
        if !matches!(end, End::Field) {
            rows.push(std::mem::take(&mut row));
        }
        if matches!(end, End::Text) {
            return Ok(rows);
        }
    }
}

/// What ended a field.
enum End {
    Field,
    Line,
    Text,
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn field(chars: &mut Chars<'_>, format: &Format, line: usize) -> Result<(String, bool, End)> {
    let mut field = String::new();
    if format.trim {
        while chars
            .next_if(|c| c.is_whitespace() && !"\r\n".contains(*c) && *c != format.delimiter)
            .is_some()
        {}
    }
    let quoted = format
        .quote
        .filter(|quote| chars.next_if_eq(quote).is_some());
    if let Some(quote) = quoted {
        loop {
            match chars.next() {
                Some(c) if Some(c) == format.escape => field.extend(chars.next()),
                Some(c) if c == quote => {
                    if chars.next_if_eq(&quote).is_none() {
                        break;
                    }
                    field.push(quote);
                }
                Some(c) => field.push(c),
                None => {
                    return Err(throw(
                        "java.io.IOException",
                        format!(
                            "(startline {line}) EOF reached before encapsulated token finished"
                        ),
                    ));
                }
            }
        }
    }
    loop {
        let end = match chars.next() {
            None => End::Text,
            Some(c) if c == format.delimiter => End::Field,
            Some('\n') => End::Line,
            Some('\r') => {
                let _ = chars.next_if_eq(&'\n');
                End::Line
            }
            Some(c) if quoted.is_some() => {
                if c.is_whitespace() {
                    continue;
                }
                return Err(throw(
                    "java.io.IOException",
                    format!("(line {line}) invalid char between encapsulated token and delimiter"),
                ));
            }
            Some(c) if Some(c) == format.escape => {
                field.extend(chars.next());
                continue;
            }
            Some(c) => {
                field.push(c);
                continue;
            }
        };
        if format.trim && quoted.is_none() {
            field.truncate(field.trim_end().len());
        }
        return Ok((field, quoted.is_some(), end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, vm};

    #[test]
    fn fields_are_quoted_and_empty_lines_skipped() {
        let mut vm = vm();
        let format = format::CSV_FORMAT.constant("DEFAULT").unwrap();
        for (text, expected) in [
            ("a,b\r\n\"c,\"\"d\"\"\",\n", "[[a, b], [c,\"d\", ]]"),
            ("a\n\nb", "[[a], [b]]"),
            ("", "[]"),
            ("\"a\nb\",c", "[[a\nb, c]]"),
        ] {
            let parsed = parser(&mut vm, &Value::text(text), format::of(&format).unwrap()).unwrap();
            let records = vm.items(&parsed).unwrap();
            let rows = records
                .iter()
                .map(|it| Value::list(record(it).unwrap().values.clone()));
            let rows = Value::list(rows.collect());
            assert_eq!(vm.text(&rows).unwrap().as_str(), expected);
        }
        let result = parser(&mut vm, &Value::text("\"a"), format::of(&format).unwrap());
        assert!(shown(&mut vm, result).contains("EOF reached before encapsulated token"));
    }

    #[test]
    fn values_have_the_names_of_the_header() {
        let mut vm = vm();
        let format = format::CSV_FORMAT.constant("DEFAULT").unwrap();
        let format = vm.invoke(&format, "withFirstRecordAsHeader", &[]).unwrap();
        let parsed = vm
            .invoke(&format, "parse", &[Value::text("id;x,name\n1,a\n")])
            .unwrap();
        let records = vm.items(&parsed).unwrap();
        let result = vm.invoke(&records[0], "get", &[Value::text("name")]);
        assert_eq!(shown(&mut vm, result), "String a");
        let result = vm.invoke(&records[0], "get", &[Value::text("nope")]);
        assert_eq!(
            shown(&mut vm, result),
            "!IllegalArgumentException Mapping for nope not found, expected one of [id;x, name]"
        );
    }
}
