//! Numbers, booleans and characters.

mod big;
mod boolean;
mod character;
mod common;
mod decimal;
mod float;
mod integral;
mod loops;
pub(crate) mod parse;
pub(crate) mod rounding;

use crate::class::Class;

use crate::library::object::COMPARABLE;
pub(crate) use character::is_whitespace;
pub(crate) use float::rounded;

/// `java.lang.Number`
pub static NUMBER: Class = Class::new("java.lang.Number").methods(common::METHODS);
/// `java.lang.Integer`
pub static INTEGER: Class = Class::new("java.lang.Integer")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(integral::new_integer)
    .statics(integral::INTEGER_STATICS)
    .constants(integral::INTEGER_CONSTANTS);
/// `java.lang.Long`
pub static LONG: Class = Class::new("java.lang.Long")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(integral::new_long)
    .statics(integral::LONG_STATICS)
    .constants(integral::LONG_CONSTANTS);
/// `java.lang.Byte`
pub static BYTE: Class = Class::new("java.lang.Byte")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(integral::new_byte)
    .statics(integral::BYTE_STATICS)
    .constants(integral::BYTE_CONSTANTS);
/// `java.lang.Short`
pub static SHORT: Class = Class::new("java.lang.Short")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(integral::new_short)
    .statics(integral::SHORT_STATICS)
    .constants(integral::SHORT_CONSTANTS);
/// `java.lang.Float`
pub static FLOAT: Class = Class::new("java.lang.Float")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(float::new_float)
    .statics(float::FLOAT_STATICS)
    .constants(float::FLOAT_CONSTANTS)
    .methods(float::METHODS);
/// `java.lang.Double`
pub static DOUBLE: Class = Class::new("java.lang.Double")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(float::new_double)
    .statics(float::DOUBLE_STATICS)
    .constants(float::DOUBLE_CONSTANTS)
    .methods(float::METHODS);
/// `java.math.BigInteger`
pub static BIG_INTEGER: Class = Class::new("java.math.BigInteger")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(big::new)
    .statics(big::STATICS)
    .constants(big::CONSTANTS)
    .methods(big::METHODS);
/// `java.math.BigDecimal`
pub static BIG_DECIMAL: Class = Class::new("java.math.BigDecimal")
    .extends(&[&NUMBER, &COMPARABLE])
    .constructor(decimal::new)
    .statics(decimal::STATICS)
    .constants(decimal::CONSTANTS)
    .methods(decimal::METHODS);
/// `java.lang.Boolean`
pub static BOOLEAN: Class = Class::new("java.lang.Boolean")
    .extends(&[&COMPARABLE])
    .constructor(boolean::new)
    .statics(boolean::STATICS)
    .constants(boolean::CONSTANTS)
    .methods(boolean::METHODS);
/// `java.lang.Character`
pub static CHARACTER: Class = Class::new("java.lang.Character")
    .extends(&[&COMPARABLE])
    .constructor(character::new)
    .statics(character::STATICS)
    .constants(character::CONSTANTS)
    .methods(character::METHODS);

pub(super) static CLASSES: &[&Class] = &[
    &NUMBER,
    &INTEGER,
    &LONG,
    &BYTE,
    &SHORT,
    &FLOAT,
    &DOUBLE,
    &BIG_INTEGER,
    &BIG_DECIMAL,
    &BOOLEAN,
    &CHARACTER,
    &rounding::ROUNDING_MODE,
    &rounding::MATH_CONTEXT,
];
