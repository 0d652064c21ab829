//! `java.text.DecimalFormat`, `NumberFormat` and `DecimalFormatSymbols`.

mod pattern;
mod symbols;

use std::cell::RefCell;

use crate::class::{Class, ClassRef, Function, Method};
use crate::decimal::{Decimal, Rounding};
use crate::library::date::locale::Locale;
use crate::library::format::symbols::Symbols;
use crate::library::number::rounding;
use crate::library::params;
use crate::library::string::index::position;
use crate::object::Object;
use crate::ops::number::{Number, number};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use pattern::Pattern;

/// `java.text.NumberFormat`
pub static NUMBER_FORMAT: Class = Class::new("java.text.NumberFormat").statics(STATICS);
/// `java.text.DecimalFormat`
pub static DECIMAL_FORMAT: Class = Class::new("java.text.DecimalFormat")
    .extends(&[&NUMBER_FORMAT])
    .constructor(new)
    .methods(METHODS);

pub(super) static CLASSES: &[&Class] = &[
    &NUMBER_FORMAT,
    &DECIMAL_FORMAT,
    &symbols::DECIMAL_FORMAT_SYMBOLS,
];

static STATICS: &[(&str, Function)] = &[
    ("getInstance", |_, args| made("#,##0.###", args, false)),
    ("getNumberInstance", |_, args| {
        made("#,##0.###", args, false)
    }),
    ("getIntegerInstance", |_, args| made("#,##0", args, true)),
    ("getPercentInstance", |_, args| made("#,##0%", args, false)),
];

