//! Texts with values in them, which become text when they are used.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::value::Value;

/// `"a ${b} c"`: one more text than values.
pub struct GString {
    /// Texts around the values.
    pub strings: Arc<[SmolStr]>,
    /// Values; closures are called when the text is made.
    pub values: Vec<Value>,
}
