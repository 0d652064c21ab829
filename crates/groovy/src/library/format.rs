//! `java.util.Formatter`: what `String.format` and `printf` do.

mod dates;
mod numbers;
mod spec;
pub(crate) mod symbols;

use crate::library::date::locale::Locale;
use crate::library::params;
use crate::ops::hash::java_hash;
use crate::text::{Str, units_of};
use crate::throwable::throw;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use spec::{Piece, Spec};

/// Characters that a width or precision may ask for.
const WIDEST: usize = 1 << 20;

/// `String.format([locale,] format, values…)`
pub(crate) fn format(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (locale, rest) = match args {
        [first, rest @ ..] if first.downcast::<Locale>().is_some() => {
            (first.downcast::<Locale>().cloned(), rest)
        }
        [Value::Null, rest @ ..] => (None, rest),
        rest => (None, rest),
    };
    let [format, values @ ..] = rest else {
        return Err(Thrown::mismatch());
    };
    let format = params::text(vm, format)?;
    let values = match values {
        [Value::List(list)] if list.is_array() => list.to_vec(),
        values => values.to_vec(),
    };
    let locale = locale.unwrap_or_else(Locale::us);
    formatted(vm, &locale, &format, &values).map(Value::text)
}

/// The text a format makes of values.
pub(crate) fn formatted(
    vm: &mut Vm,
    locale: &Locale,
    format: &str,
    values: &[Value],
) -> Result<String> {
    let mut out = String::new();
    let mut next = 0;
    let mut last = None;
    for piece in spec::pieces(format)? {
        vm.step(1)?;
        let spec = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Spec(spec) => spec,
        };
        if spec
            .width
            .max(spec.precision)
            .is_some_and(|wide| wide > WIDEST)
        {
            vm.reserve(usize::MAX)?;
        }
        vm.reserve(out.len())?;
        match spec.conversion {
            'n' => {
                out.push('\n');
                continue;
            }
            '%' => {
                out.push_str(&spec.padded("%".to_owned()));
                continue;
            }
            _ => {}
        }
        let at = match (spec.index, spec.previous) {
            (Some(index), _) => index.checked_sub(1),
            (None, true) => last,
            (None, false) => {
                next += 1;
                Some(next - 1)
            }
        };
        let Some(value) = at.and_then(|at| values.get(at)) else {
            let message = format!("Format specifier '{}'", spec.source);
            return Err(throw("java.util.MissingFormatArgumentException", message));
        };
        last = at;
        out.push_str(&converted(vm, locale, &spec, value)?);
    }
    Ok(out)
}

fn converted(vm: &mut Vm, locale: &Locale, spec: &Spec<'_>, value: &Value) -> Result<String> {
    let text = match spec.conversion.to_ascii_lowercase() {
        't' => return dates::converted(vm, locale, spec, value),
        's' => plain(vm, spec, value)?,
        'b' => spec.cut(match value {
            Value::Null => "false".to_owned(),
            Value::Bool(yes) => yes.to_string(),
            _ => "true".to_owned(),
        }),
        'h' => spec.cut(match value {
            Value::Null => "null".to_owned(),
            value => format!("{:x}", java_hash(value)),
        }),
        _ if value.is_null() => spec.cut("null".to_owned()),
        'c' => character(spec, value)?,
        'd' | 'x' | 'o' => return numbers::whole(locale, spec, value),
        _ => return numbers::fraction(locale, spec, value),
    };
    Ok(spec.padded(if spec.upper() {
        text.to_uppercase()
    } else {
        text
    }))
}

fn plain(vm: &mut Vm, spec: &Spec<'_>, value: &Value) -> Result<String> {
    if spec.alternate {
        let message = format!("Conversion = {}, Flags = #", spec.conversion);
        return Err(throw(
            "java.util.FormatFlagsConversionMismatchException",
            message,
        ));
    }
    let text: Str = vm.to_string(value)?;
    Ok(spec.cut(text.as_str().to_owned()))
}

fn character(spec: &Spec<'_>, value: &Value) -> Result<String> {
    let code = match value {
        Value::Char(unit) => u32::from(*unit),
        Value::Byte(_) | Value::Short(_) | Value::Int(_) => params::int(value)?.cast_unsigned(),
        other => return Err(spec.refuse(other)),
    };
    match char::from_u32(code) {
        Some(c) => Ok(c.to_string()),
        None => {
            let message = format!("Code point = 0x{code:x}");
            Err(throw("java.util.IllegalFormatCodePointException", message))
        }
    }
}

impl Spec<'_> {
    /// No more characters than the precision.
    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        }
    }

    /// Filled with spaces up to the width.
    fn padded(&self, text: String) -> String {
        let width = self.width.unwrap_or(0).min(WIDEST);
        let missing = width.saturating_sub(units_of(&text));
        if missing == 0 {
            return text;
        }
        let fill = " ".repeat(missing);
        if self.left {
            text + &fill
        } else {
            fill + &text
        }
    }

    fn upper(&self) -> bool {
        self.conversion.is_ascii_uppercase()
    }

    /// `d != java.lang.String`
    fn refuse(&self, value: &Value) -> Thrown {
        let message = format!("{} != {}", self.conversion, value.class().name());
        throw("java.util.IllegalFormatConversionException", message)
    }
}

#[cfg(test)]
mod tests;
