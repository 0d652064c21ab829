//! The order in which Java's tables show what scripts can see of it.

use crate::text::Str;

/// Orders entries, which came in this order, as a `HashMap` does that began with so many buckets.
pub(crate) fn like_a_hash_table<T>(entries: &mut [T], key: impl Fn(&T) -> &Str, buckets: u32) {
    if entries.len() < 2 {
        return;
    }
    let mut buckets = buckets;
    while entries.len() as u64 > u64::from(buckets) * 3 / 4 {
        buckets = buckets.saturating_mul(2);
    }
    entries.sort_by_key(|entry| {
        let hash = key(entry).java_hash().cast_unsigned();
        (hash ^ (hash >> 16)) & (buckets - 1)
    });
}

/// Orders entries as a `Hashtable` does.
pub(crate) fn like_an_old_table<T>(entries: &mut [T], key: impl Fn(&T) -> &Str) {
    let mut buckets: u32 = 11;
    while entries.len() as u64 >= u64::from(buckets) * 3 / 4 {
        buckets = buckets.saturating_mul(2).saturating_add(1);
    }
    entries.sort_by_key(|entry| {
        let hash = key(entry).java_hash().cast_unsigned() & 0x7fff_ffff;
        std::cmp::Reverse(hash % buckets)
    });
}
