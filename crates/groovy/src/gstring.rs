//! Texts with values in them, which become text when they are used.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::ops::text;
use crate::text::Str;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

/// `"a ${b} c"`: one more text than values.
pub struct GString {
    /// Texts around the values.
    pub strings: Arc<[SmolStr]>,
    /// Values; closures are called when the text is made.
    pub values: Vec<Value>,
}

impl GString {
    /// Its text now.
    ///
    /// # Errors
    /// What `toString` of a value throws.
    pub fn text(&self, vm: &mut Vm) -> Result<Str> {
        let mut out = String::new();
        text::write_gstring(vm, &mut out, self, 0)?;
        Ok(out.into())
    }

    /// Its text when every value in it is plain, without running a script.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        let mut out = String::new();
        let mut values = self.values.iter();
        for string in &*self.strings {
            out.push_str(string);
            if let Some(value) = values.next() {
                out.push_str(&text::plain(value)?);
            }
        }
        Some(out)
    }

    /// Groovy truth: whether its text is not empty. A value that is not plain has some text.
    #[must_use]
    pub fn is_true(&self) -> bool {
        let empty = |value: &Value| text::plain(value).is_some_and(|text| text.is_empty());
        self.strings.iter().any(|one| !one.is_empty()) || !self.values.iter().all(empty)
    }

    /// Both, one after the other.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let (Some((last, before)), Some((first, after))) =
            (self.strings.split_last(), other.strings.split_first())
        else {
            return Self {
                strings: [&*self.strings, &*other.strings].concat().into(),
                values: [&*self.values, &*other.values].concat(),
            };
        };
        let seam = SmolStr::from(format!("{last}{first}"));
        Self {
            strings: [before, &[seam], after].concat().into(),
            values: [&*self.values, &*other.values].concat(),
        }
    }
}

impl From<&Str> for GString {
    fn from(text: &Str) -> Self {
        Self {
            strings: [text.shared()].into(),
            values: Vec::new(),
        }
    }
}
