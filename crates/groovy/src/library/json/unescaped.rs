//! `JsonOutput.unescaped(text)`: text that is JSON already.

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

pub(super) static UNESCAPED: Class = Class::new("groovy.json.JsonOutput$JsonUnescaped");

/// Text to be written as it is.
pub(super) struct Unescaped {
    pub text: Str,
}

impl Object for Unescaped {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&UNESCAPED)
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.text.clone()))
    }
}
