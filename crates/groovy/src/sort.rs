//! Sorting with orders that scripts define: they may throw, and need not be orders at all.

use std::cmp::Ordering;
use std::convert::Infallible;

/// Sorts by an order that may fail; equal ones stay as they were.
///
/// # Errors
/// The first one that `order` returns.
pub(crate) fn try_stable<T: Clone, E>(
    mut items: Vec<T>,
    mut order: impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<Vec<T>, E> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for run in items.chunks(width.saturating_mul(2)) {
            let (left, right) = run.split_at(width.min(run.len()));
            merge(left, right, &mut merged, &mut order)?;
        }
        items = merged;
        width = width.saturating_mul(2);
    }
    Ok(items)
}

/// Sorts by an order that cannot fail.
pub(crate) fn stable<T: Clone>(items: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let sorted: Result<_, Infallible> = try_stable(items, |a, b| Ok(order(a, b)));
    match sorted {
        Ok(items) => items,
        Err(never) => match never {},
    }
}

fn merge<T: Clone, E>(
    left: &[T],
    right: &[T],
    merged: &mut Vec<T>,
    order: &mut impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<(), E> {
    let (mut left, mut right) = (left, right);
    // Runs that are in order already, the usual case, take one comparison.
    if let ([.., last], [first, ..]) = (left, right)
        && order(last, first)? != Ordering::Greater
    {
        merged.extend_from_slice(left);
        merged.extend_from_slice(right);
        return Ok(());
    }
    while let ([a, rest_left @ ..], [b, rest_right @ ..]) = (left, right) {
        if order(a, b)? == Ordering::Greater {
            merged.push(b.clone());
            right = rest_right;
        } else {
            merged.push(a.clone());
            left = rest_left;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_stay_as_they_were() {
        let words = vec!["bb", "a", "cc", "d", "ee"];
        let sorted = stable(words, |a, b| a.len().cmp(&b.len()));
        assert_eq!(sorted, ["a", "d", "bb", "cc", "ee"]);
    }

    #[test]
    fn an_order_that_is_none_does_no_harm() {
        let sorted = stable((0..100).collect(), |a: &i32, b| {
            if (a ^ b) % 3 == 0 {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        });
        assert_eq!(sorted.len(), 100);
    }

    #[test]
    fn the_first_error_ends_it() {
        let failed = try_stable(vec![2, 1], |_, _| Err::<Ordering, _>("no"));
        assert_eq!(failed, Err("no"));
    }
}
