//! `java.time.format.DateTimeFormatter`

use std::rc::Rc;

use crate::class::{Class, ClassRef};
use crate::library::date::{Locale, Zone, int};
use crate::library::enumeration::Constant;
use crate::object::Object;
use crate::text::{Str, units_of};
use crate::throwable::{Throwable, throw_bare};
use crate::thrown::{Result, Thrown, Why};
use crate::value::Value;
use crate::vm::Vm;

use super::calendar::RESOLVER_STYLE;
use super::iso;
use super::members::{temporal, value};
use super::pattern::{self, Piece};
use super::print;
use super::resolve::{Resolver, build, resolve};
use super::scan::{Found, Scanner};
use super::temporal::{Kind, Temporal};
use super::zone_id;

pub(super) static DATE_TIME_FORMATTER: Class = Class::new("java.time.format.DateTimeFormatter")
    .statics(&[("ofPattern", of_pattern)])
    .constants(&[
        ("ISO_LOCAL_DATE", || named("ISO_LOCAL_DATE")),
        ("ISO_LOCAL_TIME", || named("ISO_LOCAL_TIME")),
        ("ISO_LOCAL_DATE_TIME", || named("ISO_LOCAL_DATE_TIME")),
        ("ISO_OFFSET_DATE", || named("ISO_OFFSET_DATE")),
        ("ISO_OFFSET_TIME", || named("ISO_OFFSET_TIME")),
        ("ISO_OFFSET_DATE_TIME", || named("ISO_OFFSET_DATE_TIME")),
        ("ISO_ZONED_DATE_TIME", || named("ISO_ZONED_DATE_TIME")),
        ("ISO_DATE_TIME", || named("ISO_DATE_TIME")),
        ("ISO_DATE", || named("ISO_DATE")),
        ("ISO_TIME", || named("ISO_TIME")),
        ("ISO_ORDINAL_DATE", || named("ISO_ORDINAL_DATE")),
        ("ISO_WEEK_DATE", || named("ISO_WEEK_DATE")),
        ("ISO_INSTANT", || named("ISO_INSTANT")),
        ("BASIC_ISO_DATE", || named("BASIC_ISO_DATE")),
        ("RFC_1123_DATE_TIME", || named("RFC_1123_DATE_TIME")),
    ])
    .methods(&[
        ("format", format),
        ("parse", parse),
        ("withZone", with_zone),
        ("withLocale", with_locale),
        ("withResolverStyle", with_resolver_style),
        ("getLocale", |_, this, _| {
            let locale = &formatter(this)?.locale;
            Ok(Locale::value(&locale.language, &locale.country))
        }),
    ]);

/// What `parse` without a class gives.
pub(super) static PARSED: Class =
    Class::new("java.time.format.Parsed").methods(&[("get", |_, this, args| {
        let parsed: &Parsed = this.downcast().ok_or_else(Thrown::mismatch)?;
        let [field] = args else {
            return Err(Thrown::mismatch());
        };
        let field = super::fields::field_name(field)?;
        let value = parsed
            .0
            .get(field)
            .ok_or_else(|| super::fields::unsupported_field(field))?;
        Ok(int(value))
    })]);

#[derive(Clone)]
pub(super) struct Formatter {
    pieces: Rc<[Piece]>,
    zone: Option<Zone>,
    locale: Locale,
    resolver: Resolver,
    /// Whether capital letters matter when reading.
    exact: bool,
}

struct Parsed(Found);

impl Object for Parsed {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&PARSED)
    }
}

impl Object for Formatter {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&DATE_TIME_FORMATTER)
    }
}

impl Formatter {
    /// A format with a name.
    pub(super) fn iso(name: &str) -> Self {
        let strict = name != "RFC_1123_DATE_TIME";
        Self {
            pieces: iso::pieces(name).into(),
            zone: None,
            locale: Locale::us(),
            resolver: if strict {
                Resolver::Strict
            } else {
                Resolver::Smart
            },
            exact: false,
        }
    }

