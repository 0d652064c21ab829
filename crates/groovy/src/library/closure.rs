//! `groovy.lang.Closure`.

use crate::class::Class;

/// `groovy.lang.Closure`
pub static CLOSURE: Class = Class::new("groovy.lang.Closure");

pub(super) static CLASSES: &[&Class] = &[&CLOSURE];
