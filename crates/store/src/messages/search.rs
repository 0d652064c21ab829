//! Finding messages by any combination of conditions.
//!
//! A condition becomes SQL as a whole. Equality that more than one index serves, such as one of
//! several flows, splits the statement into branches, each of which reads its index in the order of
//! the list; so a page is found without sorting, however many records there are.

mod sql;

use lockgate_core::clock::Timestamp;

use super::{COLUMNS, Cursor, Filter, Message, TABLE, decode};
use crate::error::Result;
use crate::tx::Tx;
use crate::value::params;

/// What is searched for. The default is everything, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// What holds for the messages.
    pub condition: Condition,
    /// Their order; empty is newest first. Those that are equal are in the order of their ids.
    pub order: Vec<Order>,
    /// Only what follows this position. Only for what is newest first.
    pub after: Option<Cursor>,
    /// How many are left out at the beginning.
    pub skip: u64,
    /// How many are wanted at most; more than [`Filter::PAGE_MAX`] is cut.
    pub limit: u32,
}

/// One criterion of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: OrderBy,
    /// Whether the largest or latest come first.
    pub descending: bool,
}

/// What messages are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderBy {
    /// A time.
    Time(TimeSubject),
    /// A text. No index helps, so it takes long when the condition fits many.
    Text(Subject),
}

/// What holds for messages. What a message does not have is an empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of these; none is always true.
    And(Vec<Condition>),
    /// One of these; none is never true.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A text of the record.
    Text(Subject, TextTest, String),
    /// A time of the record.
    Time(TimeSubject, Compare, Timestamp),
    /// A custom header with this name, and with this value if there is one.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Option<String>,
    },
    /// A text in what is kept of the content. Only the newest [`PAYLOADS_SEARCHED`] are looked at.
    Payload(String),
}

/// How many kept payloads are searched for a text: the newest.
pub const PAYLOADS_SEARCHED: u32 = 2_000;

impl Default for Condition {
    fn default() -> Self {
        Self::And(Vec::new())
    }
}

/// A text of a message record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The message's id.
    Id,
    /// What belongs together.
    Correlation,
    /// The message that was sent again.
    Predecessor,
    /// The flow: its id, or the name of one that is deployed.
    Flow,
    /// The flow's id.
    FlowId,
    /// The flow's name at the time.
    FlowName,
    /// How the message stands.
    Status,
    /// The status that the flow gave it, else how it stands.
    CustomStatus,
    /// The id of the sender's application.
    ApplicationId,
    /// The type of the sender's application.
    MessageType,
    /// The sender that the flow named.
    Sender,
    /// The receiver that the flow named.
    Receiver,
    /// How much was kept.
    LogLevel,
}

/// A time of a message record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSubject {
    /// When it started.
    Started,
    /// When it last changed: its end, or its start while it runs.
    Changed,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// Less, or earlier.
    Less,
    /// Not greater.
    LessOrEqual,
    /// Greater, or later.
    Greater,
    /// Not less.
    GreaterOrEqual,
}

/// What is asked of a text. Upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTest {
    /// Compared with another one.
    Is(Compare),
    /// Has the other one in it.
    Contains,
    /// Begins with it.
    StartsWith,
    /// Ends with it.
    EndsWith,
}

/// Messages without their steps, in the order asked for.
///
/// # Errors
/// Those of the database.
pub async fn search(tx: &mut Tx, search: &Search) -> Result<Vec<Message>> {
    let condition = resolved(tx, &search.condition).await?;
    let (sql, params) = sql::page(search, &condition, tx.dialect());
    tx.list(TABLE, &sql, params, decode).await
}

/// How many messages a condition holds for.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut Tx, condition: &Condition) -> Result<u64> {
    let condition = resolved(tx, condition).await?;
    let (sql, params) = sql::count(&condition, tx.dialect());
    let counted = tx.one(TABLE, &sql, params, |row| row.take::<i64>("counted"));
    Ok(u64::try_from(counted.await?).unwrap_or(0))
}

/// The statement that a search of known flows runs, for tests of how it is carried out.
#[cfg(test)]
pub(super) fn page_statement(
    search: &Search,
    dialect: crate::driver::Dialect,
) -> (String, Vec<crate::value::Value>) {
    sql::page(search, &search.condition, dialect)
}

/// The condition with the names of deployed flows replaced by their ids.
async fn resolved(tx: &mut Tx, condition: &Condition) -> Result<Condition> {
    if !names_flow(condition) {
        return Ok(condition.clone());
    }
    let flows = tx.list("flows", "SELECT id, name FROM flows", params![], |row| {
        Ok((row.take("id")?, row.take("name")?))
    });
    Ok(with_ids(condition, &flows.await?))
}

fn names_flow(condition: &Condition) -> bool {
    match condition {
        Condition::And(all) | Condition::Or(all) => all.iter().any(names_flow),
        Condition::Not(inner) => names_flow(inner),
        Condition::Text(subject, ..) => *subject == Subject::Flow,
        Condition::Time(..) | Condition::Header { .. } | Condition::Payload(_) => false,
    }
}

/// The condition with the names in `flows` replaced by their ids.
pub(super) fn with_ids(condition: &Condition, flows: &[(String, String)]) -> Condition {
    let each = |all: &[Condition]| all.iter().map(|one| with_ids(one, flows)).collect();
    match condition {
        Condition::And(all) => Condition::And(each(all)),
        Condition::Or(all) => Condition::Or(each(all)),
        Condition::Not(inner) => Condition::Not(Box::new(with_ids(inner, flows))),
        Condition::Text(Subject::Flow, TextTest::Is(Compare::NotEqual), text) => {
            Condition::Not(Box::new(Condition::Or(ids(text, flows))))
        }
        Condition::Text(Subject::Flow, TextTest::Is(Compare::Equal), text) => {
            let mut ids = ids(text, flows);
            match ids.len() {
                1 => ids.remove(0),
                _ => Condition::Or(ids),
            }
        }
        Condition::Text(Subject::Flow, test, text) => {
            Condition::Text(Subject::FlowId, *test, text.clone())
        }
        other => other.clone(),
    }
}

/// That the flow has `text` as its id, or an id whose flow has this name now.
fn ids(text: &str, flows: &[(String, String)]) -> Vec<Condition> {
    let named = flows
        .iter()
        .filter(|(id, name)| name == text && id != text)
        .map(|(id, _)| id.as_str());
    let equal = |id: &str| {
        let test = TextTest::Is(Compare::Equal);
        Condition::Text(Subject::FlowId, test, id.to_owned())
    };
    std::iter::once(text)
        .chain(named.take(sql::BRANCHES - 1))
        .map(equal)
        .collect()
}
