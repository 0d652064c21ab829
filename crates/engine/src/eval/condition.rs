//! Simple predicates.
//!
//! Comparisons are joined strictly from left to right; `and` does not bind tighter than `or`.

use std::borrow::Cow;
use std::sync::Arc;

use lockgate_flow::expr::{Comparison, Connective, Operand, Operator, Part, Predicate, Template};
use regex::Regex;

use super::pattern::{self, Case};
use super::{EvalContext, value};
use crate::error::StepError;
use crate::exchange::Exchange;
use crate::value::Value;

/// A predicate with its constant regular expressions compiled.
#[derive(Debug)]
pub(crate) struct Condition {
    first: Test,
    rest: Vec<(Connective, Test)>,
}

#[derive(Debug)]
struct Test {
    comparison: Comparison,
    regex: Option<Regex>,
}

impl Condition {
    /// Prepares a predicate.
    ///
    /// # Errors
    /// Each regular expression that cannot be used, as a sentence.
    pub(crate) fn new(predicate: &Predicate) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut test = |comparison: &Comparison| {
            let regex = constant_regex(comparison).unwrap_or_else(|problem| {
                problems.push(problem);
                None
            });
            Test {
                comparison: comparison.clone(),
                regex,
            }
        };
        let first = test(&predicate.first);
        let rest = predicate
            .rest
            .iter()
            .map(|(join, comparison)| (*join, test(comparison)))
            .collect();
        if problems.is_empty() {
            Ok(Self { first, rest })
        } else {
            Err(problems)
        }
    }

    /// Whether the predicate holds.
    pub(crate) fn holds(
        &self,
        exchange: &Exchange,
        context: &EvalContext<'_>,
    ) -> Result<bool, StepError> {
        let mut result = self.first.holds(exchange, context)?;
        for (join, test) in &self.rest {
            let next = test.holds(exchange, context)?;
            result = match join {
                Connective::And => result && next,
                Connective::Or => result || next,
            };
        }
        Ok(result)
    }
}

/// The regular expression of a comparison, when it is the same for every message.
fn constant_regex(comparison: &Comparison) -> Result<Option<Regex>, String> {
    let Some((Operator::Regex | Operator::NotRegex, Operand::Template(template))) =
        &comparison.test
    else {
        return Ok(None);
    };
    match template.parts.as_slice() {
        [Part::Literal(java)] => pattern::whole(java, Case::Exact).map(Some),
        _ => Ok(None),
    }
}

impl Test {
    fn holds(&self, exchange: &Exchange, context: &EvalContext<'_>) -> Result<bool, StepError> {
        let left = operand(&self.comparison.left, exchange, context)?;
        let Some((operator, right)) = &self.comparison.test else {
            return Ok(truth(&left));
        };
        let right = operand(right, exchange, context)?;
        let sides = Sides {
            left: &left,
            right: &right,
            exchange,
        };
        Ok(match operator {
            Operator::Equal => sides.equal()?,
            Operator::NotEqual => !sides.equal()?,
            Operator::Less => sides.ordered(|order| order.is_lt())?,
            Operator::LessOrEqual => sides.ordered(|order| order.is_le())?,
            Operator::Greater => sides.ordered(|order| order.is_gt())?,
            Operator::GreaterOrEqual => sides.ordered(|order| order.is_ge())?,
            Operator::Contains => sides.contains()?,
            Operator::NotContains => !sides.contains()?,
            Operator::In => sides.is_in()?,
            Operator::NotIn => !sides.is_in()?,
            Operator::Regex => sides.matches(self.regex.as_ref())?,
            Operator::NotRegex => !sides.matches(self.regex.as_ref())?,
        })
    }
}

