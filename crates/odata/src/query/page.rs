//! Filter, order and page applied to rows.

use std::cmp::Ordering;

use super::{Order, PAGE, Query};
use crate::filter::{compare, value_at};
use crate::model::EntityType;
use crate::set::List;
use crate::value::Row;

/// One answer of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// How many rows there are on all pages, when it was asked for.
    pub(crate) total: Option<u64>,
    /// The `$skiptoken` of the page that follows.
    pub(crate) next: Option<u64>,
}

impl Query {
    /// What of `list` is the answer.
    pub(crate) fn page(&self, list: List, entity: &'static EntityType) -> Page {
        let (rows, total, more) = match list {
            List::Page { rows, total, more } => (rows, total, more),
            List::All(rows) => return self.page(self.cut(rows, entity, PAGE), entity),
        };
        let token = self.token.saturating_add(rows.len() as u64);
        let wanted = self.top.is_none_or(|top| token < top);
        Page {
            total: total.filter(|_| self.wants_total),
            next: (more && wanted && !rows.is_empty()).then_some(token),
            rows,
        }
    }

    /// What of `rows` is the answer, at most `size` of them, as a [`List::Page`]: for sets whose pages
    /// are shorter than [`PAGE`].
    #[must_use]
    pub fn cut(&self, mut rows: Vec<Row>, entity: &'static EntityType, size: u64) -> List {
        if let Some(filter) = &self.filter {
            rows.retain(|row| filter.matches(row, entity));
        }
        if !self.order.is_empty() {
            rows.sort_by(|left, right| self.ordering(left, right, entity));
        }
        let total = rows.len() as u64;
        let at = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let end = self.offset().saturating_add(self.limit().min(size));
        let rows = rows.into_iter().take(at(end)).skip(at(self.offset()));
        List::Page {
            rows: rows.collect(),
            total: Some(total),
            more: total > end,
        }
    }

    fn ordering(&self, left: &Row, right: &Row, entity: &'static EntityType) -> Ordering {
        let by = |Order { path, descending }: &Order| {
            let left = value_at(path, left, entity);
            let right = value_at(path, right, entity);
            let order = compare(&left, &right).unwrap_or(Ordering::Equal);
            match descending {
                true => order.reverse(),
                false => order,
            }
        };
        let orders = self.order.iter().map(by);
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;
    use crate::model::Property;

    static ENTITY: EntityType = EntityType::new("Thing", &[Property::int32("N").key()]);

    /// The numbers of the page, the total, and where the next page starts, for 0 to `rows`.
    fn page(rows: i32, query: &str) -> (Vec<i64>, Option<u64>, Option<u64>) {
        let rows: Vec<_> = (0..rows).map(|n| Row::new().with("N", n)).collect();
        let query = Options::parse(query).unwrap().query(&ENTITY).unwrap();
        let page = query.page(List::All(rows), &ENTITY);
        let number = |row: &Row| match row.get("N") {
            Some(crate::value::Value::Int(n)) => *n,
            other => panic!("{other:?}"),
        };
        (
            page.rows.iter().map(number).collect(),
            page.total,
            page.next,
        )
    }

    #[test]
    fn rows_are_filtered_sorted_and_cut() {
        assert_eq!(page(5, ""), (vec![0, 1, 2, 3, 4], None, None));
        assert_eq!(page(5, "$top=2&$skip=1"), (vec![1, 2], None, None));
        assert_eq!(page(5, "$orderby=N desc&$top=2"), (vec![4, 3], None, None));
        let counted = page(5, "$filter=N ge 2&$top=1&$inlinecount=allpages");
        assert_eq!(counted, (vec![2], Some(3), None));
        assert_eq!(page(5, "$skip=9"), (vec![], None, None));
        assert_eq!(
            page(5, "$top=0&$inlinecount=allpages"),
            (vec![], Some(5), None)
        );
    }

    #[test]
    fn long_lists_come_in_pages_of_a_thousand() {
        let (rows, total, next) = page(2_500, "$inlinecount=allpages");
        assert_eq!((rows.len(), total, next), (1_000, Some(2_500), Some(1_000)));
        let (rows, _, next) = page(2_500, "$skiptoken=2000");
        assert_eq!((rows[0], rows.len(), next), (2_000, 500, None));
        assert_eq!(page(1_000, "").2, None);
        let (rows, _, next) = page(2_500, "$top=1200&$skip=100");
        assert_eq!((rows[0], rows.len(), next), (100, 1_000, Some(1_000)));
        let (rows, _, next) = page(2_500, "$top=1200&$skip=100&$skiptoken=1000");
        assert_eq!((rows[0], rows.len(), next), (1_100, 200, None));
    }
}
