//! `created_ats` and `updated_ats`: exact times, or `[lt]`, `[lte]`, `[gt]`, `[gte]` one of them.
//! Compared in whole seconds, as answers show them.

use lockgate_core::clock::Timestamp;

use crate::failure::Failure;

/// What the times of an item have to be like. The default accepts everything.
#[derive(Debug, Default)]
pub(super) struct TimeFilters(Vec<TimeFilter>);

#[derive(Debug)]
struct TimeFilter {
    created: bool,
    comparison: Comparison,
    times: Vec<i64>,
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl TimeFilters {
    pub(super) fn add(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        let (field, operator) = match name.split_once('[') {
            Some((field, operator)) => (field, operator.strip_suffix(']')),
            None => (name, None),
        };
        let comparison = match operator {
            None => Comparison::Equal,
            Some("lt") => Comparison::Less,
            Some("lte") => Comparison::LessOrEqual,
            Some("gt") => Comparison::Greater,
            Some("gte") => Comparison::GreaterOrEqual,
            Some(other) => {
                let reason = format!("{field} has no operator '{other}'");
                return Err(Failure::query(reason));
            }
        };
        let times: Result<Vec<Timestamp>, _> = value.split(',').map(str::parse).collect();
        let times = times.map_err(|error| Failure::query(format!("{field}: {error}")))?;
        if operator.is_some() && times.len() > 1 {
            let reason = format!("{field} accepts only one value with an operator");
            return Err(Failure::query(reason));
        }
        self.0.push(TimeFilter {
            created: field == "created_ats",
            comparison,
            times: times.into_iter().map(Timestamp::secs).collect(),
        });
        Ok(())
    }

    pub(super) fn admit(&self, created_at: Timestamp, updated_at: Timestamp) -> bool {
        self.0.iter().all(|filter| {
            let time = if filter.created {
                created_at
            } else {
                updated_at
            };
            let time = time.secs();
            filter.times.iter().any(|wanted| match filter.comparison {
                Comparison::Equal => time == *wanted,
                Comparison::Less => time < *wanted,
                Comparison::LessOrEqual => time <= *wanted,
                Comparison::Greater => time > *wanted,
                Comparison::GreaterOrEqual => time >= *wanted,
            })
        })
    }
}