static METHODS: &[(&str, Method)] = &[
    ("format", |vm, this, args| match args {
        [value] => {
            vm.step(1)?;
            of(this)?.format.borrow().print(value).map(Value::text)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("parse", |vm, this, args| match args {
        [text] => {
            let text = params::text(vm, text)?;
            vm.step(1 + text.len() as u64 / 16)?;
            of(this)?.format.borrow().read(&text)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("applyPattern", |vm, this, args| match args {
        [text] => {
            let text = params::text(vm, text)?;
            let pattern = pattern::parse(&text)?;
            of(this)?.format.borrow_mut().pattern = pattern;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("setMaximumFractionDigits", |_, this, args| {
        digits(this, args, |pattern, digits| {
            pattern.most_fraction = digits;
            pattern.least_fraction = pattern.least_fraction.min(digits);
        })
    }),
    ("setMinimumFractionDigits", |_, this, args| {
        digits(this, args, |pattern, digits| {
            pattern.least_fraction = digits;
            pattern.most_fraction = pattern.most_fraction.max(digits);
        })
    }),
    ("setMinimumIntegerDigits", |_, this, args| {
        digits(this, args, |pattern, digits| pattern.least_whole = digits)
    }),
    ("setGroupingSize", |_, this, args| {
        digits(this, args, |pattern, digits| pattern.group = digits)
    }),
    ("setGroupingUsed", |_, this, args| match args {
        [Value::Bool(used)] => {
            of(this)?.format.borrow_mut().grouping = *used;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("setParseBigDecimal", |_, this, args| match args {
        [Value::Bool(decimals)] => {
            of(this)?.format.borrow_mut().decimals = *decimals;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("setRoundingMode", |_, this, args| match args {
        [mode] => {
            of(this)?.format.borrow_mut().rounding = rounding::rounding(mode)?;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("setDecimalFormatSymbols", |_, this, args| match args {
        [given] => {
            of(this)?.format.borrow_mut().symbols = symbols::of(given)?;
            Ok(Value::Null)
        }
        _ => Err(Thrown::mismatch()),
    }),
    ("getMaximumFractionDigits", |_, this, _| {
        Ok(Value::Int(position(
            of(this)?.format.borrow().pattern.most_fraction,
        )))
    }),
    ("getMinimumFractionDigits", |_, this, _| {
        Ok(Value::Int(position(
            of(this)?.format.borrow().pattern.least_fraction,
        )))
    }),
];

struct DecimalFormat {
    format: RefCell<Format>,
}

struct Format {
    pattern: Pattern,
    symbols: Symbols,
    rounding: Rounding,
    grouping: bool,
    /// Whether texts are read as `BigDecimal`.
    decimals: bool,
    /// Whether only the digits before the point are read.
    whole_only: bool,
}

impl Object for DecimalFormat {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&DECIMAL_FORMAT)
    }
}

fn of(value: &Value) -> Result<&DecimalFormat> {
    value.downcast().ok_or_else(Thrown::mismatch)
}

fn value(pattern: Pattern, symbols: Symbols, whole_only: bool) -> Value {
    Value::object(DecimalFormat {
        format: RefCell::new(Format {
            grouping: pattern.group > 0,
            pattern,
            symbols,
            rounding: Rounding::HalfEven,
            decimals: false,
            whole_only,
        }),
    })
}

fn new(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (pattern, symbols) = match args {
        [] => ("#,##0.###".into(), Symbols::of(&Locale::us())),
        [pattern] => (params::text(vm, pattern)?, Symbols::of(&Locale::us())),
        [pattern, given] => (params::text(vm, pattern)?, symbols::of(given)?),
        _ => return Err(Thrown::mismatch()),
    };
    Ok(value(pattern::parse(&pattern)?, symbols, false))
}

fn made(pattern: &str, args: &[Value], whole_only: bool) -> Result<Value> {
    let locale = match args {
        [] => Locale::us(),
        [locale] => locale
            .downcast::<Locale>()
            .cloned()
            .ok_or_else(Thrown::mismatch)?,
        _ => return Err(Thrown::mismatch()),
    };
    Ok(value(
        pattern::parse(pattern)?,
        Symbols::of(&locale),
        whole_only,
    ))
}

fn digits(this: &Value, args: &[Value], set: fn(&mut Pattern, usize)) -> Result<Value> {
    let [digits] = args else {
        return Err(Thrown::mismatch());
    };
    let digits = usize::try_from(params::int(digits)?)
        .unwrap_or(0)
        .min(pattern::MOST);
    set(&mut of(this)?.format.borrow_mut().pattern, digits);
    Ok(Value::Null)
}

impl Format {
    fn print(&self, value: &Value) -> Result<String> {
        let number = match value {
            Value::Char(_) => None,
            other => number(other),
        };
        let Some(number) = number else {
            let message = "Cannot format given Object as a Number";
            return Err(throw("IllegalArgumentException", message));
        };
        let (decimal, negative) = match number {
            Number::Double(n) if n.is_nan() => return Ok("\u{fffd}".to_owned()),
            Number::Double(n) if n.is_infinite() => {
                return Ok(self.pattern.with_sign(n < 0.0, "\u{221e}"));
            }
            Number::Double(n) => (Decimal::exact(n)?, n.is_sign_negative()),
            other => {
                let decimal = (*other.decimal()?).clone();
                let negative = decimal.signum() < 0;
                (decimal, negative)
            }
        };
        let digits =
            self.pattern
                .digits(&decimal.abs(), self.rounding, self.grouping, self.symbols)?;
        Ok(self.pattern.with_sign(negative, &digits))
    }

    /// The number at the start of a text.
    fn read(&self, text: &str) -> Result<Value> {
        let fault = || {
            let message = format!("Unparseable number: \"{text}\"");
            throw("java.text.ParseException", message)
        };
        let (negative, rest) = self.pattern.without_sign(text).ok_or_else(fault)?;
        let mut digits = String::new();
        let mut fraction = false;
        for c in rest.chars() {
            match c {
                '0'..='9' => digits.push(c),
                c if c == self.symbols.decimal && !fraction && !self.whole_only => {
                    fraction = true;
                    digits.push('.');
                }
                c if c == self.symbols.group && self.grouping && !fraction => {}
                _ => break,
            }
        }
        if !digits.contains(|c: char| c.is_ascii_digit()) {
            return Err(fault());
        }
        let number = Decimal::parse(&digits)?;
        let number = number.scale_by_ten(-self.pattern.shift)?;
        let number = if negative { number.negate() } else { number };
        if self.decimals {
            return Ok(Value::decimal(number));
        }
        let whole = number
            .to_integer_exact()
            .ok()
            .and_then(|whole| i64::try_from(whole).ok());
        Ok(match whole {
            Some(whole) if !(whole == 0 && negative) => Value::Long(whole),
            _ => Value::Double(number.to_double()),
        })
    }
}

#[cfg(test)]
mod tests;
