//! The DOM: `org.w3c.dom` and the parser that makes it.

pub(crate) mod arena;
mod element;
mod factory;
mod list;
pub(crate) mod node;

pub(crate) use list::these as nodes;

use crate::class::Class;
use crate::library::throwable::RUNTIME;

/// `org.w3c.dom.DOMException`
pub(crate) static DOM_EXCEPTION: Class =
    Class::new("org.w3c.dom.DOMException").extends(&[&RUNTIME]);

pub(super) static CLASSES: &[&Class] = &[
    &DOM_EXCEPTION,
    &node::NODE,
    &node::DOCUMENT,
    &node::FRAGMENT,
    &node::ATTR,
    &node::CHARACTER_DATA,
    &node::TEXT,
    &node::CDATA,
    &node::COMMENT,
    &node::INSTRUCTION,
    &element::ELEMENT,
    &list::NODE_LIST,
    &list::NAMED_NODE_MAP,
    &factory::DOCUMENT_BUILDER_FACTORY,
    &factory::DOCUMENT_BUILDER,
    &factory::DOM_BUILDER,
];

#[cfg(test)]
mod tests;
