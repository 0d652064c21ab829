//! Maps and sets.

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use indexmap::IndexMap;

use crate::class::{Class, ClassRef};
use crate::cycles::{self, Watched};
use crate::library::{collection, json};
use crate::meter;
use crate::ops::{compare, equal, hash};
use crate::sort;
use crate::value::Value;

const ENTRY: usize = 2 * size_of::<Value>() + 16;

/// In which order a map or set shows its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapKind {
    /// As they came: `LinkedHashMap`.
    Linked,
    /// As Java's hash table has them: `HashMap`.
    Hash,
    /// As Java's older hash table has them: `Hashtable`.
    Table,
    /// Sorted: `TreeMap`.
    Tree,
    /// As they came, and read-only: `Collections.unmodifiableMap`.
    Unmodifiable,
    /// As they came, of a parsed JSON object: it has a `toString()` of its own.
    Json,
    /// Sorted ignoring case, and string keys are found whatever their case: headers of a message.
    Caseless,
}

/// A key: equal when Java's `equals` says so.
#[derive(Clone)]
pub struct Key(pub Value);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        equal::same_key(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Key {
    fn is_caseless(&self, text: &str) -> bool {
        matches!(&self.0, Value::Str(own) if own.eq_ignore_ascii_case(text))
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Value::Str(text) => text.as_str().hash(state),
            other => hash::java_hash(other).hash(state),
        }
    }
}

/// Keys to look others up among.
pub(crate) type Keys = indexmap::IndexSet<Key, foldhash::fast::RandomState>;

type Entries = IndexMap<Key, Value, foldhash::fast::RandomState>;

/// A map, or a set of its keys.
pub struct Map {
    kind: MapKind,
    /// When it is of another class than its kind says.
    class: Option<&'static Class>,
    entries: RefCell<Entries>,
    /// How often entries were added or removed, for loops over it to notice.
    changes: Cell<u32>,
    /// Buckets Java's table would have by now.
    buckets: Cell<u32>,
    /// `withDefault`
    default: RefCell<Option<Value>>,
    /// What orders a sorted map; `None` for the order of the keys themselves.
    comparator: RefCell<Option<Value>>,
    /// The map whose keys or entries this set shows.
    origin: Option<Rc<Map>>,
    watched: Cell<bool>,
}

impl Map {
    /// An empty one.
    #[must_use]
    pub fn new(kind: MapKind) -> Rc<Self> {
        Self::with_capacity(kind, 16)
    }

    /// An empty one whose Java table begins with this many buckets, a power of two.
    #[must_use]
    pub fn with_capacity(kind: MapKind, buckets: u32) -> Rc<Self> {
        Rc::new(Self::empty(kind, None, buckets))
    }

    /// An empty one of a class that its kind does not tell.
    #[must_use]
    pub fn of_class(kind: MapKind, class: &'static Class) -> Rc<Self> {
        Rc::new(Self::empty(kind, Some(class), 16))
    }

    /// An empty one whose order is that of `Hashtable` with this many buckets.
    pub(crate) fn hashtable(class: &'static Class, buckets: usize) -> Rc<Self> {
        let buckets = u32::try_from(buckets).unwrap_or(u32::MAX).min(1 << 30);
        Rc::new(Self::empty(MapKind::Table, Some(class), buckets))
    }

    /// An empty sorted one that a comparator orders.
    #[must_use]
    pub fn ordered(comparator: Value) -> Rc<Self> {
        let map = Self::empty(MapKind::Tree, None, 16);
        map.comparator.replace(Some(comparator));
        Rc::new(map)
    }

    /// A set that shows something of a map, from which it also removes.
    pub(crate) fn view(class: &'static Class, origin: &Rc<Self>, items: Vec<Value>) -> Rc<Self> {
        let mut view = Self::empty(MapKind::Linked, Some(class), 16);
        view.origin = Some(Rc::clone(origin));
        let view = Rc::new(view);
        for item in items {
            view.put(item, Value::Null);
        }
        view
    }

    /// The map whose keys or entries this set shows.
    pub(crate) fn origin(&self) -> Option<Rc<Self>> {
        self.origin.clone()
    }

    fn empty(kind: MapKind, class: Option<&'static Class>, buckets: u32) -> Self {
        meter::add(ENTRY);
        Self {
            kind,
            class,
            entries: RefCell::default(),
            changes: Cell::new(0),
            buckets: Cell::new(buckets),
            default: RefCell::default(),
            comparator: RefCell::default(),
            origin: None,
            watched: Cell::new(false),
        }
    }

    /// A linked one with these entries.
    #[must_use]
    pub fn linked(entries: impl IntoIterator<Item = (Value, Value)>) -> Rc<Self> {
        let map = Self::new(MapKind::Linked);
        for (key, value) in entries {
            map.put(key, value);
        }
        map
    }

