//! Timer schedules.

use std::str::FromStr;

use jiff::tz::TimeZoneDatabase;
use serde::Serialize;
use thiserror::Error;

use crate::rows::{self, InvalidTable, Row};

/// When a timer start fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Schedule {
    /// Once for every deployment, at once; not again after a restart.
    RunOnce,
    /// A Quartz cron expression in a time zone.
    Cron {
        /// Seven fields separated by blanks: second minute hour day month weekday year.
        expression: String,
        /// IANA time zone name.
        zone: String,
        /// Whether an expired schedule puts the flow in error.
        throw_on_expiry: bool,
    },
}

/// Why a timer's table is not a schedule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidSchedule {
    /// The table cannot be read.
    #[error("{0}")]
    Table(String),
    /// The table has no `schedule1` row.
    #[error("the schedule is not configured: there is no row 'schedule1'")]
    Missing,
    /// Not seven cron fields, or fields that mean nothing.
    #[error("'{0}' is not a schedule of seven fields joined by '+'")]
    Cron(String),
    /// The zone does not exist.
    #[error("unknown time zone '{0}'")]
    Zone(String),
}

impl From<InvalidTable> for InvalidSchedule {
    fn from(error: InvalidTable) -> Self {
        Self::Table(error.to_string())
    }
}

/// Schedules of one timer; more would be a mistake or an attack.
const SCHEDULES_MAX: usize = 100;

/// Three-letter zone ids of Java that time zone databases lack or read differently.
const JAVA_ZONES: [(&str, &str); 25] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

impl Schedule {
    /// Reads the schedules of a timer's `scheduleKey` table: rows of a name and a value, of which only
    /// `noOfSchedules`, `schedule1`, `schedule2`, … and `throwExceptionOnExpiry` mean anything.
    ///
    /// # Errors
    /// What is wrong with the table or a schedule in it.
    pub fn parse_table(table: &str) -> Result<Vec<Self>, InvalidSchedule> {
        let rows = rows::parse(table)?;
        let value = |name: &str| {
            let row = rows.iter().find(|row| row.at(0) == name);
            row.map(|row: &Row| row.at(1).trim())
        };
        let throw_on_expiry = value("throwExceptionOnExpiry") == Some("true");
        let count = value("noOfSchedules").and_then(|n| n.parse().ok());
        let count = count.unwrap_or(1).clamp(1, SCHEDULES_MAX);
        (1..=count)
            .map(|n| match value(&format!("schedule{n}")) {
                Some(text) if !text.is_empty() => Self::parse(text, throw_on_expiry),
                _ => Err(InvalidSchedule::Missing),
            })
            .collect()
    }

    /// Reads one schedule: `fireNow=true`, `simple.repeat=NONE&…`, or seven cron fields joined by
    /// `+`, then `&trigger.timeZone=…`. Nothing in it is URL-encoded.
    fn parse(text: &str, throw_on_expiry: bool) -> Result<Self, InvalidSchedule> {
        let mut parts = text.split('&');
        let first = parts.next().unwrap_or_default().trim();
        if first == "fireNow=true" || first == "simple.repeat=NONE" {
            return Ok(Self::RunOnce);
        }
        let invalid = || InvalidSchedule::Cron(crate::expr::excerpt(first));
        let fields: Vec<&str> = first.split(['+', ' ']).filter(|f| !f.is_empty()).collect();
        let [second, minute, hour, day, month, weekday, year] = fields[..] else {
            return Err(invalid());
        };
        // An interval that ends at midnight is written with hour 24.
        let hour = match hour.strip_suffix("-24") {
            Some(from) => format!("{from}-23"),
            None => hour.to_owned(),
        };
        let expression = [second, minute, &hour, day, month, weekday, year].join(" ");
        cron::Schedule::from_str(&expression).map_err(|_| invalid())?;
        let id = parts
            .find_map(|part| part.trim().strip_prefix("trigger.timeZone="))
            .unwrap_or("UTC");
        Ok(Self::Cron {
            expression,
            zone: zone_name(id).ok_or_else(|| InvalidSchedule::Zone(crate::expr::excerpt(id)))?,
            throw_on_expiry,
        })
    }
}