    /// Writes a date or time.
    pub(super) fn print(&self, of: &Temporal) -> Result<String> {
        let of = match &self.zone {
            Some(zone) if of.kind.has_offset() => Temporal::in_zone(of.nanos(), zone.clone())?,
            _ => of.clone(),
        };
        print::print(&self.pieces, &of, &self.locale)
    }

    fn scan(&self, text: &str) -> Result<Found> {
        let mut scanner = Scanner {
            text,
            at: 0,
            locale: &self.locale,
            exact: self.exact,
            found: Found::default(),
        };
        if let Err(at) = scanner.pieces(&self.pieces) {
            return Err(unreadable(
                text,
                at,
                &format!(" at index {}", units(text, at)),
            ));
        }
        if scanner.at < text.len() {
            let at = scanner.at;
            let problem = format!(", unparsed text found at index {}", units(text, at));
            return Err(unreadable(text, at, &problem));
        }
        let mut found = scanner.found;
        found.zone = found.zone.or_else(|| self.zone.clone());
        Ok(found)
    }

    /// Reads a date or time of a class.
    pub(super) fn read(&self, text: &str, kind: Kind) -> Result<Temporal> {
        let found = self.scan(text)?;
        match build(&found, kind, self.resolver) {
            Ok(Some(temporal)) => Ok(temporal),
            Ok(None) => {
                let shown = shown(&found, self.resolver);
                let problem = format!(
                    ": Unable to obtain {} from TemporalAccessor: {shown} of type java.time.format.Parsed",
                    kind.name()
                );
                Err(unreadable(text, 0, &problem))
            }
            Err(thrown) => Err(because(text, thrown)),
        }
    }
}

/// What was read, as Java shows it in complaints.
fn shown(found: &Found, resolver: Resolver) -> String {
    let resolved = resolve(found, resolver).ok();
    let date = resolved.as_ref().and_then(|resolved| resolved.date);
    let time = resolved.as_ref().and_then(|resolved| resolved.time);
    let of_date = |field: &str| {
        matches!(
            field,
            "YEAR" | "YEAR_OF_ERA" | "ERA" | "MONTH_OF_YEAR" | "DAY_OF_MONTH" | "DAY_OF_YEAR"
        )
    };
    let left: Vec<String> = found
        .fields
        .iter()
        .filter(|(field, _)| {
            if of_date(field) {
                date.is_none()
            } else {
                time.is_none() || *field == "OFFSET_SECONDS"
            }
        })
        .map(|(field, value)| {
            let field = if *field == "YEAR_OF_ERA" {
                "YEAR"
            } else {
                field
            };
            format!("{}={value}", super::fields::camel(field))
        })
        .collect();
    let mut text = format!("{{{}}},ISO", left.join(", "));
    if let Some(zone) = &found.zone {
        text += &format!(",{}", zone.id());
    }
    let date = date.map(|date| print::text(&Temporal::date(date)));
    let time = time.map(|time| print::text(&Temporal::time(time)));
    let resolved: Vec<String> = date.into_iter().chain(time).collect();
    if !resolved.is_empty() {
        text += &format!(" resolved to {}", resolved.join("T"));
    }
    text
}

fn units(text: &str, at: usize) -> usize {
    units_of(text.get(..at).unwrap_or(text))
}

/// A `DateTimeParseException`.
pub(super) fn unreadable(text: &str, at: usize, problem: &str) -> Thrown {
    // Java shows the beginning of long texts only.
    let shown = if units_of(text) > 64 {
        text.chars().take(64).chain("...".chars()).collect()
    } else {
        text.to_owned()
    };
    let message = format!("Text '{shown}' could not be parsed{problem}");
    let class = crate::library::throwable::named("DateTimeParseException");
    let mut exception = Throwable::new(class, Some(message.into()));
    let index = int(i64::try_from(units(text, at)).unwrap_or(0));
    exception.details.push(("errorIndex".into(), index));
    exception
        .details
        .push(("parsedString".into(), Value::text(text)));
    Thrown::exception(Value::object(exception))
}

