//! Whether a row fulfils a condition.

use std::cmp::Ordering;

use super::{Comparison, Filter, Function};
use crate::model::{EntityType, Property};
use crate::value::{Row, Value};

impl Filter {
    /// Whether `row`, which is of type `entity`, fulfils the condition.
    #[must_use]
    pub fn matches(&self, row: &Row, entity: &'static EntityType) -> bool {
        match self {
            Self::And(left, right) => left.matches(row, entity) && right.matches(row, entity),
            Self::Or(left, right) => left.matches(row, entity) || right.matches(row, entity),
            Self::Not(inner) => !inner.matches(row, entity),
            Self::Compare(left, comparison, right) => {
                let (left, right) = (left.value(row, entity), right.value(row, entity));
                match left.is_null() == right.is_null() {
                    true => comparison.holds(compare(&left, &right)),
                    false => *comparison == Comparison::NotEqual,
                }
            }
            other => other.value(row, entity) == Value::Bool(true),
        }
    }

    fn value(&self, row: &Row, entity: &'static EntityType) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Path(path) => value_at(path, row, entity),
            Self::Call(function, arguments) => {
                let mut texts = arguments.iter().map(|one| text(one.value(row, entity)));
                let first = texts.next().unwrap_or_default();
                function.apply(first, &texts.next().unwrap_or_default())
            }
            condition => Value::Bool(condition.matches(row, entity)),
        }
    }
}

/// What a row shows at a path: what it has, or what stands for nothing.
pub(crate) fn value_at(path: &[String], row: &Row, entity: &'static EntityType) -> Value {
    let Some((first, rest)) = path.split_first() else {
        return Value::Null;
    };
    let mut property: Option<&Property> = entity.property(first);
    let mut found = row.get(first);
    for name in rest {
        let Some(Value::Complex(inner)) = found else {
            return Value::Null;
        };
        property = property.and_then(|property| property.inner(name));
        found = inner.get(name);
    }
    match (found, property) {
        (found, Some(property)) => property.shown(found).into_owned(),
        (_, None) => Value::Null,
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Int(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

/// How two values are ordered; `None` when they have nothing to do with each other. Nothing comes
/// before everything.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        (Value::Bytes(left), Value::Bytes(right)) => Some(left.cmp(right)),
        (left, right) => double(left)?.partial_cmp(&double(right)?),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "it is compared with doubles only"
)]
fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}

impl Comparison {
    /// Whether it holds for values in this order.
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
        }
    }
}

impl Function {
    fn apply(self, first: String, second: &str) -> Value {
        match self {
            Self::SubstringOf => Value::Bool(second.contains(&first)),
            Self::StartsWith => Value::Bool(first.starts_with(second)),
            Self::EndsWith => Value::Bool(first.ends_with(second)),
            Self::ToLower => Value::Text(first.to_lowercase()),
            Self::ToUpper => Value::Text(first.to_uppercase()),
            Self::Trim => Value::Text(first.trim().to_owned()),
            Self::Length => Value::from(first.chars().count()),
            Self::Concat => Value::Text(first + second),
        }
    }
}
