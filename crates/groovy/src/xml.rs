//! XML: the tree that documents are parsed into, the parser, and the writers.

pub(crate) mod escape;
pub(crate) mod fault;
pub(crate) mod input;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod parse;
pub(crate) mod scan;
pub(crate) mod tree;
pub(crate) mod write;
