//! `java.time.ZoneId` and `ZoneOffset`

use crate::class::{Class, ClassRef};
use crate::library::date::{Zone, default_zone, int, longs, zone_of};
use crate::object::Object;
use crate::text::Str;
use crate::throwable::{throw, throw_bare};
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::print::offset_id;
use super::temporal::bad;

pub(super) static ZONE_ID: Class = Class::new("java.time.ZoneId")
    .statics(&[
        ("of", of),
        ("systemDefault", |vm, _| Ok(value(default_zone(vm)))),
    ])
    .methods(&[
        ("getId", |_, this, _| Ok(Value::text(id(this)?.zone.id()))),
        ("normalized", |_, this, _| {
            let zone = &id(this)?.zone;
            Ok(value(
                zone.fixed_offset().map_or_else(|| zone.clone(), of_offset),
            ))
        }),
    ]);

pub(super) static ZONE_REGION: Class = Class::new("java.time.ZoneRegion").extends(&[&ZONE_ID]);

pub(super) static ZONE_OFFSET: Class = Class::new("java.time.ZoneOffset")
    .extends(&[&ZONE_ID])
    .constants(&[
        ("UTC", || value(of_offset(0))),
        ("MIN", || value(of_offset(-18 * 3600))),
        ("MAX", || value(of_offset(18 * 3600))),
    ])
    .statics(&[
        ("of", offset_of),
        ("ofHours", |_, args| of_parts(args, 3600)),
        ("ofHoursMinutes", |_, args| of_parts(args, 3600)),
        ("ofTotalSeconds", |_, args| of_parts(args, 1)),
    ])
    .methods(&[("getTotalSeconds", |_, this, _| {
        Ok(int(i64::from(id(this)?.zone.fixed_offset().unwrap_or(0))))
    })]);

struct Id {
    zone: Zone,
}

impl Object for Id {
    fn class(&self) -> ClassRef {
        ClassRef::Native(if is_offset(&self.zone) {
            &ZONE_OFFSET
        } else {
            &ZONE_REGION
        })
    }

    fn to_text(&self, _vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        Ok(Some(self.zone.id().into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.zone.id() == self.zone.id()))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.zone.id() == self.zone.id())
    }

    fn hash(&self) -> Option<i32> {
        Some(Str::from(self.zone.id()).java_hash())
    }
}

/// A zone as a value.
pub(super) fn value(zone: Zone) -> Value {
    Value::object(Id { zone })
}

fn id(this: &Value) -> Result<&Id> {
    this.downcast().ok_or_else(Thrown::mismatch)
}

/// Whether a zone is no more than an offset.
pub(super) fn is_offset(zone: &Zone) -> bool {
    zone.fixed_offset().is_some() && (zone.id() == "Z" || zone.id().starts_with(['+', '-']))
}

/// An offset as a zone.
pub(super) fn of_offset(seconds: i32) -> Zone {
    Zone::fixed(offset_id(seconds), seconds)
}

/// The zone of a `ZoneId`; of a `TimeZone` too.
pub(super) fn zone(_vm: &Vm, value: &Value) -> Result<Zone> {
    match (value.downcast::<Id>(), zone_of(value)) {
        (Some(id), _) => Ok(id.zone.clone()),
        (None, Some(zone)) => Ok(zone),
        _ if value.is_null() => Err(throw_bare("NullPointerException")),
        _ => Err(Thrown::mismatch()),
    }
}

