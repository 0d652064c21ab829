//! The library: one file per class, or per small group of classes that belong together.

pub(crate) mod args;
pub mod closure;
pub mod collection;
pub mod date;
pub mod enumeration;
pub mod io;
pub mod json;
pub mod number;
pub mod object;
pub(crate) mod params;
pub mod string;
pub mod throwable;
pub mod xml_slurper;
pub(crate) mod xml_source;

use crate::class::Class;

/// Every class, area by area.
static AREAS: &[&[&Class]] = &[
    object::CLASSES,
    number::CLASSES,
    string::CLASSES,
    collection::CLASSES,
    io::CLASSES,
    closure::CLASSES,
    throwable::CLASSES,
    date::CLASSES,
    enumeration::CLASSES,
    json::CLASSES,
    xml_slurper::CLASSES,
    xml_source::CLASSES,
    crate::xml::fault::CLASSES,
];

/// All classes of the library.
pub fn classes() -> impl Iterator<Item = &'static Class> {
    AREAS.iter().flat_map(|area| area.iter().copied())
}
