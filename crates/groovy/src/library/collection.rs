//! Lists, sets, maps, ranges and arrays.

mod bytes;
mod comparator;
mod cursor;
mod deque;
mod entry;
mod index;
mod iterator;
mod list;
mod make;
mod map;
mod order;
mod range;
mod shape;
mod similar;
mod sorted;
mod utilities;
mod views;
pub(crate) mod visit;

pub use bytes::BYTE_ARRAY;
pub(crate) use comparator::ignoring_case;
pub use cursor::{Cursor, items};
pub use entry::Entry;
pub(crate) use iterator::Iter;

use crate::class::Class;
use crate::library::stream;
use crate::thrown::{Limit, Result, Thrown};

/// How deep collections may be inside each other for what walks through all of them.
const DEPTH: u32 = 200;

fn check_depth(depth: u32) -> Result<()> {
    if depth > DEPTH {
        return Err(Thrown::limit(Limit::Depth));
    }
    Ok(())
}

/// `java.util.Iterator`
pub static ITERATOR: Class = Class::interface("java.util.Iterator").methods(&[
    ("iterator", |_, this, _| Ok(this.clone())),
    ("collectEntries", visit::collect_entries),
    ("collectMany", visit::collect_many),
    ("count", visit::count),
    ("countBy", visit::count_by),
    ("eachWithIndex", visit::each_with_index),
    ("drop", shape::drop_first),
    ("dropWhile", shape::drop_while),
    ("groupBy", visit::group_by),
    ("indexed", shape::indexed),
    ("join", shape::join),
    ("max", order::max),
    ("min", order::min),
    ("reverse", order::reverse),
    ("size", list::size),
    ("sort", order::sort),
    ("sum", visit::sum),
    ("take", shape::take),
    ("takeWhile", shape::take_while),
    ("toList", shape::to_list),
    ("toSet", shape::to_set),
    ("toSorted", order::to_sorted),
    ("unique", order::unique),
    ("withIndex", shape::with_index),
]);
/// `java.lang.Iterable`, with what Groovy adds to everything with items.
pub static ITERABLE: Class = Class::interface("java.lang.Iterable").methods(&[
    ("collate", shape::collate),
    ("collectEntries", visit::collect_entries),
    ("collectMany", visit::collect_many),
    ("collectNested", visit::collect_nested),
    ("combinations", shape::combinations),
    ("contains", list::contains),
    ("containsAll", list::contains_all),
    ("count", visit::count),
    ("countBy", visit::count_by),
    ("disjoint", shape::disjoint),
    ("drop", shape::drop_first),
    ("dropRight", shape::drop_right),
    ("dropWhile", shape::drop_while),
    ("each", visit::each),
    ("eachWithIndex", visit::each_with_index),
    ("findIndexOf", visit::find_index),
    ("findIndexValues", visit::find_indexes),
    ("findLastIndexOf", visit::find_last_index),
    ("findResult", visit::find_result),
    ("findResults", visit::find_results),
    ("first", shape::first),
    ("flatten", shape::flatten),
    ("forEach", visit::for_each),
    ("getAt", index::get_at),
    ("getIndices", list::indices),
    ("grep", visit::grep),
    ("groupBy", visit::group_by),
    ("head", shape::first),
    ("indexed", shape::indexed),
    ("init", shape::init),
    ("intersect", shape::intersect),
    ("isCase", list::is_case),
    ("iterator", |vm, this, _| Iter::over(vm, this)),
    ("join", shape::join),
    ("last", shape::last),
    ("max", order::max),
    ("min", order::min),
    ("minus", shape::minus),
    ("multiply", shape::multiply),
    ("permutations", shape::permutations),
    ("plus", shape::plus),
    ("size", list::size),
    ("sort", order::sort),
    ("split", visit::split),
    ("subsequences", shape::subsequences),
    ("sum", visit::sum),
    ("tail", shape::tail),
    ("take", shape::take),
    ("takeRight", shape::take_right),
    ("takeWhile", shape::take_while),
    ("toList", shape::to_list),
    ("toSet", shape::to_set),
    ("toSorted", order::to_sorted),
    ("toUnique", order::to_unique),
    ("withIndex", shape::with_index),
]);
/// `java.util.Collection`
pub static COLLECTION: Class = Class::interface("java.util.Collection")
    .extends(&[&ITERABLE])
    .methods(&[
        ("add", list::add),
        ("addAll", list::add_all),
        ("asImmutable", shape::as_immutable),
        ("asSynchronized", |_, this, _| Ok(this.clone())),
        ("clear", list::clear),
        ("clone", list::clone),
        ("isEmpty", list::is_empty),
        ("leftShift", list::left_shift),
        ("parallelStream", stream::of_items),
        ("remove", list::remove_item),
        ("removeAll", list::remove_all),
        ("removeElement", list::remove_item),
        ("removeIf", list::remove_all),
        ("retainAll", list::retain_all),
        ("reverse", order::reverse),
        ("stream", stream::of_items),
        ("toArray", list::to_array),
        ("toListString", list::to_text),
        ("unique", order::unique),
    ]);
