//! `groovy.json`: reading and writing JSON.

mod builder;
mod classic;
mod delegate;
mod lexer;
mod number;
mod output;
mod parse;
mod pretty;
mod slurper;
mod streaming;
mod string;
mod unescaped;
mod write;

use crate::class::Class;

pub(crate) use slurper::LAZY_MAP;

pub(super) static CLASSES: &[&Class] = &[
    &slurper::JSON_SLURPER,
    &slurper::JSON_SLURPER_CLASSIC,
    &slurper::JSON_PARSER_TYPE,
    &output::JSON_OUTPUT,
    &builder::JSON_BUILDER,
    &streaming::STREAMING_JSON_BUILDER,
    &streaming::STREAMING_JSON_DELEGATE,
    &delegate::JSON_DELEGATE,
    &unescaped::UNESCAPED,
    &LAZY_MAP,
];
