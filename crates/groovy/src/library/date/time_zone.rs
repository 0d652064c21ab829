//! `java.util.TimeZone`

use crate::class::{Class, ClassRef};
use crate::object::Object;
use crate::text::Str;
use crate::thrown::{Result, Thrown};
use crate::value::Value;
use crate::vm::Vm;

use super::args::{default_zone, long, millis};
use super::zone::{Zone, gmt_id};

/// `java.util.TimeZone`
pub(crate) static TIME_ZONE: Class = Class::new("java.util.TimeZone")
    .constants(&[("SHORT", || Value::Int(0)), ("LONG", || Value::Int(1))])
    .statics(&[
        ("getTimeZone", get_time_zone),
        ("getDefault", |vm, _| Ok(TimeZone::value(default_zone(vm)))),
        ("getAvailableIDs", available_ids),
    ])
    .methods(&[
        ("getID", |_, this, _| Ok(Value::text(zone(this)?.id()))),
        ("getRawOffset", |vm, this, _| {
            Ok(Value::Int(
                zone(this)?.standard_offset(vm.host().now()) * 1000,
            ))
        }),
        ("getOffset", get_offset),
        ("inDaylightTime", in_daylight_time),
        ("useDaylightTime", |vm, this, _| {
            Ok(Value::Bool(zone(this)?.saving(vm.host().now()) != 0))
        }),
        ("observesDaylightTime", |vm, this, _| {
            Ok(Value::Bool(zone(this)?.saving(vm.host().now()) != 0))
        }),
        ("getDSTSavings", |vm, this, _| {
            Ok(Value::Int(zone(this)?.saving(vm.host().now()) * 1000))
        }),
        ("getDisplayName", get_display_name),
        ("toZoneId", |_, this, _| {
            Ok(crate::library::time::zone_id(&zone(this)?))
        }),
        ("hasSameRules", has_same_rules),
        ("clone", |_, this, _| Ok(TimeZone::value(zone(this)?))),
    ]);

/// What `TimeZone.getTimeZone` gives.
pub(crate) static ZONE_INFO: Class =
    Class::new("sun.util.calendar.ZoneInfo").extends(&[&TIME_ZONE]);

/// A zone as an object.
pub(crate) struct TimeZone(Zone);

impl TimeZone {
    /// A zone as a value.
    pub(crate) fn value(zone: Zone) -> Value {
        Value::object(Self(zone))
    }
}

impl Object for TimeZone {
    fn class(&self) -> ClassRef {
        ClassRef::Native(&ZONE_INFO)
    }

    fn to_text(&self, vm: &mut Vm, _this: &Value) -> Result<Option<Str>> {
        let now = vm.host().now();
        let (offset, saving) = (self.0.standard_offset(now), self.0.saving(now));
        let text = format!(
            "sun.util.calendar.ZoneInfo[id=\"{}\",offset={},dstSavings={},useDaylight={},\
             transitions=0,lastRule=null]",
            self.0.id(),
            i64::from(offset) * 1000,
            i64::from(saving) * 1000,
            saving != 0
        );
        Ok(Some(text.into()))
    }

    fn equals(&self, _vm: &mut Vm, other: &Value) -> Result<bool> {
        Ok(other
            .downcast::<Self>()
            .is_some_and(|other| other.0.id() == self.0.id()))
    }

    fn same_key(&self, other: &dyn Object) -> bool {
        let other = (other as &dyn std::any::Any).downcast_ref::<Self>();
        other.is_some_and(|other| other.0.id() == self.0.id())
    }

    fn hash(&self) -> Option<i32> {
        Some(Str::from(self.0.id()).java_hash())
    }
}

/// The zone that a value is.
pub(crate) fn zone_of(value: &Value) -> Option<Zone> {
    value.downcast::<TimeZone>().map(|zone| zone.0.clone())
}

fn zone(this: &Value) -> Result<Zone> {
    zone_of(this).ok_or_else(Thrown::mismatch)
}

fn get_time_zone(vm: &mut Vm, args: &[Value]) -> Result<Value> {
    match args {
        [Value::Null] => Err(crate::throwable::throw_bare("NullPointerException")),
        [id @ (Value::Str(_) | Value::GString(_))] => {
            let id = vm.text(id)?;
            Ok(TimeZone::value(Zone::lenient(&id)))
        }
        [zone_id @ Value::Object(_)] => {
            let id = vm.text(zone_id)?;
            let gmt = if id.starts_with(['+', '-']) {
                format!("GMT{id}")
            } else {
                id.to_string()
            };
            let id = if gmt == "Z" { "UTC" } else { gmt.as_str() };
            Ok(TimeZone::value(Zone::lenient(id)))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn available_ids(vm: &mut Vm, _args: &[Value]) -> Result<Value> {
    let ids: Vec<String> = jiff::tz::db()
        .available()
        .map(|id| id.to_string())
        .collect();
    vm.step(ids.len() as u64)?;
    Ok(Value::strings(ids))
}

fn get_offset(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [at] => {
            let at = long(at)
                .or_else(|| millis(at))
                .ok_or_else(Thrown::mismatch)?;
            Ok(Value::Int(zone(this)?.at(at).offset * 1000))
        }
        _ => Err(Thrown::mismatch()),
    }
}

fn in_daylight_time(_vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    match args {
        [date] => {
            let at = millis(date).ok_or_else(Thrown::mismatch)?;
            Ok(Value::Bool(zone(this)?.at(at).daylight))
        }
        _ => Err(Thrown::mismatch()),
    }
}

/// Long and standard, unless arguments say otherwise; in English whatever the locale.
fn get_display_name(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let daylight = matches!(args.first(), Some(Value::Bool(true)));
    let short = args.get(1).and_then(long) == Some(0);
    let zone = zone(this)?;
    let name = zone.name(vm.host().now(), daylight, !short);
    Ok(Value::text(
        if zone.id().starts_with("GMT") && zone.id() != "GMT" {
            gmt_id(zone.fixed_offset().unwrap_or(0))
        } else {
            name
        },
    ))
}

fn has_same_rules(vm: &mut Vm, this: &Value, args: &[Value]) -> Result<Value> {
    let [other] = args else {
        return Err(Thrown::mismatch());
    };
    let (own, other) = (zone(this)?, zone(other)?);
    const MONTH: i64 = 30 * super::fields::DAY;
    let now = vm.host().now();
    let same = |at| own.at(at).offset == other.at(at).offset;
    Ok(Value::Bool(
        (0..24).all(|month| same(now.saturating_sub(month * MONTH))),
    ))
}
