//! Rows: entities on their way out.

use bytes::Bytes;
use lockgate_core::clock::Timestamp;

/// The value of a property.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// `Edm.String`.
    Text(String),
    /// `Edm.Boolean`.
    Bool(bool),
    /// `Edm.Int32` or `Edm.Int64`, as the property says.
    Int(i64),
    /// `Edm.Double`.
    Double(f64),
    /// `Edm.Binary`.
    Bytes(Bytes),
    /// `Edm.DateTime`, `Edm.DateTimeOffset`, or milliseconds in an `Edm.String`.
    Time(Timestamp),
    /// A complex type.
    Complex(Row),
}

/// An entity: its properties by name.
///
/// ```
/// use lockgate_odata::Row;
///
/// let row = Row::new().with("Id", "flow1").with("Size", 26_i64);
/// assert_eq!(row.text("Id"), "flow1");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    values: Vec<(&'static str, Value)>,
    expanded: Vec<(&'static str, Expanded)>,
}

/// What a navigation of a row leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Expanded {
    /// A list.
    Many(Vec<Row>),
    /// One entity, or none.
    One(Option<Box<Row>>),
}

impl Row {
    /// A row without properties.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a property.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a property.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name, value)),
        }
    }

    /// A property; `None` when the row does not have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }

    /// A property that is text; empty when it is not.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The same with what a navigation leads to, for sets that know it anyway. Shown only to those
    /// who ask for it with `$expand`.
    #[must_use]
    pub fn with_expanded(mut self, navigation: &'static str, expanded: Expanded) -> Self {
        self.expand(navigation, expanded);
        self
    }

    pub(crate) fn expand(&mut self, navigation: &'static str, expanded: Expanded) {
        self.expanded.retain(|(known, _)| *known != navigation);
        self.expanded.push((navigation, expanded));
    }

    pub(crate) fn expanded(&self, navigation: &str) -> Option<&Expanded> {
        let found = self.expanded.iter().find(|(known, _)| *known == navigation);
        found.map(|(_, expanded)| expanded)
    }

    pub(crate) fn expanded_mut(&mut self, navigation: &str) -> Option<&mut Expanded> {
        let mut all = self.expanded.iter_mut();
        let found = all.find(|(known, _)| *known == navigation);
        found.map(|(_, expanded)| expanded)
    }
}

impl Value {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<Row> for Value {
    fn from(row: Row) -> Self {
        Self::Complex(row)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