/// `java.util.List`
pub static LIST: Class = Class::interface("java.util.List")
    .extends(&[&COLLECTION])
    .methods(&[
        ("asList", |_, this, _| Ok(this.clone())),
        ("get", list::get),
        ("getProperties", list::properties),
        ("indexOf", list::index_of),
        ("lastIndexOf", list::last_index_of),
        ("listIterator", iterator::list_iterator),
        ("pop", deque::pop),
        ("push", deque::push),
        ("putAt", index::put_at),
        ("remove", list::remove),
        ("removeAt", list::remove_at),
        ("removeLast", deque::remove_last),
        ("replaceAll", list::replace_all),
        ("reverseEach", visit::reverse_each),
        ("set", list::set),
        ("subList", list::sub_list),
        ("swap", order::swap),
        ("transpose", shape::transpose),
    ]);
/// `java.util.ArrayList`
pub static ARRAY_LIST: Class = Class::new("java.util.ArrayList")
    .extends(&[&LIST])
    .constructor(make::array_list)
    .methods(&[
        ("ensureCapacity", make::nothing),
        ("trimToSize", make::nothing),
    ]);
/// `java.util.LinkedList`
pub static LINKED_LIST: Class = Class::new("java.util.LinkedList")
    .extends(&[&deque::DEQUE, &LIST])
    .constructor(make::linked_list);
/// What `Arrays.asList` gives
pub static FIXED_LIST: Class = Class::new("java.util.Arrays$ArrayList").extends(&[&LIST]);
/// What `Collections.unmodifiableList` gives
pub static UNMODIFIABLE_LIST: Class =
    Class::new("java.util.Collections$UnmodifiableRandomAccessList").extends(&[&LIST]);
/// Members that all arrays of objects and primitives have.
pub static ARRAY: Class = Class::new("java.lang.Object[]")
    .extends(&[&ITERABLE])
    .methods(&[
        ("clone", list::clone),
        ("getLength", list::size),
        ("putAt", index::put_at),
        ("reverse", order::reverse),
        ("reverseEach", visit::reverse_each),
        ("swap", order::swap),
        ("transpose", shape::transpose),
    ]);
/// `java.util.Map`
pub static MAP: Class = Class::interface("java.util.Map").methods(&[
    ("asImmutable", shape::as_immutable),
    ("asSynchronized", |_, this, _| Ok(this.clone())),
    ("clear", map::clear),
    ("clone", map::clone),
    ("collectEntries", visit::collect_entries),
    ("collectMany", visit::collect_many),
    ("compute", map::compute),
    ("computeIfAbsent", map::compute_if_absent),
    ("computeIfPresent", map::compute_if_present),
    ("containsKey", map::contains_key),
    ("containsValue", map::contains_value),
    ("count", visit::count),
    ("countBy", visit::count_by),
    ("drop", shape::drop_first),
    ("dropWhile", shape::drop_while),
    ("each", visit::each),
    ("eachWithIndex", visit::each_with_index),
    ("entrySet", views::entry_set),
    ("findResult", visit::find_result),
    ("findResults", visit::find_results),
    ("forEach", map::for_each),
    ("get", map::get),
    ("getAt", map::get),
    ("getOrDefault", map::get_or_default),
    ("groupBy", visit::group_by),
    ("groupEntriesBy", visit::group_entries),
    ("intersect", map::intersect),
    ("isCase", map::is_case),
    ("isEmpty", map::is_empty),
    ("iterator", |vm, this, _| Iter::over(vm, this)),
    ("keySet", views::key_set),
    ("leftShift", map::left_shift),
    ("max", order::max),
    ("merge", map::merge),
    ("min", order::min),
    ("minus", map::minus),
    ("plus", map::plus),
    ("put", map::put_value),
    ("putAll", map::put_all),
    ("putAt", map::put_at),
    ("putIfAbsent", map::put_if_absent),
    ("remove", map::remove),
    ("replace", map::replace),
    ("replaceAll", map::replace_all),
    ("reverseEach", visit::reverse_each),
    ("size", map::size),
    ("sort", order::sort),
    ("spread", |_, this, _| Ok(this.clone())),
    ("subMap", map::sub_map),
    ("take", shape::take),
    ("takeWhile", shape::take_while),
    ("toMapString", list::to_text),
    ("toSorted", order::to_sorted),
    ("values", views::values),
    ("withDefault", map::with_default),
]);
/// `java.util.HashMap`
pub static HASH_MAP: Class = Class::new("java.util.HashMap")
    .extends(&[&MAP])
    .constructor(make::hash_map);
