//! Strings.

use crate::class::Class;
use crate::library::object::COMPARABLE;

/// `java.lang.CharSequence`
pub static CHAR_SEQUENCE: Class = Class::interface("java.lang.CharSequence");
/// `java.lang.String`
pub static STRING: Class = Class::new("java.lang.String").extends(&[&CHAR_SEQUENCE, &COMPARABLE]);
/// `groovy.lang.GString`
pub static GSTRING: Class =
    Class::new("groovy.lang.GString").extends(&[&CHAR_SEQUENCE, &COMPARABLE]);

pub(super) static CLASSES: &[&Class] = &[&CHAR_SEQUENCE, &STRING, &GSTRING];
