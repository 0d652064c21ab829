//! Conditions as SQL.

use super::{
    COLUMNS, Compare, Condition, Filter, Order, OrderBy, PAYLOADS_SEARCHED, Search, Subject,
    TextTest, TimeSubject,
};
use crate::driver::Dialect;
use crate::messages::header_name;
use crate::value::{Value, indexed};

/// Most branches of a statement.
pub(super) const BRANCHES: usize = 16;

const MESSAGES: &str = "messages";
/// Custom headers first, because their index has the order of the list. The join says so to SQLite.
const HEADERS: &str = "message_headers CROSS JOIN messages";

const NEWEST: &[Order] = &[Order {
    by: OrderBy::Time(TimeSubject::Started),
    descending: true,
}];

/// Rows that one index gives in order.
struct Branch {
    from: &'static str,
    condition: Option<String>,
}

impl Branch {
    /// Where it reads, and what has to hold besides.
    fn filtered(&self, rest: &[String]) -> String {
        let all: Vec<&str> = self
            .condition
            .iter()
            .chain(rest)
            .map(String::as_str)
            .collect();
        match all.as_slice() {
            [] => self.from.to_owned(),
            all => format!("{} WHERE {}", self.from, all.join(" AND ")),
        }
    }
}

/// The statement for a page of messages.
pub(super) fn page(
    search: &Search,
    condition: &Condition,
    dialect: Dialect,
) -> (String, Vec<Value>) {
    let order = match search.order.as_slice() {
        [] => NEWEST,
        order => order,
    };
    let mut words = Words::new(dialect);
    let by_time = order.iter().all(|one| matches!(one.by, OrderBy::Time(_)));
    let (branches, mut rest) = words.split(condition, by_time);
    if let Some(cursor) = &search.after {
        let at = words.place(cursor.started_at);
        let id = words.place(&cursor.id);
        rest.push(format!("(started_at, id) < ({at}, {id})"));
    }
    let from_headers = branches.iter().all(|branch| branch.from == HEADERS);
    let order = order_by(order, from_headers && order == NEWEST);
    let wanted = search.limit.min(Filter::PAGE_MAX);
    let select = |branch: &Branch| format!("SELECT {COLUMNS} FROM {}", branch.filtered(&rest));
    let rows = match branches.as_slice() {
        [branch] => select(branch),
        several => {
            // Each branch gives as many as the page may need of it, in order; few are sorted then.
            let most = i64::try_from(search.skip).unwrap_or(i64::MAX);
            let most = words.place(most.saturating_add(i64::from(wanted)));
            let ordered = (1..).zip(several).map(|(number, branch)| {
                let select = select(branch);
                format!("SELECT * FROM ({select} ORDER BY {order} LIMIT {most}) AS branch{number}")
            });
            ordered.collect::<Vec<_>>().join(" UNION ALL ")
        }
    };
    let limit = words.place(wanted);
    let mut sql = format!("{rows} ORDER BY {order} LIMIT {limit}");
    if search.skip > 0 {
        let skip = words.place(i64::try_from(search.skip).unwrap_or(i64::MAX));
        sql.push_str(&format!(" OFFSET {skip}"));
    }
    (sql, words.params)
}

/// The statement for the number of messages.
pub(super) fn count(condition: &Condition, dialect: Dialect) -> (String, Vec<Value>) {
    let mut words = Words::new(dialect);
    let (branches, rest) = words.split(condition, true);
    let select = |branch: &Branch| {
        let from = branch.filtered(&rest);
        format!("SELECT count(*) AS part FROM {from}")
    };
    let parts: Vec<String> = branches.iter().map(select).collect();
    let sql = format!(
        "SELECT CAST(COALESCE(sum(part), 0) AS BIGINT) AS counted FROM ({}) AS parts",
        parts.join(" UNION ALL ")
    );
    (sql, words.params)
}

fn order_by(order: &[Order], from_headers: bool) -> String {
    if from_headers {
        return "message_at DESC, message_id DESC".to_owned();
    }
    let direction = |descending| if descending { " DESC" } else { "" };
    let mut criteria: Vec<String> = Vec::new();
    for one in order {
        let by = match one.by {
            OrderBy::Time(TimeSubject::Started) => "started_at",
            OrderBy::Time(TimeSubject::Changed) => "changed_at",
            OrderBy::Text(subject) => expression(subject),
        };
        criteria.push(format!("{by}{}", direction(one.descending)));
    }
    let last = order.last().is_some_and(|last| last.descending);
    criteria.push(format!("id{}", direction(last)));
    criteria.join(", ")
}