/// `java.util.LinkedHashMap`
pub static LINKED_HASH_MAP: Class = Class::new("java.util.LinkedHashMap")
    .extends(&[&HASH_MAP])
    .constructor(make::linked_hash_map);
/// `java.util.TreeMap`
pub static TREE_MAP: Class = Class::new("java.util.TreeMap")
    .extends(&[&sorted::SORTED_MAP])
    .constructor(make::tree_map);
/// What `Collections.unmodifiableMap` gives
pub static UNMODIFIABLE_MAP: Class =
    Class::new("java.util.Collections$UnmodifiableMap").extends(&[&MAP]);
/// `java.util.Set`
pub static SET: Class = Class::interface("java.util.Set").extends(&[&COLLECTION]);
/// `java.util.HashSet`
pub static HASH_SET: Class = Class::new("java.util.HashSet")
    .extends(&[&SET])
    .constructor(make::hash_set);
/// `java.util.LinkedHashSet`
pub static LINKED_HASH_SET: Class = Class::new("java.util.LinkedHashSet")
    .extends(&[&HASH_SET])
    .constructor(make::linked_hash_set);
/// `java.util.TreeSet`
pub static TREE_SET: Class = Class::new("java.util.TreeSet")
    .extends(&[&sorted::SORTED_SET])
    .constructor(make::tree_set);
/// What `Collections.unmodifiableSet` gives
pub static UNMODIFIABLE_SET: Class =
    Class::new("java.util.Collections$UnmodifiableSet").extends(&[&SET]);
/// `groovy.lang.Range`
pub static RANGE: Class = Class::interface("groovy.lang.Range")
    .extends(&[&LIST])
    .methods(range::METHODS);
/// `groovy.lang.IntRange`
pub static INT_RANGE: Class = Class::new("groovy.lang.IntRange").extends(&[&RANGE]);
/// `groovy.lang.ObjectRange`
pub static OBJECT_RANGE: Class = Class::new("groovy.lang.ObjectRange").extends(&[&RANGE]);
/// `groovy.lang.EmptyRange`
pub static EMPTY_RANGE: Class = Class::new("groovy.lang.EmptyRange").extends(&[&RANGE]);

pub(super) static CLASSES: &[&Class] = &[
    &utilities::COLLECTIONS,
    &utilities::ARRAYS,
    &utilities::GROOVY_COLLECTIONS,
    &comparator::COMPARATOR,
    &comparator::ORDER_BY,
    &ITERATOR,
    &iterator::LIST_ITERATOR,
    &ITERABLE,
    &COLLECTION,
    &LIST,
    &ARRAY_LIST,
    &LINKED_LIST,
    &FIXED_LIST,
    &UNMODIFIABLE_LIST,
    &deque::QUEUE,
    &deque::DEQUE,
    &deque::ARRAY_DEQUE,
    &deque::PRIORITY_QUEUE,
    &deque::VECTOR,
    &deque::STACK,
    &deque::COPY_ON_WRITE_LIST,
    &ARRAY,
    &BYTE_ARRAY,
    &MAP,
    &entry::MAP_ENTRY,
    &entry::SIMPLE_ENTRY,
    &entry::GROOVY_ENTRY,
    &HASH_MAP,
    &LINKED_HASH_MAP,
    &sorted::SORTED_MAP,
    &TREE_MAP,
    &UNMODIFIABLE_MAP,
    &make::CONCURRENT_HASH_MAP,
    &make::HASHTABLE,
    &make::PROPERTIES,
    &SET,
    &sorted::SORTED_SET,
    &HASH_SET,
    &LINKED_HASH_SET,
    &TREE_SET,
    &UNMODIFIABLE_SET,
    &RANGE,
    &INT_RANGE,
    &OBJECT_RANGE,
    &EMPTY_RANGE,
];

#[cfg(test)]
mod tests;
