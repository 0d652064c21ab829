//! `%tY` and the like.

use super::spec::Spec;
use crate::library::date::args::{default_zone, millis};
use crate::library::date::format::DateFormat;
use crate::library::date::locale::Locale;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// The pattern that says the same.
fn pattern(letter: char) -> Option<&'static str> {
    Some(match letter {
        'Y' => "yyyy",
        'y' => "yy",
        'm' => "MM",
        'B' => "MMMM",
        'b' | 'h' => "MMM",
        'd' => "dd",
        'e' => "d",
        'A' => "EEEE",
        'a' => "EEE",
        'j' => "DDD",
        'H' => "HH",
        'k' => "H",
        'I' => "hh",
        'l' => "h",
        'M' => "mm",
        'S' => "ss",
        'L' => "SSS",
        'p' => "a",
        'z' => "Z",
        'Z' => "z",
        'T' => "HH:mm:ss",
        'R' => "HH:mm",
        'r' => "hh:mm:ss a",
        'D' => "MM/dd/yy",
        'F' => "yyyy-MM-dd",
        'c' => "EEE MMM dd HH:mm:ss z yyyy",
        _ => return None,
    })
}

pub(super) fn converted(
    vm: &mut Vm,
    locale: &Locale,
    spec: &Spec<'_>,
    value: &Value,
) -> Result<String> {
    let moment = match value {
        Value::Null => return Ok(spec.padded("null".to_owned())),
        Value::Long(millis) => *millis,
        other => millis(other).ok_or_else(|| spec.refuse(other))?,
    };
    let text = match (spec.date, pattern(spec.date)) {
        ('s', _) => moment.div_euclid(1000).to_string(),
        ('Q', _) => moment.to_string(),
        ('N', _) => format!("{:09}", moment.rem_euclid(1000) * 1_000_000),
        (_, Some(pattern)) => {
            let (zone, now) = (default_zone(vm), vm.host().now());
            DateFormat::new(pattern, locale.clone(), zone, now)?.print(moment)
        }
        (letter, None) => {
            let message = format!("Conversion = 't{letter}'");
            return Err(throw("java.util.UnknownFormatConversionException", message));
        }
    };
    let text = if spec.date == 'p' {
        text.to_lowercase()
    } else {
        text
    };
    Ok(spec.padded(if spec.upper() {
        text.to_uppercase()
    } else {
        text
    }))
}