/// The zone with an id, as `ZoneId.of` takes it.
pub(super) fn find(id: &str) -> Option<Zone> {
    if id == "Z" || id.starts_with(['+', '-']) {
        return parse_offset(id).map(of_offset);
    }
    for prefix in ["UTC", "GMT", "UT"] {
        let Some(rest) = id.strip_prefix(prefix) else {
            continue;
        };
        if rest.is_empty() {
            return Some(Zone::fixed(id, 0));
        }
        if let Some(seconds) = parse_offset(rest) {
            let shown = if seconds == 0 {
                String::new()
            } else {
                offset_id(seconds)
            };
            return Some(Zone::fixed(format!("{prefix}{shown}"), seconds));
        }
    }
    // Ids of three letters are those of `TimeZone` only.
    let short =
        id.len() == 3 && !matches!(id, "CET" | "EET" | "MET" | "WET" | "PRC" | "ROK" | "UCT");
    if short { None } else { Zone::region(id) }
}

/// `Z`, `+h`, `+hh`, `+hh:mm`, `+hhmm`, `+hh:mm:ss`, `+hhmmss`.
fn parse_offset(id: &str) -> Option<i32> {
    if id == "Z" {
        return Some(0);
    }
    let sign = if id.starts_with('-') { -1 } else { 1 };
    let digits = id.strip_prefix(['+', '-'])?;
    let parts: Vec<&str> = if digits.contains(':') {
        digits.split(':').collect()
    } else {
        let two = |from: usize| digits.get(from..digits.len().min(from + 2));
        (0..digits.len()).step_by(2).map_while(two).collect()
    };
    let fits = |(index, part): (usize, &&str)| part.len() == 2 || index == 0 && parts.len() == 1;
    if parts.is_empty() || parts.len() > 3 || !parts.iter().enumerate().all(fits) {
        return None;
    }
    let mut seconds = 0;
    for (part, unit) in parts.iter().zip([3600, 60, 1]) {
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        seconds += part.parse::<i32>().ok()? * unit;
    }
    (seconds <= 18 * 3600).then_some(sign * seconds)
}

fn of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [id] = args else {
        return Err(Thrown::mismatch());
    };
    let id = super::formatter::text_of(vm, id)?;
    if let Some(zone) = find(&id) {
        return Ok(value(zone));
    }
    let of_id = |c: char| c.is_ascii_alphanumeric() || "/._~+-".contains(c);
    if id.len() < 2 || !id.chars().all(of_id) || !id.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        return Err(bad(format!(
            "Invalid ID for region-based ZoneId, invalid format: {id}"
        )));
    }
    Err(throw(
        "ZoneRulesException",
        format!("Unknown time-zone ID: {id}"),
    ))
}

fn offset_of(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    let [id] = args else {
        return Err(Thrown::mismatch());
    };
    let id = super::formatter::text_of(vm, id)?;
    match parse_offset(&id) {
        Some(seconds) => Ok(value(of_offset(seconds))),
        None if !id.starts_with(['+', '-']) => Err(bad(format!(
            "Invalid ID for ZoneOffset, plus/minus not found when expected: {id}"
        ))),
        None => Err(bad(format!(
            "Invalid ID for ZoneOffset, invalid format: {id}"
        ))),
    }
}

fn of_parts(args: &[Value], first: i64) -> Result<Value> {
    let numbers = longs(args).ok_or_else(Thrown::mismatch)?;
    let units = [first, 60];
    let parts = numbers
        .iter()
        .zip(units)
        .map(|(number, unit)| number.saturating_mul(unit));
    let seconds: i64 = parts.fold(0, i64::saturating_add);
    match i32::try_from(seconds) {
        Ok(seconds) if seconds.abs() <= 18 * 3600 => Ok(value(of_offset(seconds))),
        _ => Err(bad("Zone offset not in valid range: -18:00 to +18:00")),
    }
}

/// The `ZoneId` of a `TimeZone`.
pub(super) fn of_time_zone(zone: &Zone) -> Value {
    value(find(zone.id()).unwrap_or_else(|| zone.clone()))
}

/// Seconds of a `ZoneOffset`.
pub(super) fn seconds(value: &Value) -> Result<i32> {
    let offset = value.downcast::<Id>().and_then(|id| id.zone.fixed_offset());
    offset.ok_or_else(Thrown::mismatch)
}