    /// One of these entries, none of which holds the map; of equal keys the last value counts.
    #[must_use]
    pub(crate) fn of(kind: MapKind, entries: Vec<(Value, Value)>) -> Rc<Self> {
        // Room for what a script is likely to add.
        let len = entries.len() + 2;
        let mut table =
            Entries::with_capacity_and_hasher(len, foldhash::fast::RandomState::default());
        table.extend(entries.into_iter().map(|(key, value)| (Key(key), value)));
        meter::add(ENTRY * table.len());
        let map = Self::new(kind);
        map.grow(table.len());
        map.entries.replace(table);
        map
    }

    /// A set of these.
    #[must_use]
    pub fn set_of(kind: MapKind, items: impl IntoIterator<Item = Value>) -> Rc<Self> {
        let set = Self::new(kind);
        for item in items {
            set.put(item, Value::Null);
        }
        set
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> MapKind {
        self.kind
    }

    /// The table of its methods, as a map.
    #[must_use]
    pub fn table(&self) -> &'static Class {
        if let Some(class) = self.class {
            return class;
        }
        match self.kind {
            MapKind::Linked => &collection::LINKED_HASH_MAP,
            MapKind::Hash | MapKind::Table => &collection::HASH_MAP,
            MapKind::Tree | MapKind::Caseless => &collection::TREE_MAP,
            MapKind::Unmodifiable => &collection::UNMODIFIABLE_MAP,
            MapKind::Json => &json::LAZY_MAP,
        }
    }

    /// The table of its methods, as a set.
    #[must_use]
    pub fn table_of_set(&self) -> &'static Class {
        if let Some(class) = self.class {
            return class;
        }
        match self.kind {
            MapKind::Linked | MapKind::Json => &collection::LINKED_HASH_SET,
            MapKind::Hash | MapKind::Table => &collection::HASH_SET,
            MapKind::Tree | MapKind::Caseless => &collection::TREE_SET,
            MapKind::Unmodifiable => &collection::UNMODIFIABLE_SET,
        }
    }

    /// Its class, as a map.
    #[must_use]
    pub fn class(&self) -> ClassRef {
        ClassRef::Native(self.table())
    }

    /// Its class, as a set.
    #[must_use]
    pub fn class_of_set(&self) -> ClassRef {
        ClassRef::Native(self.table_of_set())
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<Value> {
        match key {
            Value::Str(text) => self.get_str(text),
            other => self.entries.borrow().get(&Key(other.clone())).cloned(),
        }
    }

    /// The value of a string key.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<Value> {
        let entries = self.entries.borrow();
        match entries.get(&StrKey(key)) {
            None if self.kind == MapKind::Caseless => {
                let mut all = entries.iter();
                let found = all.find(|(other, _)| other.is_caseless(key));
                found.map(|(_, value)| value.clone())
            }
            found => found.cloned(),
        }
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains(&self, key: &Value) -> bool {
        let key = self.spelled(key.clone());
        self.entries.borrow().contains_key(&Key(key))
    }

    /// The key as the map has it already, where case does not matter.
    fn spelled(&self, key: Value) -> Value {
        if self.kind == MapKind::Caseless
            && let Value::Str(text) = &key
        {
            let entries = self.entries.borrow();
            let known = entries.keys().find(|other| other.is_caseless(text));
            if let Some(known) = known {
                return known.0.clone();
            }
        }
        key
    }

    /// Sets the value of a key; the old value.
    pub fn put(self: &Rc<Self>, key: Value, value: Value) -> Option<Value> {
        if (key.is_compound() || value.is_compound()) && !self.watched.replace(true) {
            cycles::watch(Watched::Map(Rc::downgrade(self)));
        }
        let key = self.spelled(key);
        let mut entries = self.entries.borrow_mut();
        let old = entries.insert(Key(key), value);
        if old.is_none() {
            meter::add(ENTRY);
            self.changed();
            self.grow(entries.len());
        }
        old
    }

    /// Adds a key before the one at `index`, for a map that a comparator orders.
    pub(crate) fn insert_at(self: &Rc<Self>, index: usize, key: Value, value: Value) {
        self.put(key.clone(), value);
        let mut entries = self.entries.borrow_mut();
        if let Some(from) = entries.get_index_of(&Key(key))
            && index < entries.len()
        {
            entries.move_index(from, index);
        }
    }

    fn grow(&self, len: usize) {
        if self.kind == MapKind::Table {
            return;
        }
        while len > self.threshold() && self.buckets.get() < 1 << 30 {
            self.buckets.set(self.buckets.get() * 2);
        }
    }

    fn threshold(&self) -> usize {
        self.buckets.get() as usize * 3 / 4
    }

    /// Makes Java's table as large as `putAll` of a map with this many entries makes it.
    pub(crate) fn expect(&self, more: usize) {
        if self.changes.get() == 0 && self.buckets.get() == 16 {
            self.buckets.set(buckets_for(more));
        } else if more > self.threshold() && self.buckets.get() < 1 << 30 {
            self.buckets.set(self.buckets.get() * 2);
        }
    }

    /// A number that differs after entries were added or removed.
    #[must_use]
    pub fn changes(&self) -> u32 {
        self.changes.get()
    }

    fn changed(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
    }

    /// What orders a sorted map.
    #[must_use]
    pub fn comparator(&self) -> Option<Value> {
        self.comparator.borrow().clone()
    }

    /// Whether its entries alone answer: no closure of `withDefault`, no comparator, and no class
    /// with rules of its own.
    #[must_use]
    pub(crate) fn is_plain(&self) -> bool {
        self.class.is_none()
            && self.default.borrow().is_none()
            && self.comparator.borrow().is_none()
    }

    /// Whether it may be changed.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.kind == MapKind::Unmodifiable
    }

    /// Takes out a key.
    pub fn remove(&self, key: &Value) -> Option<(Value, Value)> {
        let key = Key(self.spelled(key.clone()));
        let removed = self.entries.borrow_mut().shift_remove_entry(&key);
        let (key, value) = removed?;
        meter::sub(ENTRY);
        self.changed();
        Some((key.0, value))
    }

    /// Takes out everything, in the order of the map.
    pub fn take(&self) -> Vec<(Value, Value)> {
        let all = self.to_vec();
        meter::sub(all.len() * ENTRY);
        self.changed();
        let entries = self.entries.take();
        drop(entries);
        all
    }

    /// All entries now, in the order of the map.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(Value, Value)> {
        let entries = self.entries.borrow();
        let pairs = entries
            .iter()
            .map(|(key, value)| (key.0.clone(), value.clone()));
        let mut all: Vec<_> = pairs.collect();
        drop(entries);
        match self.kind {
            MapKind::Linked | MapKind::Unmodifiable | MapKind::Json => {}
            MapKind::Hash => {
                let mask = self.buckets.get().wrapping_sub(1);
                all.sort_by_cached_key(|(key, _)| bucket(hash::java_hash(key), mask));
            }
            MapKind::Table => all = chained(all, self.buckets.get()),
            MapKind::Caseless => all.sort_by_cached_key(|(key, _)| match key {
                Value::Str(name) => name.to_lowercase(),
                _ => String::new(),
            }),
            MapKind::Tree if self.comparator.borrow().is_some() => {}
            MapKind::Tree => {
                let order = |a: &(Value, Value), b: &(Value, Value)| compare::natural(&a.0, &b.0);
                all = sort::stable(all, order);
            }
        }
        all
    }

    /// All keys now, in the order of the map.
    #[must_use]
    pub fn keys(&self) -> Vec<Value> {
        self.to_vec().into_iter().map(|(key, _)| key).collect()
    }

    /// All values now, in the order of the map.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        self.to_vec().into_iter().map(|(_, value)| value).collect()
    }

    /// The closure of `withDefault`.
    #[must_use]
    pub fn default(&self) -> Option<Value> {
        self.default.borrow().clone()
    }

    /// Sets the closure of `withDefault`.
    pub fn set_default(&self, closure: Value) {
        *self.default.borrow_mut() = Some(closure);
    }
}

