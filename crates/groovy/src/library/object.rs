//! `java.lang.Object` with what Groovy adds to every object, and `java.lang.Class`.

use crate::class::Class;

/// `java.lang.Object`
pub static OBJECT: Class = Class::new("java.lang.Object");
/// `java.lang.Comparable`
pub static COMPARABLE: Class = Class::interface("java.lang.Comparable");
/// `java.lang.Class`
pub static CLASS: Class = Class::new("java.lang.Class");

pub(super) static CLASSES: &[&Class] = &[&OBJECT, &COMPARABLE, &CLASS];
