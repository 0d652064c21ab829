//! `java.text.DecimalFormatSymbols`

use std::cell::Cell;

use crate::class::{Class, ClassRef, Method};
use crate::library::date::locale::Locale;
use crate::library::format::symbols::Symbols;
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// `java.text.DecimalFormatSymbols`
pub(crate) static DECIMAL_FORMAT_SYMBOLS: Class = Class::new("java.text.DecimalFormatSymbols")
    .constructor(new)
    .statics(&[("getInstance", new)])
    .methods(METHODS);

static METHODS: &[(&str, Method)] = &[
    ("setDecimalSeparator", |vm, this, args| {
        set(vm, this, args, |symbols, c| symbols.decimal = c)
    }),
    ("setGroupingSeparator", |vm, this, args| {
        set(vm, this, args, |symbols, c| symbols.group = c)
    }),
    ("getDecimalSeparator", |_, this, _| {
        Ok(unit(of(this)?.decimal))
    }),
    ("getGroupingSeparator", |_, this, _| {
        Ok(unit(of(this)?.group))
    }),
];

struct DecimalFormatSymbols(Cell<Symbols>);

impl Object for DecimalFormatSymbols {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&DECIMAL_FORMAT_SYMBOLS)
    }
}

fn new(_: &mut Vm, args: &[Value]) -> Result<Value> {
    let locale = match args {
        [] => Locale::us(),
        [locale] => locale
            .downcast::<Locale>()
            .cloned()
            .ok_or_else(Thrown::mismatch)?,
        _ => return Err(Thrown::mismatch()),
    };
    Ok(Value::object(DecimalFormatSymbols(Cell::new(Symbols::of(
        &locale,
    )))))
}

/// The symbols of an argument.
pub(super) fn of(value: &Value) -> Result<Symbols> {
    let symbols = value.downcast::<DecimalFormatSymbols>();
    symbols
        .map(|symbols| symbols.0.get())
        .ok_or_else(Thrown::mismatch)
}

fn unit(c: char) -> Value {
    Value::Char(u16::try_from(u32::from(c)).unwrap_or(0xfffd))
}

fn set(_: &mut Vm, this: &Value, args: &[Value], set: fn(&mut Symbols, char)) -> Result<Value> {
    let symbols = this
        .downcast::<DecimalFormatSymbols>()
        .ok_or_else(Thrown::mismatch)?;
    let c = match args {
        [Value::Char(unit)] => char::from_u32(u32::from(*unit)),
        [Value::Str(text)] if text.units() == 1 => text.chars().next(),
        _ => None,
    };
    let mut changed = symbols.0.get();
    set(&mut changed, c.ok_or_else(Thrown::mismatch)?);
    symbols.0.set(changed);
    Ok(Value::Null)
}
