//! Lists, sets, maps, ranges and arrays.

use crate::class::Class;

/// `java.lang.Iterable`
pub static ITERABLE: Class = Class::interface("java.lang.Iterable");
/// `java.util.Collection`
pub static COLLECTION: Class = Class::interface("java.util.Collection").extends(&[&ITERABLE]);
/// `java.util.List`
pub static LIST: Class = Class::interface("java.util.List").extends(&[&COLLECTION]);
/// `java.util.ArrayList`
pub static ARRAY_LIST: Class = Class::new("java.util.ArrayList").extends(&[&LIST]);
/// `java.util.LinkedList`
pub static LINKED_LIST: Class = Class::new("java.util.LinkedList").extends(&[&LIST]);
/// What `Arrays.asList` gives
pub static FIXED_LIST: Class = Class::new("java.util.Arrays$ArrayList").extends(&[&LIST]);
/// What `Collections.unmodifiableList` gives
pub static UNMODIFIABLE_LIST: Class =
    Class::new("java.util.Collections$UnmodifiableRandomAccessList").extends(&[&LIST]);
/// Members that all arrays of objects and primitives have.
pub static ARRAY: Class = Class::new("java.lang.Object[]").extends(&[&ITERABLE]);
/// `byte[]`
pub static BYTE_ARRAY: Class = Class::new("[B").extends(&[&ITERABLE]);
/// `java.util.Map`
pub static MAP: Class = Class::interface("java.util.Map");
/// `java.util.HashMap`
pub static HASH_MAP: Class = Class::new("java.util.HashMap").extends(&[&MAP]);
/// `java.util.LinkedHashMap`
pub static LINKED_HASH_MAP: Class = Class::new("java.util.LinkedHashMap").extends(&[&HASH_MAP]);
/// `java.util.TreeMap`
pub static TREE_MAP: Class = Class::new("java.util.TreeMap").extends(&[&MAP]);
/// What `Collections.unmodifiableMap` gives
pub static UNMODIFIABLE_MAP: Class =
    Class::new("java.util.Collections$UnmodifiableMap").extends(&[&MAP]);
/// `java.util.Set`
pub static SET: Class = Class::interface("java.util.Set").extends(&[&COLLECTION]);
/// `java.util.HashSet`
pub static HASH_SET: Class = Class::new("java.util.HashSet").extends(&[&SET]);
/// `java.util.LinkedHashSet`
pub static LINKED_HASH_SET: Class = Class::new("java.util.LinkedHashSet").extends(&[&HASH_SET]);
/// `java.util.TreeSet`
pub static TREE_SET: Class = Class::new("java.util.TreeSet").extends(&[&SET]);
/// What `Collections.unmodifiableSet` gives
pub static UNMODIFIABLE_SET: Class =
    Class::new("java.util.Collections$UnmodifiableSet").extends(&[&SET]);
/// `groovy.lang.IntRange`
pub static INT_RANGE: Class = Class::new("groovy.lang.IntRange").extends(&[&LIST]);
/// `groovy.lang.ObjectRange`
pub static OBJECT_RANGE: Class = Class::new("groovy.lang.ObjectRange").extends(&[&LIST]);

pub(super) static CLASSES: &[&Class] = &[
    &ITERABLE,
    &COLLECTION,
    &LIST,
    &ARRAY_LIST,
    &LINKED_LIST,
    &FIXED_LIST,
    &UNMODIFIABLE_LIST,
    &ARRAY,
    &BYTE_ARRAY,
    &MAP,
    &HASH_MAP,
    &LINKED_HASH_MAP,
    &TREE_MAP,
    &UNMODIFIABLE_MAP,
    &SET,
    &HASH_SET,
    &LINKED_HASH_SET,
    &TREE_SET,
    &UNMODIFIABLE_SET,
    &INT_RANGE,
    &OBJECT_RANGE,
];
