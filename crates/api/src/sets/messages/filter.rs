//! `$filter` and `$orderby` on messages, as the store searches.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_odata::{Comparison, Filter, FilterFunction, Order as QueryOrder, Value};
use lockgate_store::messages::{
    Compare, Condition, Order, OrderBy, Subject, TextTest, TimeSubject,
};

/// A filter in two parts, both of which have to hold.
pub(super) struct Split<'a> {
    /// What the store judges.
    pub(super) condition: Condition,
    /// What is judged by rows.
    pub(super) rest: Vec<&'a Filter>,
}

/// Gives the store as much of a filter as it can judge.
pub(super) fn split(filter: Option<&Filter>) -> Split<'_> {
    let mut all = Vec::new();
    let mut rest = Vec::new();
    for one in filter.map(Filter::conjuncts).unwrap_or_default() {
        match condition(one) {
            Some(condition) => all.push(condition),
            None => rest.push(one),
        }
    }
    Split {
        condition: Condition::And(all),
        rest,
    }
}

/// The order of a list; criteria that are the same for all messages are left out.
pub(super) fn order(criteria: &[QueryOrder]) -> Vec<Order> {
    let criterion = |one: &QueryOrder| {
        let by = match property(&one.path)? {
            Known::Text(subject) => OrderBy::Text(subject),
            Known::Time(subject) => OrderBy::Time(subject),
        };
        Some(Order {
            by,
            descending: one.descending,
        })
    };
    criteria.iter().filter_map(criterion).collect()
}

/// A property that the store has.
enum Known {
    Text(Subject),
    Time(TimeSubject),
}

fn property(path: &[String]) -> Option<Known> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    Some(match path.as_slice() {
        ["LogStart"] => Known::Time(TimeSubject::Started),
        ["LogEnd"] => Known::Time(TimeSubject::Changed),
        ["MessageGuid"] => Known::Text(Subject::Id),
        ["CorrelationId"] => Known::Text(Subject::Correlation),
        ["ApplicationMessageId"] => Known::Text(Subject::ApplicationId),
        ["ApplicationMessageType"] => Known::Text(Subject::MessageType),
        ["Sender"] => Known::Text(Subject::Sender),
        ["Receiver"] => Known::Text(Subject::Receiver),
        ["IntegrationFlowName"] => Known::Text(Subject::Flow),
        ["IntegrationArtifact", "Id"] => Known::Text(Subject::FlowId),
        ["IntegrationArtifact", "Name"] => Known::Text(Subject::FlowName),
        ["Status"] => Known::Text(Subject::Status),
        ["CustomStatus"] => Known::Text(Subject::CustomStatus),
        ["LogLevel"] => Known::Text(Subject::LogLevel),
        ["PredecessorMessageGuid"] => Known::Text(Subject::Predecessor),
        _ => return None,
    })
}

/// A filter as the store judges it, if it can.
fn condition(filter: &Filter) -> Option<Condition> {
    match filter {
        Filter::And(..) => {
            let all: Option<Vec<_>> = filter.conjuncts().into_iter().map(condition).collect();
            Some(Condition::And(all?))
        }
        Filter::Or(left, right) => {
            let mut all = Vec::new();
            for side in [left, right] {
                // A chain is one list, which an index may serve.
                match condition(side)? {
                    Condition::Or(inner) => all.extend(inner),
                    other => all.push(other),
                }
            }
            Some(Condition::Or(all))
        }
        Filter::Not(inner) => Some(Condition::Not(Box::new(condition(inner)?))),
        Filter::Compare(left, comparison, right) => match (&**left, &**right) {
            // Some clients write `substringof('x',Property) eq true`.
            (call @ Filter::Call(..), Filter::Literal(Value::Bool(wanted)))
            | (Filter::Literal(Value::Bool(wanted)), call @ Filter::Call(..)) => {
                let holds = match comparison {
                    Comparison::Equal => *wanted,
                    Comparison::NotEqual => !wanted,
                    _ => return None,
                };
                let condition = condition(call)?;
                Some(match holds {
                    true => condition,
                    false => Condition::Not(Box::new(condition)),
                })
            }
            _ => compared(filter),
        },
        Filter::Call(function, arguments) => called(*function, arguments),
        Filter::Path(_) | Filter::Literal(_) => None,
    }
}

fn compared(filter: &Filter) -> Option<Condition> {
    let (path, comparison, value) = filter.comparison()?;
    match (property(path)?, value) {
        (Known::Text(subject), Value::Text(text)) => {
            let test = TextTest::Is(compare(comparison));
            Some(Condition::Text(subject, test, text.clone()))
        }
        (Known::Time(subject), Value::Time(at)) => Some(shown_time(subject, comparison, *at)),
        _ => None,
    }
}

fn called(function: FilterFunction, arguments: &[Filter]) -> Option<Condition> {
    let (test, path, text) = match (function, arguments) {
        (FilterFunction::SubstringOf, [Filter::Literal(Value::Text(text)), Filter::Path(path)]) => {
            (TextTest::Contains, path, text)
        }
        (FilterFunction::StartsWith, [Filter::Path(path), Filter::Literal(Value::Text(text))]) => {
            (TextTest::StartsWith, path, text)
        }
        (FilterFunction::EndsWith, [Filter::Path(path), Filter::Literal(Value::Text(text))]) => {
            (TextTest::EndsWith, path, text)
        }
        _ => return None,
    };
    match property(path)? {
        Known::Text(subject) => Some(Condition::Text(subject, test, text.clone())),
        Known::Time(_) => None,
    }
}

const fn compare(comparison: Comparison) -> Compare {
    match comparison {
        Comparison::Equal => Compare::Equal,
        Comparison::NotEqual => Compare::NotEqual,
        Comparison::Greater => Compare::Greater,
        Comparison::GreaterOrEqual => Compare::GreaterOrEqual,
        Comparison::Less => Compare::Less,
        Comparison::LessOrEqual => Compare::LessOrEqual,
    }
}

/// A comparison with the time that answers show. They show milliseconds, the store has microseconds,
/// and who asks for what is later than the last that he saw does not want to see that again.
fn shown_time(subject: TimeSubject, comparison: Comparison, at: Timestamp) -> Condition {
    let this = Timestamp::from_micros(at.millis().saturating_mul(1_000));
    let next = this.plus(Duration::from_millis(1));
    let is = |compare, at| Condition::Time(subject, compare, at);
    let within = vec![is(Compare::GreaterOrEqual, this), is(Compare::Less, next)];
    match comparison {
        Comparison::Greater => is(Compare::GreaterOrEqual, next),
        Comparison::GreaterOrEqual => is(Compare::GreaterOrEqual, this),
        Comparison::Less => is(Compare::Less, this),
        Comparison::LessOrEqual => is(Compare::Less, next),
        Comparison::Equal => Condition::And(within),
        Comparison::NotEqual => Condition::Not(Box::new(Condition::And(within))),
    }
}
