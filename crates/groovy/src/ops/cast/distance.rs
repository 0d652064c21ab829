//! How well an argument fits a parameter.

use crate::class::{Class, ClassRef};
use crate::library::collection;
use crate::library::number::{
    BIG_DECIMAL, BIG_INTEGER, BOOLEAN, BYTE, CHARACTER, DOUBLE, FLOAT, INTEGER, LONG, NUMBER, SHORT,
};
use crate::library::object::OBJECT;
use crate::library::string::{CHAR_SEQUENCE, STRING};
use crate::value::Value;

use super::{is, is_instance};

/// A step from a number to the next wider one.
const WIDER: u32 = 2;
/// Every number fits these less well than any wider number.
const ABOVE_NUMBERS: u32 = 30;
/// `Object` takes what nothing else takes.
const ANYTHING: u32 = 100;

/// Whether a parameter of type `to` takes `value` (boxing, widening, `GString` to `String`), and
/// how far it is from it: smaller is nearer. `None` when it does not.
#[must_use]
pub fn distance(value: &Value, to: Option<&ClassRef>) -> Option<u32> {
    let Some(to) = to else {
        return Some(if value.is_null() { 0 } else { ANYTHING });
    };
    if value.is_null() {
        return null(to);
    }
    if let ClassRef::Native(class) | ClassRef::Primitive(class) = to {
        if is(class, &OBJECT) {
            return Some(ANYTHING);
        }
        let boxed = u32::from(matches!(to, ClassRef::Native(_)));
        if let Some(rank) = rank(value) {
            return widened(rank, class, boxed);
        }
        match value {
            Value::Bool(_) if is(class, &BOOLEAN) => return Some(boxed),
            Value::Char(_) if is(class, &CHARACTER) => return Some(boxed),
            Value::GString(_) if is(class, &STRING) => return Some(WIDER),
            Value::Str(_) if is(class, &CHAR_SEQUENCE) => return Some(WIDER),
            Value::Closure(_) if class.interface => return Some(ABOVE_NUMBERS),
            _ => {}
        }
    }
    if is_instance(value, to) {
        return Some(depth(&value.class(), to).unwrap_or(ABOVE_NUMBERS));
    }
    match to {
        ClassRef::Array(_) => array(value, to),
        _ => None,
    }
}

/// `Object` takes `null` best, a primitive never.
fn null(to: &ClassRef) -> Option<u32> {
    match to {
        ClassRef::Primitive(_) => None,
        ClassRef::Native(class) if is(class, &OBJECT) => Some(0),
        ClassRef::Native(class) if class.interface => Some(1),
        ClassRef::Native(class) => Some(1 + below_object(class)),
        _ => Some(2),
    }
}

/// How many classes of the library a class is below `Object`. `java.util` has one more, abstract
/// one for its collections and maps.
fn below_object(class: &'static Class) -> u32 {
    let above = class.supers.first().filter(|above| !above.interface);
    let abstract_one = class.is_a(&collection::COLLECTION) || class.is_a(&collection::MAP);
    1 + above.map_or(u32::from(abstract_one), |above| below_object(above))
}

/// Numbers from the narrowest on.
static RANKS: [&Class; 8] = [
    &BYTE,
    &SHORT,
    &INTEGER,
    &LONG,
    &BIG_INTEGER,
    &FLOAT,
    &DOUBLE,
    &BIG_DECIMAL,
];

fn rank(value: &Value) -> Option<usize> {
    Some(match value {
        Value::Byte(_) => 0,
        Value::Short(_) => 1,
        Value::Int(_) => 2,
        Value::Long(_) => 3,
        Value::BigInteger(_) => 4,
        Value::Float(_) => 5,
        Value::Double(_) => 6,
        Value::Decimal(_) => 7,
        _ => return None,
    })
}

fn widened(from: usize, to: &'static Class, boxed: u32) -> Option<u32> {
    let Some(target) = RANKS.iter().position(|class| is(class, to)) else {
        return if is(to, &NUMBER) {
            Some(ABOVE_NUMBERS)
        } else if NUMBER.is_a(to) || INTEGER.is_a(to) {
            Some(ABOVE_NUMBERS + 1)
        } else {
            None
        };
    };
    let fits = match target {
        // `BigInteger` takes integers, `float` no `BigInteger`, `double` any number.
        4 => from <= 4,
        5 => from <= 3 || from == 5,
        6 | 7 => true,
        _ => from <= target,
    };
    let steps = u32::try_from(target.abs_diff(from)).unwrap_or(ABOVE_NUMBERS);
    fits.then(|| steps * WIDER + boxed)
}

/// How many classes and interfaces are between.
fn depth(from: &ClassRef, to: &ClassRef) -> Option<u32> {
    match (from, to) {
        (ClassRef::Native(from), ClassRef::Native(to)) => steps(from, to),
        (ClassRef::Script(class), _) => {
            if from == to {
                return Some(0);
            }
            let above = class.supers();
            let nearest = above.iter().filter_map(|above| depth(above, to)).min();
            nearest.map(|near| near + WIDER)
        }
        _ => Some(0),
    }
}

fn steps(from: &'static Class, to: &'static Class) -> Option<u32> {
    if is(from, to) {
        return Some(0);
    }
    let above = from.supers.iter().filter_map(|above| steps(above, to));
    above.min().map(|near| near + WIDER)
}

/// A list never fits an array, a `byte[]` fits its own.
fn array(value: &Value, to: &ClassRef) -> Option<u32> {
    let bytes = matches!(value, Value::Bytes(_));
    let takes = matches!(to, ClassRef::Array(element)
        if matches!(&**element, ClassRef::Primitive(class) if is(class, &BYTE)));
    (bytes && takes).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_parameter_wins() {
        let native = |class: &'static Class| ClassRef::Native(class);
        let best = |value: &Value, of: &[ClassRef]| {
            let distances = of.iter().map(|class| distance(value, Some(class)));
            let known = distances.enumerate().filter_map(|(i, d)| d.map(|d| (d, i)));
            known.min().map(|(_, index)| index)
        };
        let both = [native(&STRING), native(&OBJECT)];
        assert_eq!(best(&Value::text("x"), &both), Some(0));
        assert_eq!(best(&Value::Int(1), &both), Some(1));
        assert_eq!(best(&Value::Null, &both), Some(1));
        let numbers = [
            native(&LONG),
            native(&BIG_DECIMAL),
            ClassRef::Primitive(&INTEGER),
            native(&INTEGER),
        ];
        assert_eq!(best(&Value::Int(1), &numbers), Some(2));
        assert_eq!(best(&Value::Long(1), &numbers), Some(0));
        assert_eq!(best(&Value::Double(1.0), &numbers), Some(1));
        assert_eq!(best(&Value::text("x"), &numbers), None);
        let lists = [native(&collection::COLLECTION), native(&collection::LIST)];
        assert_eq!(best(&Value::list(Vec::new()), &lists), Some(1));
        assert_eq!(
            distance(&Value::Null, Some(&ClassRef::Primitive(&INTEGER))),
            None
        );
    }
}