fn operand(
    operand: &Operand,
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<Value, StepError> {
    match operand {
        Operand::Template(template) => template_value(template, exchange, context),
        Operand::Number(text) => Ok(text
            .parse()
            .map_or_else(|_| Value::from(text.as_str()), Value::Int)),
        Operand::Boolean(value) => Ok(Value::Bool(*value)),
        Operand::Null => Ok(Value::Null),
    }
}

fn template_value(
    template: &Template,
    exchange: &Exchange,
    context: &EvalContext<'_>,
) -> Result<Value, StepError> {
    match value(template, exchange, context)? {
        Value::Bytes(bytes) => Ok(Value::from(exchange.charset()?.decode(&bytes).into_owned())),
        other => Ok(other),
    }
}

/// A value without an operator holds unless it is `null`, `false` or empty.
fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Text(text) | Value::Xml(text) => {
            !(text.is_empty() || text.eq_ignore_ascii_case("false"))
        }
        _ => true,
    }
}

/// Both sides as text; `None` when one of them is `null`.
type Texts<'a> = Option<(Cow<'a, str>, Cow<'a, str>)>;

struct Sides<'a> {
    left: &'a Value,
    right: &'a Value,
    exchange: &'a Exchange,
}

impl<'a> Sides<'a> {
    fn text(&self, value: &'a Value) -> Result<Option<Cow<'a, str>>, StepError> {
        self.exchange.value_text(value)
    }

    fn texts(&self) -> Result<Texts<'a>, StepError> {
        Ok(self.text(self.left)?.zip(self.text(self.right)?))
    }

    /// Equal types compare directly; otherwise the right side is read as the type of the left.
    fn equal(&self) -> Result<bool, StepError> {
        equal(self.left, self.right, self.exchange)
    }

    /// By number when both sides are numbers, else by text. Nothing is ordered against `null`.
    fn ordered(&self, accept: impl Fn(std::cmp::Ordering) -> bool) -> Result<bool, StepError> {
        let Some((left, right)) = self.texts()? else {
            return Ok(false);
        };
        let order = match (number(&left), number(&right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(left.cmp(&right)),
        };
        Ok(order.is_some_and(accept))
    }

    fn contains(&self) -> Result<bool, StepError> {
        if let Value::List(values) = self.left {
            return any_equal(values, self.right, self.exchange);
        }
        Ok(self
            .texts()?
            .is_some_and(|(left, right)| left.contains(right.as_ref())))
    }

    /// Whether the left side is one of the values between commas; blanks count.
    fn is_in(&self) -> Result<bool, StepError> {
        if let Value::List(values) = self.right {
            return any_equal(values, self.left, self.exchange);
        }
        Ok(self
            .texts()?
            .is_some_and(|(left, right)| right.split(',').any(|value| value == left)))
    }

    fn matches(&self, prepared: Option<&Regex>) -> Result<bool, StepError> {
        let Some((left, right)) = self.texts()? else {
            return Ok(false);
        };
        let compiled;
        let regex = match prepared {
            Some(regex) => regex,
            None => {
                compiled = pattern::whole(&right, Case::Exact).map_err(|problem| {
                    StepError::of_class("java.util.regex.PatternSyntaxException", problem)
                })?;
                &compiled
            }
        };
        Ok(regex.is_match(&left))
    }
}

fn any_equal(values: &Arc<[Value]>, other: &Value, exchange: &Exchange) -> Result<bool, StepError> {
    for value in values.iter() {
        if equal(value, other, exchange)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[expect(clippy::float_cmp, reason = "Java compares boxed numbers exactly")]
#[expect(clippy::cast_precision_loss, reason = "Java widens the same way")]
fn equal(left: &Value, right: &Value, exchange: &Exchange) -> Result<bool, StepError> {
    Ok(match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Int(int), Value::Number(number)) | (Value::Number(number), Value::Int(int)) => {
            *int as f64 == *number
        }
        (Value::Bool(left), right) => {
            let right = exchange.value_text(right)?.unwrap_or_default();
            right.eq_ignore_ascii_case(if *left { "true" } else { "false" })
        }
        (Value::Int(left), right) => exchange
            .value_text(right)?
            .is_some_and(|text| text.parse() == Ok(*left)),
        (Value::Number(left), right) => exchange
            .value_text(right)?
            .is_some_and(|text| text.parse() == Ok(*left)),
        (left, right) => exchange.value_text(left)? == exchange.value_text(right)?,
    })
}

/// A decimal number; words that Rust would read as numbers are not.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let decimal = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    if text.is_empty() || !text.chars().all(decimal) {
        return None;
    }
    text.parse().ok()
}
