//! Objects that are not plain data: those of the library, of the host and of classes in a script.

use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

use crate::class::ClassRef;
use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// An object. Most need only [`Object::class`] and the table of that class; the other methods are
/// for objects that take names as they come (builders, XML) or compare in their own way.
///
/// `this` is the object as a value. Nothing may be borrowed while `vm` is called.
pub trait Object: Any {
    /// Its class.
    fn class(&self) -> ClassRef;

    /// A call, asked before the table of the class; `None` leaves it to the table.
    ///
    /// # Errors
    /// What the call throws.
    fn call(
        &self,
        _vm: &mut Vm,
        _this: &Value,
        _name: &str,
        _args: &[Value],
    ) -> Result<Option<Value>> {
        Ok(None)
    }

    /// A call that no table knows.
    ///
    /// # Errors
    /// What the call throws.
    fn call_missing(
        &self,
        _vm: &mut Vm,
        _this: &Value,
        _name: &str,
        _args: &[Value],
    ) -> Result<Option<Value>> {
        Ok(None)
    }

    /// A property, asked before the getters of the class; `None` leaves it to them. An attribute
    /// (`.@name`) arrives as `@name`.
    ///
    /// # Errors
    /// What the read throws.
    fn get(&self, _vm: &mut Vm, _this: &Value, _name: &str) -> Result<Option<Value>> {
        Ok(None)
    }

    /// Sets a property; `false` leaves it to the setters of the class.
    ///
    /// # Errors
    /// What the write throws.
    fn set(&self, _vm: &mut Vm, _this: &Value, _name: &str, _value: &Value) -> Result<bool> {
        Ok(false)
    }

    /// `toString()`; `None` for `Class@hash`.
    ///
    /// # Errors
    /// What it throws.
    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(None)
    }

    /// `equals()`; identity is found before.
    ///
    /// # Errors
    /// What it throws.
    fn equals(&self, _vm: &mut Vm, _other: &Value) -> Result<bool> {
        Ok(false)
    }

    /// Whether it equals `other`, for keys of maps and elements of sets, without running a script.
    fn same_key(&self, _other: &dyn Object) -> bool {
        false
    }

    /// `hashCode()` of a class with `equals`; `None` for that of identity.
    fn hash(&self) -> Option<i32> {
        None
    }

    /// `compareTo()`; `None` when it cannot be compared.
    ///
    /// # Errors
    /// What it throws.
    fn compare(&self, _vm: &mut Vm, _other: &Value) -> Result<Option<Ordering>> {
        Ok(None)
    }

    /// Groovy truth.
    fn truth(&self) -> bool {
        true
    }

    /// What a loop over it sees; `None` when it is one thing.
    ///
    /// # Errors
    /// What iterating throws.
    fn items(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Vec<Value>>> {
        Ok(None)
    }

    /// Takes apart what it holds, so that cycles end with the run.
    fn release(&self) {}
}

/// A number that tells objects apart, for `hashCode()` and `Class@hash`.
pub(crate) fn identity(object: &Rc<dyn Object>) -> i32 {
    let address = Rc::as_ptr(object).cast::<()>() as usize;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a hash"
    )]
    let hash = ((address >> 4) as i32) & i32::MAX;
    hash
}
