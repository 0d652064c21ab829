//! Number ranges: consecutive numbers for documents.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_store::audit;
use lockgate_store::number_ranges::{self, Note, NumberRange};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::service::{Operations, check_length, check_name};

/// Numbers have at most this many digits.
const DIGITS: i64 = 18;
/// The largest number of a range; the number behind it is still a number.
const LARGEST: i64 = 999_999_999_999_999_999;

impl Operations {
    /// All number ranges.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn number_ranges(&self) -> Result<Vec<NumberRange>> {
        Ok(number_ranges::list(&mut self.store.read().await?).await?)
    }

    /// All number ranges, each with what is said about it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn noted_number_ranges(&self) -> Result<Vec<(NumberRange, Note)>> {
        let mut tx = self.store.read().await?;
        let ranges = number_ranges::list(&mut tx).await?;
        let notes = number_ranges::notes(&mut tx).await?;
        Ok(ranges.into_iter().zip(notes).collect())
    }

    /// A number range.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn number_range(&self, name: &str) -> Result<NumberRange> {
        let ranges = self.number_ranges().await?;
        let found = ranges.into_iter().find(|range| range.name == name);
        found.ok_or_else(|| Error::NoNumberRange(name.to_owned()))
    }

    /// Defines a range from `{"min","max","next"?,"length"?,"rotate"?,"description"?}`, in place of
    /// the one of the same name.
    ///
    /// # Errors
    /// When fields are wrong.
    pub async fn define_number_range(
        &self,
        actor: &Actor,
        name: &str,
        request: Value,
    ) -> Result<NumberRange> {
        let (range, description) = read(name, request)?;
        let mut tx = self.store.begin().await?;
        number_ranges::define(&mut tx, &range).await?;
        let by = actor.who.name();
        number_ranges::annotate(&mut tx, name, &description, by).await?;
        let detail = format!("{} to {}, next {}", range.min, range.max, range.next);
        let target = target(name);
        audit::record(&mut tx, actor, "number-range.define", &target, &detail).await?;
        tx.commit().await?;
        tracing::info!(number_range = name, "number range defined");
        Ok(range)
    }

    /// Deletes a range; flows that draw from it fail from their next step on.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn delete_number_range(&self, actor: &Actor, name: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if !number_ranges::delete(&mut tx, name).await? {
            return Err(Error::NoNumberRange(name.to_owned()));
        }
        audit::record(&mut tx, actor, "number-range.delete", &target(name), "").await?;
        tx.commit().await?;
        tracing::info!(number_range = name, "number range deleted");
        Ok(())
    }
}

/// The range in the audit log.
fn target(name: &str) -> Target {
    Target::new("number-range", name, name)
}

/// The range, and its description.
fn read(name: &str, request: Value) -> Result<(NumberRange, String), FieldErrors> {
    let mut errors = FieldErrors::default();
    check_name(name, &mut errors);
    // A step names a range as `Name:correlation`.
    if name.contains(':') {
        errors.add("name", "must not contain a colon");
    }
    let mut fields = Fields::of("", request, &mut errors);
    let min = fields.required_integer("min", 0..=LARGEST);
    let max = fields.required_integer("max", 0..=LARGEST);
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        fields.error(
            "max",
            format!("must not be smaller than min, which is {min}"),
        );
    }
    // One past the largest number means that the range is used up.
    let last = max.map_or(LARGEST, |max| max + 1);
    let next = fields.integer("next", min.unwrap_or(0).min(last)..=last);
    let length = fields.integer("length", 0..=DIGITS).unwrap_or_default();
    let digits = max.map_or(0, |max| max.to_string().len());
    if length > 0 && usize::try_from(length).is_ok_and(|length| length < digits) {
        fields.error(
            "length",
            format!("must hold the largest number, which has {digits} digits"),
        );
    }
    let rotate = fields.boolean("rotate").unwrap_or_default();
    let description = fields.text("description");
    let most = limits::DESCRIPTION;
    check_length(&mut fields, "description", description.as_deref(), most);
    fields.finish();
    errors.check()?;
    let complete = "invariant: what is missing is an error";
    let min = min.expect(complete);
    let range = NumberRange {
        name: name.to_owned(),
        min,
        max: max.expect(complete),
        next: next.unwrap_or(min),
        length: u16::try_from(length).expect("invariant: the length lies within its range"),
        rotate,
    };
    Ok((range, description.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_range_starts_at_its_smallest_number() {
        let (range, _) = read("Orders", json!({"min": 1, "max": 99})).unwrap();
        let expected = NumberRange {
            name: "Orders".to_owned(),
            min: 1,
            max: 99,
            next: 1,
            length: 0,
            rotate: false,
        };
        assert_eq!(range, expected);
        let given = json!({
            "min": 1, "max": 99, "next": 100, "length": 5, "rotate": true, "description": "of 2026",
        });
        let (range, description) = read("Orders", given).unwrap();
        assert_eq!((range.next, range.length, range.rotate), (100, 5, true));
        assert_eq!(description, "of 2026");
    }

    #[test]
    fn each_error_names_its_field() {
        let cases = [
            (json!({"max": 9}), "min", "is required"),
            (json!({"min": 1}), "max", "is required"),
            (json!({"min": -1, "max": 9}), "min", "from 0 to"),
            (json!({"min": 1, "max": 10_i64.pow(18)}), "max", "from 0 to"),
            (json!({"min": 5, "max": 4}), "max", "smaller than min"),
            (
                json!({"min": 5, "max": 9, "next": 4}),
                "next",
                "from 5 to 10",
            ),
            (
                json!({"min": 5, "max": 9, "next": 11}),
                "next",
                "from 5 to 10",
            ),
            (
                json!({"min": 1, "max": 9, "length": 19}),
                "length",
                "from 0 to 18",
            ),
            (
                json!({"min": 1, "max": 100, "length": 2}),
                "length",
                "3 digits",
            ),
            (
                json!({"min": 1, "max": 9, "rotate": 1}),
                "rotate",
                "true or false",
            ),
            (json!({"min": 1, "max": 9, "step": 2}), "step", "is unknown"),
            (
                json!({"min": 1, "max": 9, "description": "x".repeat(limits::DESCRIPTION + 1)}),
                "description",
                "at most",
            ),
        ];
        for (request, field, message) in cases {
            let errors = read("n", request.clone()).unwrap_err();
            assert_eq!(errors.as_slice()[0].field, field, "{request}");
            assert!(errors.to_string().contains(message), "{request}: {errors}");
        }
        let errors = read("a:b", json!({"min": 1, "max": 9})).unwrap_err();
        assert_eq!(errors.as_slice()[0].field, "name");
    }
}
