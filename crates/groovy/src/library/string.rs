//! Strings.

pub(crate) mod builder;
mod construct;
mod convert;
pub(crate) mod encoding;
mod gdk;
pub(crate) mod index;
mod jdk;
mod lines;
mod pad;
mod pick;

use crate::class::Class;
use crate::library::object::COMPARABLE;
use crate::text::Str;
use crate::value::Value;

/// `java.lang.CharSequence`
pub static CHAR_SEQUENCE: Class = Class::interface("java.lang.CharSequence").methods(gdk::METHODS);
/// `java.lang.String`
pub static STRING: Class = Class::new("java.lang.String")
    .extends(&[&CHAR_SEQUENCE, &COMPARABLE])
    .constructor(construct::new)
    .constants(&[("CASE_INSENSITIVE_ORDER", super::collection::ignoring_case)])
    .statics(construct::STATICS)
    .methods(jdk::METHODS);
/// `groovy.lang.GString`
pub static GSTRING: Class = Class::new("groovy.lang.GString")
    .extends(&[&CHAR_SEQUENCE, &COMPARABLE])
    .methods(jdk::METHODS);
/// `org.codehaus.groovy.runtime.GStringImpl`
pub static GSTRING_IMPL: Class =
    Class::new("org.codehaus.groovy.runtime.GStringImpl").extends(&[&GSTRING]);

pub(super) static CLASSES: &[&Class] = &[
    &CHAR_SEQUENCE,
    &STRING,
    &GSTRING,
    &GSTRING_IMPL,
    &builder::STRING_BUILDER,
    &builder::STRING_BUFFER,
];

/// Its characters as strings of one UTF-16 unit or surrogate pair each.
pub(crate) fn letters(text: &Str) -> Vec<Value> {
    let mut buffer = [0; 4];
    text.chars()
        .map(|c| Value::text(&*c.encode_utf8(&mut buffer)))
        .collect()
}
