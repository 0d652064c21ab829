//! Numbers, booleans and characters.

use crate::class::Class;
use crate::library::object::COMPARABLE;

/// `java.lang.Number`
pub static NUMBER: Class = Class::new("java.lang.Number");
/// `java.lang.Integer`
pub static INTEGER: Class = Class::new("java.lang.Integer").extends(&[&NUMBER, &COMPARABLE]);
/// `java.lang.Long`
pub static LONG: Class = Class::new("java.lang.Long").extends(&[&NUMBER, &COMPARABLE]);
/// `java.lang.Byte`
pub static BYTE: Class = Class::new("java.lang.Byte").extends(&[&NUMBER, &COMPARABLE]);
/// `java.lang.Short`
pub static SHORT: Class = Class::new("java.lang.Short").extends(&[&NUMBER, &COMPARABLE]);
/// `java.lang.Float`
pub static FLOAT: Class = Class::new("java.lang.Float").extends(&[&NUMBER, &COMPARABLE]);
/// `java.lang.Double`
pub static DOUBLE: Class = Class::new("java.lang.Double").extends(&[&NUMBER, &COMPARABLE]);
/// `java.math.BigInteger`
pub static BIG_INTEGER: Class = Class::new("java.math.BigInteger").extends(&[&NUMBER, &COMPARABLE]);
/// `java.math.BigDecimal`
pub static BIG_DECIMAL: Class = Class::new("java.math.BigDecimal").extends(&[&NUMBER, &COMPARABLE]);
/// `java.lang.Boolean`
pub static BOOLEAN: Class = Class::new("java.lang.Boolean").extends(&[&COMPARABLE]);
/// `java.lang.Character`
pub static CHARACTER: Class = Class::new("java.lang.Character").extends(&[&COMPARABLE]);

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
];
