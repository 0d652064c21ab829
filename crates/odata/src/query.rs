//! The options of a query.

mod options;
mod page;

use crate::filter::Filter;

pub(crate) use options::{Format, Options};
pub(crate) use page::Page;

/// The rows of one answer: clients that never page get by with it.
pub const PAGE: u64 = 1_000;

/// What a list is asked for.
///
/// Sets with few rows ignore it and give [`crate::List::All`]. Sets with many apply `filter`, `order`,
/// [`Query::offset`] and [`Query::limit`] and give a [`crate::List::Page`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// `$filter`.
    pub filter: Option<Filter>,
    /// `$orderby`.
    pub order: Vec<Order>,
    /// `$select`, in the order given; empty for everything.
    pub select: Vec<String>,
    /// `$expand`, as paths.
    pub expand: Vec<Vec<String>>,
    /// `$inlinecount=allpages`, or `$count`.
    pub wants_total: bool,
    /// `$skip`.
    pub(crate) skip: u64,
    /// `$skiptoken`: what earlier pages had.
    pub(crate) token: u64,
    /// `$top`.
    pub(crate) top: Option<u64>,
    /// Only the number of rows is asked for.
    pub(crate) only_count: bool,
}

/// One criterion of `$orderby`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The property, with those around it: `["IntegrationArtifact", "Id"]`.
    pub path: Vec<String>,
    /// Whether large values come first.
    pub descending: bool,
}

impl Query {
    /// How many rows come before the answer.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.skip.saturating_add(self.token)
    }

    /// How many rows the answer has at most: 0 when only their number is asked for.
    #[must_use]
    pub fn limit(&self) -> u64 {
        if self.only_count {
            return 0;
        }
        let wanted = self.top.map(|top| top.saturating_sub(self.token));
        wanted.unwrap_or(PAGE).min(PAGE)
    }
}
