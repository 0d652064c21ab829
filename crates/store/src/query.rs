//! Queries whose conditions are put together.

use lockgate_core::clock::Timestamp;

use crate::value::Value;

/// Conditions that rows have to meet. Those that are not asked for are left out of the statement, so
/// that each combination can use its index.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    conditions: Vec<String>,
    params: Vec<Value>,
}

impl Conditions {
    /// Adds a condition without a parameter.
    pub(crate) fn add(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Adds a condition in which each `?` stands for `value`.
    pub(crate) fn require(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.place(value);
        self.add(&condition.replace('?', &place));
    }

    /// Goes on after the row at `at` with `id`, in a list with the newest first. `columns` are those
    /// of time and id.
    pub(crate) fn after(&mut self, columns: &str, at: Timestamp, id: impl Into<Value>) {
        let (at, id) = (self.place(at), self.place(id));
        self.add(&format!("({columns}) < ({at}, {id})"));
    }

    /// The statement that `select` begins, newest first by `columns`, and its parameters.
    pub(crate) fn newest(
        mut self,
        select: &str,
        columns: [&str; 2],
        limit: u32,
    ) -> (String, Vec<Value>) {
        let limit = self.place(limit);
        let [at, id] = columns;
        let order = format!("ORDER BY {at} DESC, {id} DESC");
        let (sql, params) = self.all(select);
        (format!("{sql} {order} LIMIT {limit}"), params)
    }

    /// The statement that `select` begins, in the order of `columns` and from `offset` on, and its
    /// parameters.
    pub(crate) fn page(
        mut self,
        select: &str,
        columns: &str,
        offset: u64,
        limit: u32,
    ) -> (String, Vec<Value>) {
        let limit = self.place(limit);
        let offset = self.place(i64::try_from(offset).unwrap_or(i64::MAX));
        let (sql, params) = self.all(select);
        let sql = format!("{sql} ORDER BY {columns} LIMIT {limit} OFFSET {offset}");
        (sql, params)
    }

    /// The statement that `select` begins, and its parameters.
    pub(crate) fn all(self, select: &str) -> (String, Vec<Value>) {
        let filter = match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!(" WHERE {}", conditions.join(" AND ")),
        };
        (format!("{select}{filter}"), self.params)
    }

    fn place(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }
}
