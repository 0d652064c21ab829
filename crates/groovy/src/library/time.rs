//! Dates and times as `java.time` has them.

mod adjusters;
mod calendar;
mod classes;
mod duration;
mod fields;
mod formatter;
mod iso;
mod members;
mod pattern;
mod period;
mod print;
mod resolve;
mod scan;
mod temporal;
mod zone_id;

use crate::class::Class;
use crate::library::date::Zone;
use crate::thrown::Result;
use crate::value::Value;

/// Every class, area by area.
pub(super) static CLASSES: &[&[&Class]] = &[
    classes::ALL,
    &[
        &calendar::DAY_OF_WEEK,
        &calendar::MONTH,
        &calendar::TEXT_STYLE,
        &calendar::RESOLVER_STYLE,
        &fields::CHRONO_UNIT,
        &fields::CHRONO_FIELD,
        &zone_id::ZONE_ID,
        &zone_id::ZONE_REGION,
        &zone_id::ZONE_OFFSET,
        &duration::DURATION,
        &period::PERIOD,
        &formatter::DATE_TIME_FORMATTER,
        &formatter::PARSED,
        &adjusters::TEMPORAL_ADJUSTERS,
        &adjusters::TEMPORAL_ADJUSTER,
    ],
];

/// The `Instant` of milliseconds since 1970.
pub(super) fn instant(millis: i64) -> Result<Value> {
    temporal::Temporal::instant(i128::from(millis) * 1_000_000).map(members::value)
}

/// The `ZoneId` of a `TimeZone`.
pub(super) fn zone_id(zone: &Zone) -> Value {
    zone_id::of_time_zone(zone)
}
