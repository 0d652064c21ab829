//! `CSVFormat`: how records are written.

use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A format.
#[derive(Clone)]
pub(super) struct Format {
    pub(super) delimiter: char,
    pub(super) quote: Option<char>,
    pub(super) escape: Option<char>,
    pub(super) end: Str,
    /// `Some` with no names when the first record has them.
    pub(super) header: Option<Vec<Str>>,
    pub(super) skip_header: bool,
    pub(super) ignore_empty: bool,
    pub(super) trim: bool,
    pub(super) ignore_case: bool,
    pub(super) null: Option<Str>,
}

impl Object for Format {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CSV_FORMAT)
    }
}

impl Format {
    fn new() -> Self {
        Self {
            delimiter: ',',
            quote: Some('"'),
            escape: None,
            end: "\r\n".into(),
            header: None,
            skip_header: false,
            ignore_empty: true,
            trim: false,
            ignore_case: false,
            null: None,
        }
    }

    fn excel() -> Self {
        Self {
            ignore_empty: false,
            ..Self::new()
        }
    }

    fn tabs() -> Self {
        Self {
            delimiter: '\t',
            trim: true,
            ..Self::new()
        }
    }
}

/// `org.apache.commons.csv.CSVFormat`
pub(super) static CSV_FORMAT: Class = Class::new("org.apache.commons.csv.CSVFormat")
    .constants(&[
        ("DEFAULT", || Value::object(Format::new())),
        ("EXCEL", || Value::object(Format::excel())),
        ("RFC4180", || Value::object(Format::excel())),
        ("TDF", || Value::object(Format::tabs())),
    ])
    .statics(&[("newFormat", |vm, args| {
        let delimiter = character(vm, args)?.ok_or_else(Thrown::mismatch)?;
        Ok(Value::object(Format {
            delimiter,
            quote: None,
            ..Format::excel()
        }))
    })])
    .methods(&[
        ("parse", |vm, this, args| match args {
            [reader] => super::parse::parser(vm, reader, of(this)?),
            _ => Err(Thrown::mismatch()),
        }),
        ("withDelimiter", |vm, this, args| {
            let delimiter = character(vm, args)?.ok_or_else(Thrown::mismatch)?;
            with(this, |it| it.delimiter = delimiter)
        }),
        ("withEscape", |vm, this, args| {
            let escape = character(vm, args)?;
            with(this, |it| it.escape = escape)
        }),
        ("withFirstRecordAsHeader", |_, this, _| {
            with(this, |it| {
                it.header = Some(Vec::new());
                it.skip_header = true;
            })
        }),
        ("withHeader", |vm, this, args| {
            let names = match args {
                [Value::List(list)] => list.to_vec(),
                names => names.to_vec(),
            };
            let names = names
                .iter()
                .map(|name| vm.text(name))
                .collect::<Result<Vec<_>>>()?;
            with(this, |it| it.header = Some(names))
        }),
        ("withIgnoreEmptyLines", |_, this, args| {
            let yes = flag(args)?;
            with(this, |it| it.ignore_empty = yes)
        }),
        ("withIgnoreHeaderCase", |_, this, args| {
            let yes = flag(args)?;
            with(this, |it| it.ignore_case = yes)
        }),
        ("withIgnoreSurroundingSpaces", |_, this, args| {
            let yes = flag(args)?;
            with(this, |it| it.trim = yes)
        }),
        ("withNullString", |vm, this, args| match args {
            [text] => {
                let text = args::text(vm, text)?;
                with(this, |it| it.null = Some(text))
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("withQuote", |vm, this, args| {
            let quote = character(vm, args)?;
            with(this, |it| it.quote = quote)
        }),
        ("withRecordSeparator", |vm, this, args| match args {
            [end] => {
                let end = vm.text(end)?;
                with(this, |it| it.end = end)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("withSkipHeaderRecord", |_, this, args| {
            let yes = flag(args)?;
            with(this, |it| it.skip_header = yes)
        }),
        ("withTrim", |_, this, args| {
            let yes = flag(args)?;
            with(this, |it| it.trim = yes)
        }),
    ]);

/// The format that a value is.
pub(super) fn of(value: &Value) -> Result<&Format> {
    value.downcast().ok_or_else(Thrown::mismatch)
}

fn with(this: &Value, change: impl FnOnce(&mut Format)) -> Result<Value> {
    let mut format = of(this)?.clone();
    change(&mut format);
    Ok(Value::object(format))
}

fn flag(args: &[Value]) -> Result<bool> {
    match args {
        [] => Ok(true),
        [Value::Bool(yes)] => Ok(*yes),
        _ => Err(Thrown::mismatch()),
    }
}

/// One character, or none for `null`.
fn character(vm: &mut Vm, args: &[Value]) -> Result<Option<char>> {
    match args {
        [Value::Null] => Ok(None),
        [text] => {
            let text = vm.text(text)?;
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(one), None) => Ok(Some(one)),
                _ => Err(Thrown::mismatch()),
            }
        }
        _ => Err(Thrown::mismatch()),
    }
}