/// The IANA name of a time zone id, Java's three-letter ids included; `None` when there is no such
/// zone. The sign of `Etc/GMT+2` is kept: it lies west of Greenwich.
#[must_use]
pub fn zone_name(id: &str) -> Option<String> {
    let id = id.trim();
    let name = JAVA_ZONES
        .iter()
        .find(|(java, _)| *java == id)
        .map_or(id, |(_, name)| name);
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    Some(zone.iana_name().unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &str)]) -> String {
        let row = |(name, value): &(&str, &str)| {
            let value = value.replace('&', "&amp;");
            format!("<row><cell>{name}</cell><cell>{value}</cell></row>")
        };
        rows.iter().map(row).collect()
    }

    fn parse(schedule: &str) -> Result<Vec<Schedule>, InvalidSchedule> {
        Schedule::parse_table(&table(&[
            // What the editor leaves behind says nothing.
            ("dateType", "DAILY"),
            ("second", "7"),
            ("toInterval", "24"),
            ("triggerType", "cron"),
            ("noOfSchedules", "1"),
            ("schedule1", schedule),
        ]))
    }

    fn cron(expression: &str, zone: &str) -> Schedule {
        Schedule::Cron {
            expression: expression.into(),
            zone: zone.into(),
            throw_on_expiry: false,
        }
    }

    #[test]
    fn run_once_has_two_spellings() {
        for text in [
            "fireNow=true",
            "simple.repeat=NONE&trigger.timeZone=Etc/GMT",
        ] {
            assert_eq!(parse(text), Ok(vec![Schedule::RunOnce]), "{text}");
        }
    }

    #[test]
    fn cron_fields_are_joined_by_plus_and_zones_are_not_decoded() {
        for (text, expression, zone) in [
            (
                "0+0/10+0-23+?+*+*+*&trigger.timeZone=Etc/GMT",
                "0 0/10 0-23 ? * * *",
                "Etc/GMT",
            ),
            (
                "0+0+17+?+*+*+*&trigger.timeZone=Etc/GMT+2",
                "0 0 17 ? * * *",
                "Etc/GMT+2",
            ),
            (
                "0+0+9+?+*+*+*&trigger.timeZone=IST",
                "0 0 9 ? * * *",
                "Asia/Kolkata",
            ),
            (
                "0+0+10,14,18+?+*+*+*&trigger.timeZone=CST",
                "0 0 10,14,18 ? * * *",
                "America/Chicago",
            ),
            (
                "0+30+14+?+*+MON+*&trigger.timeZone=Asia/Calcutta",
                "0 30 14 ? * MON *",
                "Asia/Calcutta",
            ),
            (
                "0+12+11+18+10+?+2032&trigger.timeZone=Europe/Berlin",
                "0 12 11 18 10 ? 2032",
                "Europe/Berlin",
            ),
            (
                "0+0/5+0-24+?+*+MON,TUE+*",
                "0 0/5 0-23 ? * MON,TUE *",
                "UTC",
            ),
        ] {
            assert_eq!(parse(text), Ok(vec![cron(expression, zone)]), "{text}");
        }
    }

    #[test]
    fn several_schedules_and_the_expiry_switch_are_read() {
        let text = table(&[
            ("schedule2", "0+0+2+?+*+*+*"),
            ("schedule1", "0+0+1+?+*+*+*"),
            ("noOfSchedules", "2"),
            ("throwExceptionOnExpiry", "true"),
        ]);
        let schedules = Schedule::parse_table(&text).unwrap();
        let expressions: Vec<_> = schedules
            .iter()
            .map(|schedule| match schedule {
                Schedule::Cron {
                    expression,
                    throw_on_expiry: true,
                    ..
                } => expression.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(expressions, ["0 0 1 ? * * *", "0 0 2 ? * * *"]);
    }

    #[test]
    fn what_is_not_a_schedule_is_refused() {
        for (text, expected) in [
            ("0+0+1", InvalidSchedule::Cron("0+0+1".into())),
            (
                "0+0+25+?+*+*+*",
                InvalidSchedule::Cron("0+0+25+?+*+*+*".into()),
            ),
            (
                "0+0+1+?+*+*+*+*",
                InvalidSchedule::Cron("0+0+1+?+*+*+*+*".into()),
            ),
            (
                "0+0+1+?+*+*+*&trigger.timeZone=Moon",
                InvalidSchedule::Zone("Moon".into()),
            ),
            ("", InvalidSchedule::Missing),
        ] {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
        assert_eq!(Schedule::parse_table(""), Err(InvalidSchedule::Missing));
        assert!(matches!(
            Schedule::parse_table("<row>"),
            Err(InvalidSchedule::Table(_))
        ));
    }
}