/// The text of a record, empty when there is none.
const fn expression(subject: Subject) -> &'static str {
    match subject {
        Subject::Id => "id",
        Subject::Correlation => "COALESCE(correlation_id, id)",
        Subject::Predecessor => "COALESCE(predecessor_id, '')",
        Subject::Flow | Subject::FlowId => "flow_id",
        Subject::FlowName => "flow_name",
        Subject::Status => "status",
        Subject::CustomStatus => "COALESCE(custom_status, status)",
        Subject::ApplicationId => "COALESCE(application_id, '')",
        Subject::MessageType => "COALESCE(message_type, '')",
        Subject::Sender => "COALESCE(sender, '')",
        Subject::Receiver => "COALESCE(receiver, '')",
        Subject::LogLevel => "log_level",
    }
}

/// The column that an index for equality is on.
const fn column(subject: Subject) -> Option<&'static str> {
    Some(match subject {
        Subject::Id => "id",
        Subject::Predecessor => "predecessor_id",
        Subject::Flow | Subject::FlowId => "flow_id",
        Subject::Status => "status",
        Subject::ApplicationId => "application_id",
        Subject::MessageType => "message_type",
        Subject::Sender => "sender",
        Subject::Receiver => "receiver",
        Subject::Correlation | Subject::CustomStatus | Subject::FlowName | Subject::LogLevel => {
            return None;
        }
    })
}

const EQUAL: TextTest = TextTest::Is(Compare::Equal);

/// A statement under way.
struct Words {
    params: Vec<Value>,
    dialect: Dialect,
}

impl Words {
    fn new(dialect: Dialect) -> Self {
        Self {
            params: Vec::new(),
            dialect,
        }
    }

    fn place(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// Branches for the condition that helps most, and the other conditions.
    fn split(&mut self, condition: &Condition, may_branch: bool) -> (Vec<Branch>, Vec<String>) {
        let mut all = Vec::new();
        conjuncts(condition, &mut all);
        let by_id = all.iter().any(|one| equals(one, Subject::Id));
        let helps = |one: &&Condition| {
            matches!(one, Condition::Header { value: Some(_), .. })
                || equals(one, Subject::Correlation)
                || equals(one, Subject::CustomStatus)
                || alternatives(one).is_some()
        };
        let found = all.iter().position(helps);
        let found = found.filter(|_| may_branch && !by_id);
        let branches = match found.map(|at| all.remove(at)) {
            Some(condition) => self.branches(condition),
            None => vec![Branch {
                from: MESSAGES,
                condition: None,
            }],
        };
        (branches, all.into_iter().map(|one| self.sql(one)).collect())
    }

    /// The branches of a condition; no message is in two of them.
    fn branches(&mut self, condition: &Condition) -> Vec<Branch> {
        let of_messages = |condition: String| Branch {
            from: MESSAGES,
            condition: Some(condition),
        };
        match condition {
            Condition::Header {
                name,
                value: Some(value),
            } => {
                let name = self.place(header_name(name));
                let value = self.place(indexed(value));
                vec![Branch {
                    from: HEADERS,
                    condition: Some(format!(
                        "header_name = {name} AND header_value = {value}
                        AND started_at = message_at AND id = message_id"
                    )),
                }]
            }
            Condition::Text(Subject::Correlation, _, text) => {
                // The message that the others are correlated with carries its id only once.
                let text = self.place(indexed(text));
                vec![
                    of_messages(format!("correlation_id = {text}")),
                    of_messages(format!("id = {text} AND correlation_id IS NULL")),
                ]
            }
            Condition::Text(Subject::CustomStatus, _, text) => {
                let given = self.place(indexed(text));
                let status = self.equal(Subject::Status, text);
                vec![
                    of_messages(format!("custom_status = {given}")),
                    of_messages(format!("{status} AND custom_status IS NULL")),
                ]
            }
            other => {
                let (subject, texts) = alternatives(other).unwrap_or((Subject::Id, Vec::new()));
                let branch = |text: &str| of_messages(self.equal(subject, text));
                texts.into_iter().map(branch).collect()
            }
        }
    }

    fn sql(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::And(all) => self.joined(all, " AND ", "1 = 1"),
            Condition::Or(all) => self.joined(all, " OR ", "1 = 0"),
            Condition::Not(inner) => format!("NOT ({})", self.sql(inner)),
            Condition::Text(subject, EQUAL, text) => self.equal(*subject, text),
            Condition::Text(subject, test, text) => self.test(expression(*subject), *test, text),
            Condition::Time(subject, compare, at) => {
                let column = match subject {
                    TimeSubject::Started => "started_at",
                    TimeSubject::Changed => "changed_at",
                };
                let at = self.place(*at);
                format!("{column} {} {at}", operator(*compare))
            }
            Condition::Header { name, value } => {
                let name = self.place(header_name(name));
                let value = match value {
                    Some(value) => format!(" AND header_value = {}", self.place(indexed(value))),
                    None => String::new(),
                };
                format!(
                    "id IN (SELECT message_id FROM message_headers WHERE header_name = {name}{value})"
                )
            }
            Condition::Payload(text) => self.payload(text),
        }
    }

