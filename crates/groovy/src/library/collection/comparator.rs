//! `java.util.Comparator`.

use std::cmp::Ordering;

use super::order::{compare_with, groovy_order};
use crate::class::{Class, ClassRef};
use crate::library::args;
use crate::list::List;
use crate::object::Object;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A comparator of the library.
pub(crate) enum Comparator {
    /// By the order of the things themselves.
    Natural,
    /// The other way round.
    Reverse(Option<Value>),
    /// Texts without regard to case.
    IgnoreCase,
    /// By what closures give, one after the other.
    By(std::rc::Rc<List>),
}

impl Comparator {
    fn compare(&self, vm: &mut Vm, a: &Value, b: &Value) -> Result<Ordering> {
        match self {
            Self::Natural => vm.compare(a, b),
            Self::Reverse(None) => vm.compare(b, a),
            Self::Reverse(Some(other)) => compare_with(vm, other, b, a),
            Self::IgnoreCase => {
                let (a, b) = (args::text(vm, a)?, args::text(vm, b)?);
                let fold = |text: &str| text.to_uppercase().to_lowercase();
                Ok(fold(&a).encode_utf16().cmp(fold(&b).encode_utf16()))
            }
            Self::By(closures) => {
                for closure in closures.to_vec() {
                    let a = vm.call(&closure, std::slice::from_ref(a))?;
                    let b = vm.call(&closure, std::slice::from_ref(b))?;
                    let order = groovy_order(vm, &a, &b)?;
                    if order.is_ne() {
                        return Ok(order);
                    }
                }
                Ok(Ordering::Equal)
            }
        }
    }
}

impl Object for Comparator {
    fn class(&self) -> ClassRef {
        ClassRef::Native(match self {
            Self::By(_) => &ORDER_BY,
            _ => &COMPARATOR,
        })
    }
}

/// `java.util.Comparator`
pub(super) static COMPARATOR: Class = Class::interface("java.util.Comparator")
    .statics(&[
        ("naturalOrder", |_, _| {
            Ok(Value::object(Comparator::Natural))
        }),
        ("reverseOrder", |_, _| {
            Ok(Value::object(Comparator::Reverse(None)))
        }),
        ("comparing", |_, args| match args {
            [closure @ Value::Closure(_)] => Ok(by(vec![closure.clone()])),
            _ => Err(Thrown::mismatch()),
        }),
    ])
    .methods(&[
        ("compare", |vm, this, args| {
            match (this.downcast::<Comparator>(), args) {
                (Some(it), [a, b]) => {
                    let order = it.compare(vm, a, b)?;
                    Ok(Value::Int(order as i32))
                }
                _ => Err(Thrown::mismatch()),
            }
        }),
        ("reversed", |_, this, _| {
            Ok(Value::object(Comparator::Reverse(Some(this.clone()))))
        }),
    ]);

/// `groovy.util.OrderBy`
pub(super) static ORDER_BY: Class = Class::new("groovy.util.OrderBy")
    .extends(&[&COMPARATOR])
    .constructor(|vm, args| match args {
        [] => Ok(by(Vec::new())),
        [closure @ Value::Closure(_)] => Ok(by(vec![closure.clone()])),
        [closures] => Ok(by(super::items(vm, closures)?)),
        _ => Err(Thrown::mismatch()),
    })
    .methods(&[("add", |_, this, args| {
        if let (Some(Comparator::By(closures)), [closure]) = (this.downcast(), args) {
            closures.push(closure.clone());
        }
        Ok(Value::Null)
    })]);

/// `String.CASE_INSENSITIVE_ORDER`
pub(crate) fn ignoring_case() -> Value {
    Value::object(Comparator::IgnoreCase)
}

fn by(closures: Vec<Value>) -> Value {
    let closures = List::new(crate::list::ListKind::ArrayList, closures);
    Value::object(Comparator::By(closures))
}
