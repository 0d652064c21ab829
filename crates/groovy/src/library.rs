//! The library: one file per class, or per small group of classes that belong together.

pub(crate) mod args;
pub mod class;
pub mod closure;
pub(crate) mod codec;
pub mod collection;
pub(crate) mod commons;
pub(crate) mod csv;
pub mod date;
pub mod decimal_format;
pub(crate) mod digest;
pub(crate) mod dom;
pub mod enumeration;
pub(crate) mod format;
pub mod function;
pub(crate) mod indent_printer;
pub mod io;
pub mod json;
pub(crate) mod markup_builder;
pub mod math;
pub mod number;
pub mod object;
mod org_json;
pub(crate) mod params;
pub mod regex;
pub mod script;
pub(crate) mod slf4j;
pub(crate) mod stream;
pub(crate) mod streaming_markup_builder;
pub mod string;
pub(crate) mod system;
pub mod throwable;
mod time;
pub(crate) mod transformer;
pub(crate) mod xml_parser;
pub mod xml_slurper;
pub(crate) mod xml_source;
pub(crate) mod xml_util;
pub(crate) mod xpath;
pub(crate) mod zip;

use crate::class::Class;

/// Every class, area by area.
static AREAS: &[&[&Class]] = &[
    object::CLASSES,
    class::CLASSES,
    script::CLASSES,
    function::CLASSES,
    number::CLASSES,
    math::CLASSES,
    decimal_format::CLASSES,
    string::CLASSES,
    regex::CLASSES,
    collection::CLASSES,
    stream::CLASSES,
    io::CLASSES,
    codec::CLASSES,
    digest::CLASSES,
    system::CLASSES,
    zip::CLASSES,
    csv::CLASSES,
    commons::CLASSES,
    slf4j::CLASSES,
    closure::CLASSES,
    throwable::CLASSES,
    date::CLASSES,
    enumeration::CLASSES,
    json::CLASSES,
    org_json::CLASSES,
    dom::CLASSES,
    indent_printer::CLASSES,
    markup_builder::CLASSES,
    streaming_markup_builder::CLASSES,
    transformer::CLASSES,
    xml_util::CLASSES,
    xpath::CLASSES,
    xml_parser::CLASSES,
    xml_slurper::CLASSES,
    xml_source::CLASSES,
    crate::xml::fault::CLASSES,
    crate::cpi::CLASSES,
    crate::cpi::FAULTS,
    crate::cpi::MIME,
];

/// All classes of the library.
pub fn classes() -> impl Iterator<Item = &'static Class> {
    let areas = AREAS.iter().chain(time::CLASSES);
    areas.flat_map(|area| area.iter().copied())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn no_two_classes_bear_one_name() {
        let mut names = HashSet::new();
        let twice = super::classes().find(|class| !names.insert(class.name));
        assert!(twice.is_none(), "{twice:?}");
    }
}
