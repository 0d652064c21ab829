//! `java.time.DayOfWeek` and `java.time.Month`, and styles of text.

use crate::library::date::{Locale, long};
use crate::library::enumeration::{Constant, enumeration};
use crate::thrown::{Result, Thrown};
use crate::value::Value;

use super::temporal::bad;

enumeration! {
    /// `java.time.DayOfWeek`
    pub(super) DAY_OF_WEEK DAYS "java.time.DayOfWeek"
    [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY]
    statics [("of", |_, args| of(args, 7, "DayOfWeek"))]
    methods [
        ("getValue", |_, this, _| number(this)),
        ("plus", |_, this, args| shifted(this, args, 1)),
        ("minus", |_, this, args| shifted(this, args, -1)),
        ("getDisplayName", |_, this, args| display(this, args)),
    ]
}

enumeration! {
    /// `java.time.Month`
    pub(super) MONTH MONTHS "java.time.Month"
    [
        JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER,
        DECEMBER,
    ]
    statics [("of", |_, args| of(args, 12, "MonthOfYear"))]
    methods [
        ("getValue", |_, this, _| number(this)),
        ("plus", |_, this, args| shifted(this, args, 1)),
        ("minus", |_, this, args| shifted(this, args, -1)),
        ("maxLength", |_, this, _| {
            let length = match constant(this)?.ordinal {
                1 => 29,
                3 | 5 | 8 | 10 => 30,
                _ => 31,
            };
            Ok(Value::Int(length))
        }),
        ("getDisplayName", |_, this, args| display(this, args)),
    ]
}

enumeration! {
    /// `java.time.format.TextStyle`
    pub(super) TEXT_STYLE STYLES "java.time.format.TextStyle"
    [FULL, FULL_STANDALONE, SHORT, SHORT_STANDALONE, NARROW, NARROW_STANDALONE]
    statics []
    methods []
}

enumeration! {
    /// `java.time.format.ResolverStyle`
    pub(super) RESOLVER_STYLE RESOLVERS "java.time.format.ResolverStyle"
    [STRICT, SMART, LENIENT]
    statics []
    methods []
}

fn constant(this: &Value) -> Result<&Constant> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// The names of the enum that a constant belongs to.
fn names(constant: &Constant) -> &'static [&'static str] {
    if std::ptr::eq(constant.class, &MONTH) {
        MONTHS
    } else {
        DAYS
    }
}

/// A constant by its number from 1.
pub(super) fn nth(class: &'static crate::class::Class, number: i64) -> Value {
    let names = if std::ptr::eq(class, &MONTH) {
        MONTHS
    } else {
        DAYS
    };
    Constant::value(
        class,
        names,
        usize::try_from(number - 1).unwrap_or(usize::MAX),
    )
}

/// The number from 1 of a month or day of the week; whole numbers are theirs.
pub(super) fn ordinal(value: &Value) -> Option<i64> {
    match value.downcast::<Constant>() {
        Some(constant) => Some(i64::from(constant.ordinal) + 1),
        None => long(value),
    }
}

fn of(args: &[Value], count: i64, what: &str) -> Result<Value> {
    let [number] = args else {
        return Err(Thrown::mismatch());
    };
    let number = long(number).ok_or_else(Thrown::mismatch)?;
    if !(1..=count).contains(&number) {
        return Err(bad(format!("Invalid value for {what}: {number}")));
    }
    Ok(nth(if count == 7 { &DAY_OF_WEEK } else { &MONTH }, number))
}

fn number(this: &Value) -> Result<Value> {
    Ok(Value::Int(constant(this)?.ordinal + 1))
}

fn shifted(this: &Value, args: &[Value], sign: i64) -> Result<Value> {
    let [amount] = args else {
        return Err(Thrown::mismatch());
    };
    let amount = long(amount).ok_or_else(Thrown::mismatch)?;
    let constant = constant(this)?;
    let count = i64::try_from(names(constant).len()).unwrap_or(1);
    let amount = amount.rem_euclid(count) * sign;
    Ok(nth(
        constant.class,
        (i64::from(constant.ordinal) + amount).rem_euclid(count) + 1,
    ))
}

fn display(this: &Value, args: &[Value]) -> Result<Value> {
    let [style, locale] = args else {
        return Err(Thrown::mismatch());
    };
    let locale = locale.downcast::<Locale>().ok_or_else(Thrown::mismatch)?;
    let style = Constant::of(style, &TEXT_STYLE).ok_or_else(Thrown::mismatch)?;
    let constant = constant(this)?;
    let field = if std::ptr::eq(constant.class, &MONTH) {
        "MONTH_OF_YEAR"
    } else {
        "DAY_OF_WEEK"
    };
    let style = match style.ordinal {
        0 | 1 => super::pattern::Style::Full,
        2 | 3 => super::pattern::Style::Short,
        _ => super::pattern::Style::Narrow,
    };
    let name = super::print::name(field, i64::from(constant.ordinal) + 1, style, locale);
    Ok(Value::text(name.unwrap_or_default()))
}
