//! `org.apache.commons.csv`

mod format;
mod parse;
mod print;

use crate::class::Class;

pub(super) static CLASSES: &[&Class] = &[
    &format::CSV_FORMAT,
    &parse::CSV_PARSER,
    &parse::CSV_RECORD,
    &print::CSV_PRINTER,
];