/// Buckets that Java's table has when it is made for this many entries.
pub(crate) fn buckets_for(entries: usize) -> u32 {
    let wanted = entries.saturating_mul(4) / 3 + 1;
    u32::try_from(wanted)
        .unwrap_or(1 << 30)
        .min(1 << 30)
        .next_power_of_two()
}

fn bucket(hash: i32, mask: u32) -> u32 {
    let hash = hash.cast_unsigned();
    (hash ^ (hash >> 16)) & mask
}

/// Entries as they stand in a `Hashtable` that began with this many buckets: the last bucket
/// first, in each the newest first.
fn chained(entries: Vec<(Value, Value)>, buckets: u32) -> Vec<(Value, Value)> {
    type Entry = (u32, (Value, Value));
    fn place(table: &mut [Vec<Entry>], entry: Entry) {
        let buckets = table.len().max(1);
        if let Some(chain) = table.get_mut(entry.0 as usize % buckets) {
            chain.push(entry);
        }
    }
    let mut table: Vec<Vec<Entry>> = Vec::new();
    table.resize_with((buckets as usize).min(1 << 16), Vec::new);
    for (count, entry) in entries.into_iter().enumerate() {
        if count >= table.len() * 3 / 4 {
            let mut larger: Vec<Vec<Entry>> = Vec::new();
            larger.resize_with(table.len() * 2 + 1, Vec::new);
            for entry in table
                .into_iter()
                .rev()
                .flat_map(|chain| chain.into_iter().rev())
            {
                place(&mut larger, entry);
            }
            table = larger;
        }
        let hash = hash::java_hash(&entry.0).cast_unsigned() & (u32::MAX >> 1);
        place(&mut table, (hash, entry));
    }
    let chains = table.into_iter().rev();
    chains
        .flat_map(|chain| chain.into_iter().rev())
        .map(|(_, entry)| entry)
        .collect()
}

/// A string key, looked up without making a value.
struct StrKey<'a>(&'a str);

impl Hash for StrKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl indexmap::Equivalent<Key> for StrKey<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        matches!(&key.0, Value::Str(text) if text.as_str() == self.0)
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        meter::sub(self.entries.get_mut().len() * ENTRY + ENTRY);
    }
}
