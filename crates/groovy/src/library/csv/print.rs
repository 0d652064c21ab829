//! `CSVPrinter`.

use std::cell::Cell;

use super::format::{self, Format};
use crate::class::{Class, ClassRef};
use crate::library::io::write_text;
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A printer.
struct Printer {
    to: Value,
    format: Format,
    /// Whether the next value begins a record.
    fresh: Cell<bool>,
}

impl Object for Printer {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&CSV_PRINTER)
    }
}

/// `org.apache.commons.csv.CSVPrinter`
pub(super) static CSV_PRINTER: Class = Class::new("org.apache.commons.csv.CSVPrinter")
    .constructor(|vm, args| {
        let [to, with] = args else {
            return Err(Thrown::mismatch());
        };
        let format = format::of(with)?.clone();
        let header = format.header.clone().filter(|_| !format.skip_header);
        let printer = Value::object(Printer {
            to: to.clone(),
            format,
            fresh: Cell::new(true),
        });
        if let Some(names) = header.filter(|names| !names.is_empty()) {
            let names: Vec<Value> = names.into_iter().map(Value::Str).collect();
            record(vm, &printer, &names)?;
        }
        Ok(printer)
    })
    .methods(&[
        ("close", |_, _, _| Ok(Value::Null)),
        ("flush", |_, _, _| Ok(Value::Null)),
        ("getOut", |_, this, _| Ok(of(this)?.to.clone())),
        ("print", |vm, this, args| match args {
            [value] => {
                field(vm, of(this)?, value)?;
                Ok(Value::Null)
            }
            _ => Err(Thrown::mismatch()),
        }),
        ("printRecord", |vm, this, args| {
            let values = match args {
                [Value::List(_) | Value::Set(_)] => {
                    vm.items(args.first().unwrap_or(&Value::Null))?
                }
                values => values.to_vec(),
            };
            record(vm, this, &values)
        }),
        ("printRecords", |vm, this, args| {
            let [records] = args else {
                return Err(Thrown::mismatch());
            };
            for values in vm.items(records)? {
                let values = vm.items(&values)?;
                record(vm, this, &values)?;
            }
            Ok(Value::Null)
        }),
        ("println", |vm, this, _| record(vm, this, &[])),
    ]);

fn of(this: &Value) -> Result<&Printer> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

fn record(vm: &mut Vm, this: &Value, values: &[Value]) -> Result<Value> {
    let printer = of(this)?;
    for value in values {
        field(vm, printer, value)?;
    }
    write_text(vm, &printer.to, &printer.format.end)?;
    printer.fresh.set(true);
    Ok(Value::Null)
}

fn field(vm: &mut Vm, printer: &Printer, value: &Value) -> Result<()> {
    let format = &printer.format;
    let first = printer.fresh.replace(false);
    let text = match (value, &format.null) {
        (Value::Null, Some(null)) => null.clone(),
        (Value::Null, None) => "".into(),
        (value, _) => vm.text(value)?,
    };
    let number = matches!(
        value,
        Value::Int(_) | Value::Long(_) | Value::Decimal(_) | Value::Double(_)
    );
    let mut out = String::with_capacity(text.len() + 3);
    if !first {
        out.push(format.delimiter);
    }
    match format.quote {
        Some(quote) if !value.is_null() && needs_quotes(&text, format, quote, first, number) => {
            out.push(quote);
            for c in text.chars() {
                if c == quote {
                    out.push(quote);
                }
                out.push(c);
            }
            out.push(quote);
        }
        _ => out.push_str(&text),
    }
    write_text(vm, &printer.to, &out)
}

/// The library quotes more than must be: what begins with or ends in anything up to a space, and
/// at the beginning of a record what does not begin with a letter or digit.
fn needs_quotes(text: &str, format: &Format, quote: char, first: bool, number: bool) -> bool {
    if number {
        return false;
    }
    let Some(begin) = text.chars().next() else {
        return first;
    };
    if first && !begin.is_ascii_alphanumeric() && begin.is_ascii() {
        return true;
    }
    begin <= '#'
        || text.contains(['\n', '\r'])
        || text.contains([quote, format.delimiter])
        || text.chars().next_back().is_some_and(|end| end <= ' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::io::string_writer;
    use crate::testing::vm;

    #[test]
    fn fields_are_quoted_where_the_library_does() {
        let mut vm = vm();
        let writer = string_writer();
        let format = format::CSV_FORMAT.constant("DEFAULT").unwrap();
        let construct = CSV_PRINTER.construct.unwrap();
        let printer = construct(&mut vm, &[writer.clone(), format]).unwrap();
        for row in [
            vec!["a", "b c", "d,e"],
            vec!["", "", "f\"g"],
            vec!["-x", "-x", "y "],
        ] {
            let row: Vec<Value> = row.into_iter().map(Value::text).collect();
            vm.invoke(&printer, "printRecord", &row).unwrap();
        }
        vm.invoke(&printer, "printRecord", &[Value::Null, Value::Int(-1)])
            .unwrap();
        let text = vm.text(&writer).unwrap();
        assert_eq!(
            text.as_str(),
            "a,b c,\"d,e\"\r\n\"\",,\"f\"\"g\"\r\n\"-x\",-x,\"y \"\r\n,-1\r\n"
        );
    }
}
