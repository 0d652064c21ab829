//! Literals: how values are spelled in XML and in OData V2's JSON.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

/// A literal as flows see it. Dates in ticks become `2024-01-31T00:00:00.000`; dates without a
/// fraction get one.
pub(super) fn to_flow(edm: Option<&str>, literal: &str) -> String {
    match edm {
        Some("Edm.DateTime") => ticks(literal, false).unwrap_or_else(|| with_fraction(literal)),
        Some("Edm.DateTimeOffset") => {
            ticks(literal, true).unwrap_or_else(|| with_fraction(literal))
        }
        None => ticks(literal, false).unwrap_or_else(|| literal.to_owned()),
        Some(_) => literal.to_owned(),
    }
}

/// A literal of a flow as a JSON value: small numbers and booleans bare, dates as ticks, the rest as
/// text. What does not fit its type is sent as it is, for the service to judge.
pub(super) fn to_json(edm: Option<&str>, literal: &str) -> Value {
    let value = match edm {
        Some("Edm.Boolean") => literal.parse().ok().map(Value::Bool),
        Some("Edm.Byte" | "Edm.SByte" | "Edm.Int16" | "Edm.Int32") => {
            literal.parse::<i32>().ok().map(Value::from)
        }
        Some("Edm.DateTime") => {
            let date: Option<civil::DateTime> = literal.parse().ok();
            let instant = date.and_then(|date| TimeZone::UTC.to_timestamp(date).ok());
            instant.map(|instant| Value::from(format!("/Date({})/", instant.as_millisecond())))
        }
        Some("Edm.DateTimeOffset") => {
            let instant: Option<Timestamp> = literal.parse().ok();
            instant.map(|instant| Value::from(format!("/Date({}+0000)/", instant.as_millisecond())))
        }
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(literal))
}

/// `/Date(1706659200000)/`, or `/Date(1706659200000+0060)/` with minutes of offset.
fn ticks(literal: &str, zoned: bool) -> Option<String> {
    let inner = literal.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let sign = inner.rfind(['+', '-']).filter(|at| *at > 0);
    let (millis, minutes) = inner.split_at(sign.unwrap_or(inner.len()));
    let instant = Timestamp::from_millisecond(millis.parse().ok()?).ok()?;
    let minutes: i32 = if minutes.is_empty() {
        0
    } else {
        minutes.parse().ok()?
    };
    let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
    let date = offset
        .to_datetime(instant)
        .strftime("%Y-%m-%dT%H:%M:%S%.3f");
    Some(match (zoned, minutes) {
        (false, _) => date.to_string(),
        (true, 0) => format!("{date}Z"),
        (true, minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            format!("{date}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    })
}

/// Inserts `.000` behind the seconds when there is no fraction.
fn with_fraction(literal: &str) -> String {
    let Some((_, time)) = literal.split_once('T') else {
        return literal.to_owned();
    };
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    if clock.contains('.') || clock.matches(':').count() != 2 {
        return literal.to_owned();
    }
    let head = &literal[..literal.len() - zone.len()];
    format!("{head}.000{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: Option<&str> = Some("Edm.DateTime");
    const OFFSET: Option<&str> = Some("Edm.DateTimeOffset");

    #[test]
    fn dates_keep_their_literal_form() {
        let cases = [
            (DATE, "/Date(1706659200000)/", "2024-01-31T00:00:00.000"),
            (DATE, "/Date(-1)/", "1969-12-31T23:59:59.999"),
            (DATE, "2024-01-31T00:00:00", "2024-01-31T00:00:00.000"),
            (
                DATE,
                "2024-01-31T00:00:00.1234567",
                "2024-01-31T00:00:00.1234567",
            ),
            (DATE, "2024-01-31T00:00", "2024-01-31T00:00"),
            (DATE, "", ""),
            (
                OFFSET,
                "/Date(1706659200000+0000)/",
                "2024-01-31T00:00:00.000Z",
            ),
            (
                OFFSET,
                "/Date(1706659200000-0090)/",
                "2024-01-30T22:30:00.000-01:30",
            ),
            (OFFSET, "2024-01-31T00:00:00Z", "2024-01-31T00:00:00.000Z"),
            (
                OFFSET,
                "2024-01-31T00:00:00+01:00",
                "2024-01-31T00:00:00.000+01:00",
            ),
            (Some("Edm.Time"), "PT11H30M", "PT11H30M"),
            (Some("Edm.String"), "/Date(1)/", "/Date(1)/"),
            (None, "/Date(0)/", "1970-01-01T00:00:00.000"),
            (
                DATE,
                "/Date(99999999999999999)/",
                "/Date(99999999999999999)/",
            ),
        ];
        for (edm, wire, flow) in cases {
            assert_eq!(to_flow(edm, wire), flow, "{wire}");
        }
    }

    #[test]
    fn json_spells_literals_by_type() {
        let cases = [
            (DATE, "2024-01-31T00:00:00.000", "\"/Date(1706659200000)/\""),
            (
                OFFSET,
                "2024-01-31T00:00:00Z",
                "\"/Date(1706659200000+0000)/\"",
            ),
            (Some("Edm.Int32"), "7", "7"),
            (Some("Edm.Int64"), "7", "\"7\""),
            (Some("Edm.Decimal"), "1.50", "\"1.50\""),
            (Some("Edm.Boolean"), "true", "true"),
            (Some("Edm.Boolean"), "yes", "\"yes\""),
            (Some("Edm.Time"), "PT1H", "\"PT1H\""),
            (None, "x", "\"x\""),
        ];
        for (edm, literal, json) in cases {
            assert_eq!(to_json(edm, literal).to_string(), json, "{literal}");
        }
    }
}
