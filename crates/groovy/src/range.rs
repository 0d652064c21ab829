//! `IntRange` and `ObjectRange`.

use std::rc::Rc;

use num_bigint::BigInt;

use crate::class::ClassRef;
use crate::library::collection;
use crate::text::Str;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// A range. Both ends belong to it, unless it is empty.
pub struct Range {
    /// First value as written: an integer, a character, a one-character string and so on.
    pub from: Value,
    /// Last value.
    pub to: Value,
    /// Whether `to` is left out.
    pub exclusive: bool,
}

/// A range of what can be counted, as numbers from `first` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    first: i64,
    len: u64,
    down: bool,
}

impl Counted {
    /// How many values there are.
    pub(crate) fn len(self) -> u64 {
        self.len
    }

    /// The number at `index`.
    fn at(self, index: u64) -> Option<i64> {
        let offset = i64::try_from(index).ok().filter(|_| index < self.len)?;
        if self.down {
            self.first.checked_sub(offset)
        } else {
            self.first.checked_add(offset)
        }
    }
}

impl Range {
    /// `from..to`, `from..<to`
    ///
    /// # Errors
    /// When counting cannot lead from one end to the other, and what comparing them throws.
    pub(crate) fn between(
        vm: &mut Vm,
        from: Value,
        to: Value,
        exclusive: bool,
    ) -> Result<Rc<Self>> {
        if let (Value::Str(a), Value::Str(b)) = (&from, &to) {
            if vm.compare(&from, &to)?.is_gt() {
                check_texts(b, a)?;
            } else {
                check_texts(a, b)?;
            }
        }
        Ok(Rc::new(Self {
            from,
            to,
            exclusive,
        }))
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ClassRef {
        ClassRef::Native(match (&self.from, &self.to) {
            _ if self.is_empty() => &collection::EMPTY_RANGE,
            (Value::Int(_), Value::Int(_)) => &collection::INT_RANGE,
            _ => &collection::OBJECT_RANGE,
        })
    }

    /// Whether it runs downwards.
    #[must_use]
    pub fn is_reverse(&self) -> bool {
        self.counted().is_some_and(|all| all.down)
    }

    /// Its numbers, when it is one of integers, characters or texts that differ in one character.
    pub(crate) fn counted(&self) -> Option<Counted> {
        let (from, to) = (ordinal(&self.from)?, ordinal(&self.to)?);
        if let (Value::Str(from), Value::Str(to)) = (&self.from, &self.to)
            && without_last(from) != without_last(to)
        {
            return None;
        }
        let down = from > to;
        let len = from.abs_diff(to);
        let len = if self.exclusive {
            len
        } else {
            len.saturating_add(1)
        };
        Some(Counted {
            first: from,
            len,
            down,
        })
    }

    /// Number of values, when they can be counted.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        self.counted().map(Counted::len)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The value at `index`, when values can be counted.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<Value> {
        let number = self.counted()?.at(index)?;
        Some(like(&self.from, &self.to, number))
    }

    /// All values, when they can be counted. Who calls it has made sure that [`Range::len`] values
    /// are not too many.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        let Some(counted) = self.counted() else {
            return Vec::new();
        };
        let numbers = (0..counted.len).filter_map(|index| counted.at(index));
        numbers.map(|n| like(&self.from, &self.to, n)).collect()
    }
}

/// Texts can be the ends only when counting the last character up leads from one to the other.
fn check_texts(low: &Str, high: &Str) -> Result<()> {
    let (low, high) = (units(low), units(high));
    let alike = low.iter().zip(&high).take_while(|(a, b)| a == b).count();
    let why = if low.len() > high.len() {
        "starting String is longer than ending string"
    } else if alike + 1 < low.len() {
        "String#next() will not reach the expected value"
    } else {
        return Ok(());
    };
    let message = format!("Incompatible Strings for Range: {why}");
    Err(throw("java.lang.IllegalArgumentException", message))
}

/// The number by which a value is counted.
fn ordinal(value: &Value) -> Option<i64> {
    match value {
        Value::Byte(n) => Some(i64::from(*n)),
        Value::Short(n) => Some(i64::from(*n)),
        Value::Int(n) => Some(i64::from(*n)),
        Value::Long(n) => Some(*n),
        Value::Char(c) => Some(i64::from(*c)),
        Value::BigInteger(n) => i64::try_from(&**n).ok(),
        Value::Str(text) => text.encode_utf16().last().map(i64::from),
        _ => None,
    }
}

/// A value like those at the ends, with this number.
fn like(from: &Value, to: &Value, number: i64) -> Value {
    match (from, to) {
        (Value::Str(from), _) => {
            let mut units: Vec<u16> = from.encode_utf16().collect();
            if let (Some(last), Ok(unit)) = (units.last_mut(), u16::try_from(number)) {
                *last = unit;
            }
            Value::Str(Str::from(String::from_utf16_lossy(&units)))
        }
        (Value::Char(_), _) => u16::try_from(number).map_or(Value::Null, Value::Char),
        (Value::BigInteger(_), _) | (_, Value::BigInteger(_)) => Value::big(BigInt::from(number)),
        (Value::Long(_), _) | (_, Value::Long(_)) => Value::Long(number),
        _ => i32::try_from(number).map_or(Value::Long(number), Value::Int),
    }
}

fn units(text: &Str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn without_last(text: &Str) -> Vec<u16> {
    let mut units = units(text);
    units.pop();
    units
}
