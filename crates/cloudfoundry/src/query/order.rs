//! `order_by`: name, or time of creation or change; descending behind a minus.

use std::cmp::Ordering;

use crate::failure::Failure;
use crate::query::{Listed, quoted};

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    by: By,
    descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Name,
    CreatedAt,
    UpdatedAt,
}

impl Default for Order {
    /// By creation.
    fn default() -> Self {
        Self {
            by: By::CreatedAt,
            descending: false,
        }
    }
}

impl Order {
    /// Reads `value`; only `named` things are ordered by name.
    pub(super) fn parse(value: &str, named: bool) -> Result<Self, Failure> {
        let (name, descending) = match value.strip_prefix('-') {
            Some(name) => (name, true),
            None => (value, false),
        };
        let by = match name {
            "created_at" => By::CreatedAt,
            "updated_at" => By::UpdatedAt,
            "name" if named => By::Name,
            _ => {
                let names: &[&str] = match named {
                    true => &["created_at", "updated_at", "name"],
                    false => &["created_at", "updated_at"],
                };
                let reason = format!("Order by can only be: {}", quoted(names));
                return Err(Failure::query(reason));
            }
        };
        Ok(Self { by, descending })
    }

    pub(super) fn compare(self, a: &impl Listed, b: &impl Listed) -> Ordering {
        let ordering = match self.by {
            By::Name => a.name().cmp(b.name()),
            By::CreatedAt => a.created_at().cmp(&b.created_at()),
            By::UpdatedAt => a.updated_at().cmp(&b.updated_at()),
        };
        match self.descending {
            true => ordering.reverse(),
            false => ordering,
        }
    }
}
