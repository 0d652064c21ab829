//! `==`, `equals` and the equality of keys.

use std::rc::Rc;

use crate::map::Map;
use crate::ops::compare;
use crate::ops::{NESTING, hash};
use crate::throwable::throw_bare;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// Whether two keys are one key: Java's `equals`, without running a script.
#[must_use]
pub fn same_key(a: &Value, b: &Value) -> bool {
    same(a, b, 0)
}

fn same(a: &Value, b: &Value, depth: u32) -> bool {
    if depth > NESTING {
        return false;
    }
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Double(a), Value::Double(b)) => hash::double_bits(*a) == hash::double_bits(*b),
        (Value::BigInteger(a), Value::BigInteger(b)) => a == b,
        (Value::Decimal(a), Value::Decimal(b)) => a == b,
        (Value::GString(x), Value::GString(y)) => {
            a.is_same(b) || matches!((x.plain(), y.plain()), (Some(x), Some(y)) if x == y)
        }
        (Value::Object(x), Value::Object(y)) => a.is_same(b) || x.same_key(&**y),
        (Value::List(x), Value::List(y)) if !x.is_array() && !y.is_array() => {
            a.is_same(b) || {
                let (x, y) = (x.to_vec(), y.to_vec());
                x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| same(x, y, depth + 1))
            }
        }
        (Value::Map(x), Value::Map(y)) => {
            a.is_same(b)
                || (x.len() == y.len()
                    && x.to_vec().iter().all(|(key, value)| {
                        y.get(key)
                            .is_some_and(|other| same(value, &other, depth + 1))
                    }))
        }
        (Value::Set(x), Value::Set(y)) => {
            a.is_same(b) || (x.len() == y.len() && x.keys().iter().all(|key| y.contains(key)))
        }
        (Value::Range(x), Value::Range(y)) => {
            x.exclusive == y.exclusive
                && same(&x.from, &y.from, depth + 1)
                && same(&x.to, &y.to, depth + 1)
        }
        _ => a.is_same(b),
    }
}

/// `a == b`
///
/// # Errors
/// What `equals` and `compareTo` of a script's classes throw.
pub fn equals(vm: &mut Vm, a: &Value, b: &Value) -> Result<bool> {
    groovy(vm, a, b, 0)
}

fn groovy(vm: &mut Vm, a: &Value, b: &Value, depth: u32) -> Result<bool> {
    if let (Value::Str(a), Value::Str(b)) = (a, b) {
        return Ok(a == b);
    }
    if a.is_same(b) {
        return Ok(true);
    }
    if a.is_null() || b.is_null() {
        return Ok(false);
    }
    if let Some(order) = compare::numeric(a, b) {
        return Ok(order.is_some_and(std::cmp::Ordering::is_eq));
    }
    match (a, b) {
        (Value::Str(_) | Value::GString(_), Value::Str(_) | Value::GString(_) | Value::Char(_)) => {
            Ok(vm.text(a)? == vm.text(b)?)
        }
        (Value::Bytes(x), Value::Bytes(y)) => Ok(*x.borrow() == *y.borrow()),
        _ => contents(vm, a, b, depth),
    }
}

/// `a.equals(b)`
///
/// # Errors
/// What `equals` of a script's class throws.
pub fn java_equals(vm: &mut Vm, a: &Value, b: &Value) -> Result<bool> {
    match (a, b) {
        (Value::List(x), Value::List(y)) if x.is_array() && y.is_array() => Ok(a.is_same(b)),
        (Value::List(_) | Value::Range(_), Value::List(_) | Value::Range(_))
        | (Value::Map(_), Value::Map(_))
        | (Value::Set(_), Value::Set(_)) => contents(vm, a, b, 0),
        (Value::Object(x), _) => Ok(a.is_same(b) || x.equals(vm, b)?),
        _ => Ok(same_key(a, b)),
    }
}

/// Collections by their contents, objects by their `compareTo` or `equals`.
fn contents(vm: &mut Vm, a: &Value, b: &Value, depth: u32) -> Result<bool> {
    if depth > NESTING {
        return Err(throw_bare("StackOverflowError"));
    }
    vm.step(1)?;
    match (a, b) {
        (
            Value::List(_) | Value::Range(_) | Value::Bytes(_),
            Value::List(_) | Value::Range(_) | Value::Bytes(_),
        ) => {
            let (x, y) = (vm.items(a)?, vm.items(b)?);
            if x.len() != y.len() {
                return Ok(false);
            }
            for (x, y) in x.iter().zip(&y) {
                vm.step(1)?;
                if !groovy(vm, x, y, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Map(x), Value::Map(y)) => maps(vm, x, y, depth),
        (Value::Set(x), Value::Set(y)) => sets(vm, x, y, depth),
        (Value::Object(x), _) => {
            let (class, other) = (a.class(), b.class());
            if (class.is_a(&other) || other.is_a(&class))
                && let Some(order) = x.compare(vm, b)?
            {
                return Ok(order.is_eq());
            }
            x.equals(vm, b)
        }
        _ => Ok(same_key(a, b)),
    }
}

fn maps(vm: &mut Vm, x: &Rc<Map>, y: &Rc<Map>, depth: u32) -> Result<bool> {
    if x.len() != y.len() {
        return Ok(false);
    }
    for (key, value) in x.to_vec() {
        vm.step(1)?;
        let Some(other) = y.get(&key) else {
            return Ok(false);
        };
        if !groovy(vm, &value, &other, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sets are equal when each element has a partner, `==` to it.
fn sets(vm: &mut Vm, x: &Rc<Map>, y: &Rc<Map>, depth: u32) -> Result<bool> {
    if x.len() != y.len() {
        return Ok(false);
    }
    let mut left = Vec::new();
    for item in x.keys() {
        vm.step(1)?;
        if !y.contains(&item) {
            left.push(item);
        }
    }
    if left.is_empty() {
        return Ok(true);
    }
    let mut others = y.keys();
    others.retain(|other| !x.contains(other));
    for item in left {
        let mut partner = None;
        for (at, other) in others.iter().enumerate() {
            vm.step(1)?;
            if groovy(vm, &item, other, depth + 1)? {
                partner = Some(at);
                break;
            }
        }
        match partner {
            Some(at) => drop(others.swap_remove(at)),
            None => return Ok(false),
        }
    }
    Ok(true)
}