/// A complaint about values, as one about the text.
fn because(text: &str, thrown: Thrown) -> Thrown {
    let message = match &*thrown.0 {
        Why::Exception(exception) => exception.downcast::<Throwable>().and_then(|exception| {
            let message = exception.message.borrow().clone();
            message.filter(|_| exception.class_name().starts_with("java.time."))
        }),
        _ => None,
    };
    match message {
        Some(message) => unreadable(text, 0, &format!(": {message}")),
        None => thrown,
    }
}

fn named(name: &str) -> Value {
    Value::object(Formatter::iso(name))
}

/// The formatter that a value is.
pub(super) fn formatter(value: &Value) -> Result<&Formatter> {
    match value {
        Value::Null => Err(throw_bare("NullPointerException")),
        value => value.downcast().ok_or_else(Thrown::mismatch),
    }
}

fn of_pattern(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let (pattern, locale) = match args {
        [pattern] => (pattern, Locale::us()),
        [pattern, locale] => (
            pattern,
            locale
                .downcast::<Locale>()
                .ok_or_else(Thrown::mismatch)?
                .clone(),
        ),
        _ => return Err(Thrown::mismatch()),
    };
    if pattern.is_null() {
        return Err(throw_bare("NullPointerException"));
    }
    let pattern = vm.text(pattern)?;
    vm.reserve(pattern.len())?;
    Ok(Value::object(Formatter {
        pieces: pattern::compile(&pattern)?.into(),
        zone: None,
        locale,
        resolver: Resolver::Smart,
        exact: true,
    }))
}

fn format(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [of] = args else {
        return Err(Thrown::mismatch());
    };
    formatter(this)?.print(temporal(of)?).map(Value::text)
}

/// `parse(text)`, or `parse(text, LocalDate.&from)`.
fn parse(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [text, query @ ..] = args else {
        return Err(Thrown::mismatch());
    };
    let text = vm.text(text)?;
    let formatter = formatter(this)?;
    let found = formatter.scan(&text)?;
    let kinds = [
        Kind::Zoned,
        Kind::Offset,
        Kind::DateTime,
        Kind::Date,
        Kind::Time,
    ];
    let mut best = None;
    for kind in kinds {
        let built =
            build(&found, kind, formatter.resolver).map_err(|thrown| because(&text, thrown))?;
        best = best.or(built);
    }
    match (best, query) {
        (Some(temporal), [query]) => vm.call(query, &[value(temporal)]),
        (Some(temporal), _) => Ok(value(temporal)),
        (None, _) => Ok(Value::object(Parsed(found))),
    }
}

fn with_zone(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [zone] = args else {
        return Err(Thrown::mismatch());
    };
    let zone = zone_id::zone(vm, zone)?;
    Ok(Value::object(Formatter {
        zone: Some(zone),
        ..formatter(this)?.clone()
    }))
}

fn with_locale(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [locale] = args else {
        return Err(Thrown::mismatch());
    };
    let locale = locale
        .downcast::<Locale>()
        .ok_or_else(Thrown::mismatch)?
        .clone();
    Ok(Value::object(Formatter {
        locale,
        ..formatter(this)?.clone()
    }))
}

fn with_resolver_style(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [style] = args else {
        return Err(Thrown::mismatch());
    };
    let style = Constant::of(style, &RESOLVER_STYLE).ok_or_else(Thrown::mismatch)?;
    let resolver = match style.ordinal {
        0 => Resolver::Strict,
        1 => Resolver::Smart,
        _ => Resolver::Lenient,
    };
    Ok(Value::object(Formatter {
        resolver,
        ..formatter(this)?.clone()
    }))
}

/// The text of a formatter argument and what it is read from.
pub(super) fn text_of(vm: &mut Vm, value: &Value) -> Result<Str> {
    match value {
        Value::Null => Err(throw_bare("NullPointerException")),
        Value::Str(_) | Value::GString(_) => vm.text(value),
        _ => Err(Thrown::mismatch()),
    }
}
