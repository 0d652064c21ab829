//! `groovy.lang.Writable`: a text that is on its way to a writer.

use super::write_text;
use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

/// A text that can be written.
pub(crate) struct Writable(Str);

impl Writable {
    /// A writable text.
    pub(crate) fn value(text: impl Into<Str>) -> Value {
        Value::object(Self(text.into()))
    }
}

impl Object for Writable {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&WRITABLE)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.0.clone()))
    }
}

/// `groovy.lang.Writable`
pub(crate) static WRITABLE: Class =
    Class::interface("groovy.lang.Writable").methods(&[("writeTo", |vm, this, args| {
        match (this.downcast::<Writable>(), args) {
            (Some(writable), [writer]) => {
                write_text(vm, writer, &writable.0)?;
                Ok(writer.clone())
            }
            _ => Err(Thrown::mismatch()),
        }
    })]);