    fn joined(&mut self, all: &[Condition], by: &str, none: &str) -> String {
        let all: Vec<String> = all.iter().map(|one| self.sql(one)).collect();
        match all.as_slice() {
            [] => none.to_owned(),
            all => format!("({})", all.join(by)),
        }
    }

    fn equal(&mut self, subject: Subject, text: &str) -> String {
        let expression = match column(subject) {
            Some(column) if !text.is_empty() => column,
            _ => expression(subject),
        };
        let place = self.place(indexed(text));
        // Nearly all are completed: the order of time finds them as fast as an index would.
        let indexed = match subject {
            Subject::Status if text != "COMPLETED" => "status <> 'COMPLETED' AND ",
            _ => "",
        };
        format!("{indexed}{expression} = {place}")
    }

    fn test(&mut self, subject: &str, test: TextTest, text: &str) -> String {
        if text.is_empty() && !matches!(test, TextTest::Is(_)) {
            return "1 = 1".to_owned();
        }
        let text = format!("CAST({} AS TEXT)", self.place(text));
        match test {
            TextTest::Is(compare) => format!("{subject} {} {text}", operator(compare)),
            TextTest::Contains => format!("replace({subject}, {text}, '') <> {subject}"),
            TextTest::StartsWith => format!("substr({subject}, 1, length({text})) = {text}"),
            TextTest::EndsWith => {
                let start = format!("length({subject}) - length({text}) + 1");
                format!("substr({subject}, {start}) = {text}")
            }
        }
    }

    fn payload(&mut self, text: &str) -> String {
        let text = self.place(text.as_bytes());
        let found = match self.dialect {
            Dialect::Sqlite => format!("instr(body, {text}) > 0"),
            Dialect::Postgres => format!("position({text} IN body) > 0"),
        };
        format!(
            "id IN (SELECT message_id FROM
                (SELECT message_id, body FROM message_payloads ORDER BY id DESC
                LIMIT {PAYLOADS_SEARCHED}) AS newest
            WHERE {found})"
        )
    }
}

/// The conditions that all have to hold.
fn conjuncts<'a>(condition: &'a Condition, all: &mut Vec<&'a Condition>) {
    match condition {
        Condition::And(inner) => inner.iter().for_each(|one| conjuncts(one, all)),
        other => all.push(other),
    }
}

fn equals(condition: &Condition, wanted: Subject) -> bool {
    matches!(condition, Condition::Text(subject, EQUAL, _) if *subject == wanted)
}

/// The texts of which a subject with an index equals one, each only once.
fn alternatives(condition: &Condition) -> Option<(Subject, Vec<&str>)> {
    let Condition::Or(all) = condition else {
        return None;
    };
    let mut texts: Vec<&str> = Vec::new();
    let mut of = None;
    for one in all {
        let Condition::Text(subject, EQUAL, text) = one else {
            return None;
        };
        if text.is_empty() || column(*subject).is_none() || of.is_some_and(|of| of != *subject) {
            return None;
        }
        of = Some(*subject);
        // What is cut to the same text is the same text to the index.
        let text = indexed(text);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let subject = of.filter(|_| texts.len() <= BRANCHES)?;
    Some((subject, texts))
}

const fn operator(compare: Compare) -> &'static str {
    match compare {
        Compare::Equal => "=",
        Compare::NotEqual => "<>",
        Compare::Less => "<",
        Compare::LessOrEqual => "<=",
        Compare::Greater => ">",
        Compare::GreaterOrEqual => ">=",
    }
}
