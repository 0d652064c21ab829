//! How values become text.

use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// The text of a value as `println`, string concatenation and `GString`s show it: collections in
/// Groovy's form (`[a:1]`, `[1, 2]`), `null` as `null`.
///
/// # Errors
/// What `toString` of a script's class throws.
pub fn to_text(vm: &mut Vm, value: &Value) -> Result<Str> {
    match value {
        Value::Null => Ok("null".into()),
        Value::Str(text) => Ok(text.clone()),
        Value::Object(object) => {
            let text = object.to_text(vm, value)?;
            Ok(text.unwrap_or_else(|| {
                let hash = crate::object::identity(object);
                format!("{}@{hash:x}", object.class().name()).into()
            }))
        }
        other => Ok(other.class().name().into()),
    }
}

/// `toString()` as Java has it: maps as `{a=1}`.
///
/// # Errors
/// What `toString` of a script's class throws.
pub fn java_to_string(vm: &mut Vm, value: &Value) -> Result<Str> {
    to_text(vm, value)
}
