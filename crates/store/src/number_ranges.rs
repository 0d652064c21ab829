//! Number ranges: consecutive numbers that no two messages share.

use lockgate_core::clock::Timestamp;

use crate::error::{Error, Result};
use crate::tx::Tx;
use crate::value::{Row, Unreadable, params};

const TABLE: &str = "number_ranges";

/// A number range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRange {
    /// Its name, unique.
    pub name: String,
    /// The first number.
    pub min: i64,
    /// The last number.
    pub max: i64,
    /// The number that is drawn next.
    pub next: i64,
    /// Numbers are padded with zeros to this many digits.
    pub length: u16,
    /// Whether `min` follows `max`; otherwise the range is used up then.
    pub rotate: bool,
}

/// What is said about a range besides its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// What it is for.
    pub description: String,
    /// Who defined it.
    pub deployed_by: String,
    /// When it was defined.
    pub deployed_at: Timestamp,
}

impl NumberRange {
    /// The number to hand out, and the one that follows it. `None` when the range is used up.
    fn advance(&self) -> Option<(i64, i64)> {
        let drawn = match self.next {
            next if next <= self.max => next,
            _ if self.rotate => self.min,
            _ => return None,
        };
        Some((drawn, drawn.checked_add(1)?))
    }

    fn format(&self, number: i64) -> String {
        format!("{number:0>width$}", width = usize::from(self.length))
    }
}

/// Defines a range, replacing the one of the same name.
///
/// # Errors
/// Those of the database.
pub async fn define(tx: &mut Tx, range: &NumberRange) -> Result<()> {
    tx.execute(
        "INSERT INTO number_ranges (name, min_value, max_value, next_value, length, rotate)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (name) DO UPDATE SET
            min_value = excluded.min_value, max_value = excluded.max_value,
            next_value = excluded.next_value, length = excluded.length, rotate = excluded.rotate",
        params![
            &range.name,
            range.min,
            range.max,
            range.next,
            range.length,
            range.rotate,
        ],
    )
    .await?;
    Ok(())
}

/// Says what a range is for and who defined it, now. Returns whether it exists.
///
/// # Errors
/// Those of the database.
pub async fn annotate(tx: &mut Tx, name: &str, description: &str, by: &str) -> Result<bool> {
    let now = tx.now();
    let updated = tx
        .execute(
            "UPDATE number_ranges SET description = $2, deployed_by = $3, deployed_at = $4
            WHERE name = $1",
            params![name, description, by, now],
        )
        .await?;
    Ok(updated == 1)
}

/// What is said about each range, in the order of [`list`].
///
/// # Errors
/// Those of the database.
pub async fn notes(tx: &mut Tx) -> Result<Vec<Note>> {
    let sql = "SELECT name, description, deployed_by, deployed_at FROM number_ranges ORDER BY name";
    tx.list(TABLE, sql, params![], |row| {
        Ok(Note {
            description: row.take("description")?,
            deployed_by: row.take("deployed_by")?,
            deployed_at: row.take("deployed_at")?,
        })
    })
    .await
}

/// Draws the next number of a range. Draws with the same `correlation` get the same number.
///
/// A transaction that draws keeps others from drawing from the same range until it ends.
///
/// # Errors
/// [`Error::NotFound`] when there is no such range, [`Error::Exhausted`] when it is used up.
pub async fn next(tx: &mut Tx, name: &str, correlation: Option<&str>) -> Result<String> {
    let range = lock(tx, name).await?.ok_or_else(|| Error::NotFound {
        what: "number range",
        name: name.to_owned(),
    })?;
    if let Some(correlation) = correlation
        && let Some(number) = find_draw(tx, name, correlation).await?
    {
        return Ok(number);
    }
    let (drawn, next) = range
        .advance()
        .ok_or_else(|| Error::Exhausted(name.to_owned()))?;
    tx.execute(
        "UPDATE number_ranges SET next_value = $2 WHERE name = $1",
        params![name, next],
    )
    .await?;
    let number = range.format(drawn);
    if let Some(correlation) = correlation {
        let now = tx.now();
        tx.execute(
            "INSERT INTO number_draws (range_name, correlation, number, drawn_at)
            VALUES ($1, $2, $3, $4)",
            params![name, correlation, &number, now],
        )
        .await?;
    }
    Ok(number)
}

/// Reads a range such that no other transaction draws from it before this one ends. Writing the
/// row does that on both databases.
async fn lock(tx: &mut Tx, name: &str) -> Result<Option<NumberRange>> {
    tx.find(
        TABLE,
        "UPDATE number_ranges SET name = name WHERE name = $1
        RETURNING name, min_value, max_value, next_value, length, rotate",
        params![name],
        decode,
    )
    .await
}

async fn find_draw(tx: &mut Tx, name: &str, correlation: &str) -> Result<Option<String>> {
    tx.find(
        "number_draws",
        "SELECT correlation, number FROM number_draws WHERE range_name = $1 AND correlation = $2",
        params![name, correlation],
        |row| row.take("number"),
    )
    .await
}

/// Every range, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut Tx) -> Result<Vec<NumberRange>> {
    let sql = "SELECT name, min_value, max_value, next_value, length, rotate
        FROM number_ranges ORDER BY name";
    tx.list(TABLE, sql, params![], decode).await
}

/// Deletes a range and what was drawn from it. Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<bool> {
    tx.execute(
        "DELETE FROM number_draws WHERE range_name = $1",
        params![name],
    )
    .await?;
    let deleted = tx
        .execute("DELETE FROM number_ranges WHERE name = $1", params![name])
        .await?;
    Ok(deleted == 1)
}

/// Forgets which numbers were drawn for correlation values before `before`. Returns how many.
///
/// # Errors
/// Those of the database.
pub async fn purge_draws(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute(
        "DELETE FROM number_draws WHERE drawn_at < $1",
        params![before],
    )
    .await
}

fn decode(row: &mut Row) -> Result<NumberRange, Unreadable> {
    Ok(NumberRange {
        name: row.take("name")?,
        min: row.take("min_value")?,
        max: row.take("max_value")?,
        next: row.take("next_value")?,
        length: row.take("length")?,
        rotate: row.take("rotate")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: i64, max: i64, next: i64, rotate: bool) -> NumberRange {
        NumberRange {
            name: "orders".to_owned(),
            min,
            max,
            next,
            length: 3,
            rotate,
        }
    }

    #[test]
    fn ranges_advance_rotate_and_end() {
        let cases = [
            (range(1, 9, 4, false), Some((4, 5))),
            (range(1, 9, 9, false), Some((9, 10))),
            (range(1, 9, 10, false), None),
            (range(1, 9, 10, true), Some((1, 2))),
            (range(i64::MAX, i64::MAX, i64::MAX, true), None),
        ];
        for (range, expected) in cases {
            assert_eq!(range.advance(), expected, "{range:?}");
        }
    }

    #[test]
    fn numbers_are_padded_and_never_cut() {
        let range = range(0, 9_999, 0, false);
        assert_eq!(range.format(7), "007");
        assert_eq!(range.format(1_234), "1234");
    }
}
