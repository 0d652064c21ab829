//! Rules of collections that surprise.

use std::rc::Rc;

use crate::class::ClassRef;
use crate::closure::Closure;
use crate::list::{List, ListKind};
use crate::map::{Map, MapKind};
use crate::range::Range;
use crate::testing::vm;
use crate::thrown::{Thrown, Why};
use crate::value::Value;

fn ints(numbers: impl IntoIterator<Item = i32>) -> Value {
    Value::list(numbers.into_iter().map(Value::Int).collect())
}

/// Numbers and texts of a result, nested ones in brackets.
fn show(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(" ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Long(n) => format!("{n}L"),
        Value::Str(text) => text.to_string(),
        Value::List(list) => format!("[{}]", all(&list.to_vec())),
        Value::Set(set) => format!("{{{}}}", all(&set.keys())),
        Value::Map(map) => {
            let pairs = map.to_vec().into_iter();
            let pairs = pairs.map(|(key, value)| format!("{}:{}", show(&key), show(&value)));
            format!("({})", pairs.collect::<Vec<_>>().join(" "))
        }
        Value::Range(range) => format!("[{}]", all(&range.to_vec())),
        Value::Object(_) => value.downcast::<super::Entry>().map_or_else(
            || value.class().name(),
            |entry| format!("{}={}", show(&entry.key()), show(&entry.value())),
        ),
        other => other.class().name(),
    }
}

fn call(object: &Value, name: &str, args: &[Value]) -> String {
    match vm().invoke(object, name, args) {
        Ok(value) => show(&value),
        Err(thrown) => why(&thrown),
    }
}

fn why(thrown: &Thrown) -> String {
    match &*thrown.0 {
        Why::Exception(exception) => vm().text(exception).unwrap().to_string(),
        other => format!("{other:?}"),
    }
}

fn by(arity: usize, run: impl Fn(&[Value]) -> Value + 'static) -> Value {
    Closure::native(arity, move |_, args| Ok(run(args)))
}

fn number(value: &Value) -> i32 {
    match value {
        Value::Int(n) => *n,
        other => panic!("{other:?} is no int"),
    }
}

#[test]
fn indexes_count_from_both_ends() {
    let list = || ints([1, 2, 3]);
    let range = |from, to, exclusive| {
        Value::Range(Rc::new(Range {
            from: Value::Int(from),
            to: Value::Int(to),
            exclusive,
        }))
    };
    for (index, expected) in [
        (Value::Int(-1), "3"),
        (Value::Int(5), "null"),
        (
            Value::Int(-4),
            "java.lang.ArrayIndexOutOfBoundsException: \
             Negative array index [-4] too large for array size 3",
        ),
        (range(1, 2, false), "[2 3]"),
        (range(2, 0, false), "[3 2 1]"),
        (range(-2, -1, false), "[2 3]"),
        (range(1, 1, true), "[]"),
        (range(0, -1, false), "[1 2 3]"),
        (
            range(1, 5, false),
            "java.lang.IndexOutOfBoundsException: toIndex = 6",
        ),
        (ints([0, 2]), "[1 3]"),
    ] {
        assert_eq!(call(&list(), "getAt", &[index]), expected);
    }
    let long = list();
    call(&long, "putAt", &[Value::Int(5), Value::Int(9)]);
    assert_eq!(show(&long), "[1 2 3 null null 9]");
    let cut = list();
    call(&cut, "putAt", &[range(0, 1, false), Value::Int(9)]);
    assert_eq!(show(&cut), "[9 3]");
}

#[test]
fn a_loop_notices_that_its_list_is_changed() {
    let list = ints([1, 2, 3]);
    let grown = list.clone();
    let add = Closure::native(1, move |vm, _| vm.invoke(&grown, "add", &[Value::Int(0)]));
    assert_eq!(
        call(&list, "each", &[add]),
        "java.util.ConcurrentModificationException"
    );

    // As in Java, taking out the last but one ends the loop quietly.
    let list = ints([1, 2, 3]);
    let shrunk = list.clone();
    let remove = Closure::native(1, move |vm, args| match number(&args[0]) {
        2 => vm.invoke(&shrunk, "removeElement", &[Value::Int(2)]),
        _ => Ok(Value::Null),
    });
    assert_eq!(call(&list, "each", &[remove]), "[1 3]");
}

#[test]
fn maps_hand_out_entries_or_keys_and_values() {
    let map = || {
        Value::Map(Map::linked(
            [("a", 1), ("b", 2)].map(|(k, v)| (Value::text(k), Value::Int(v))),
        ))
    };
    let entry = by(1, |args| {
        Value::Bool(args[0].downcast::<super::Entry>().is_some())
    });
    assert_eq!(call(&map(), "every", &[entry]), "true");
    let pair = || by(2, |args| Value::Bool(number(&args[1]) > 1));
    assert_eq!(call(&map(), "findAll", &[pair()]), "(b:2)");
    assert_eq!(call(&map(), "find", &[pair()]), "b=2");
    assert_eq!(
        call(&map(), "groupBy", &[pair()]),
        "(false:(a:1) true:(b:2))"
    );
    let sum = by(3, |args| Value::Int(number(&args[0]) + number(&args[2])));
    assert_eq!(call(&map(), "inject", &[Value::Int(0), sum]), "3");
    assert!(call(&map(), "join", &[Value::text(",")]).contains("MissingMethodException"));
}

#[test]
fn what_is_set_in_an_entry_or_removed_from_the_keys_is_seen_in_the_map() {
    let map = Map::linked([
        (Value::text("a"), Value::Int(1)),
        (Value::text("b"), Value::Int(2)),
    ]);
    let it = Value::Map(Rc::clone(&map));
    let set = Closure::native(1, |vm, args| {
        vm.invoke(&args[0], "setValue", &[Value::Int(5)])
    });
    call(&it, "each", &[set]);
    assert_eq!(show(&it), "(a:5 b:5)");
    let keys = vm().invoke(&it, "keySet", &[]).unwrap();
    assert_eq!(call(&keys, "remove", &[Value::text("a")]), "true");
    assert_eq!(show(&it), "(b:5)");
    let entries = vm().invoke(&it, "entrySet", &[]).unwrap();
    call(&entries, "clear", &[]);
    assert!(map.is_empty());
}

#[test]
fn a_hash_map_shows_its_keys_as_java_does() {
    let mut vm = vm();
    let map = vm.invoke(&Value::class_of(&super::HASH_MAP), "nope", &[]);
    assert!(map.is_err());
    let construct = super::HASH_MAP.construct.unwrap();
    let map = construct(&mut vm, &[]).unwrap();
    for key in ["id", "name", "country", "amount", "z", "a"] {
        vm.invoke(&map, "put", &[Value::text(key), Value::Int(1)])
            .unwrap();
    }
    assert_eq!(show(&map), "(country:1 a:1 amount:1 name:1 z:1 id:1)");
    let pair = Map::linked([
        (Value::text("b"), Value::Int(1)),
        (Value::text("a"), Value::Int(2)),
    ]);
    let copy = construct(&mut vm, &[Value::Map(pair)]).unwrap();
    assert_eq!(show(&copy), "(a:2 b:1)");
}

#[test]
fn sorting_takes_keys_comparators_and_nothing() {
    let list = || ints([3, 1, 2]);
    assert_eq!(call(&list(), "sort", &[]), "[1 2 3]");
    assert_eq!(
        call(
            &list(),
            "sort",
            &[by(1, |args| Value::Int(-number(&args[0])))]
        ),
        "[3 2 1]"
    );
    let down = by(2, |args| Value::Int(number(&args[1]) - number(&args[0])));
    assert_eq!(
        call(&list(), "sort", std::slice::from_ref(&down)),
        "[3 2 1]"
    );
    assert_eq!(call(&list(), "max", &[down]), "1");
    let kept = list();
    assert_eq!(call(&kept, "sort", &[Value::Bool(false)]), "[1 2 3]");
    assert_eq!(show(&kept), "[3 1 2]");
    call(&kept, "sort", &[]);
    assert_eq!(show(&kept), "[1 2 3]");
}

#[test]
fn shapes() {
    let list = || ints([1, 2, 3, 4, 5]);
    let pairs = |all: Vec<Vec<i32>>| Value::list(all.into_iter().map(ints).collect());
    for (object, name, args, expected) in [
        (list(), "collate", vec![Value::Int(2)], "[[1 2] [3 4] [5]]"),
        (
            list(),
            "collate",
            vec![Value::Int(2), Value::Int(3), Value::Bool(false)],
            "[[1 2] [4 5]]",
        ),
        (list(), "takeRight", vec![Value::Int(2)], "[4 5]"),
        (
            ints([]),
            "tail",
            vec![],
            "java.util.NoSuchElementException: Cannot access tail() for an empty iterable",
        ),
        (
            ints([]),
            "first",
            vec![],
            "java.util.NoSuchElementException: Cannot access first() element from an empty List",
        ),
        (
            ints([1, 2, 3, 4, 5, 6]),
            "intersect",
            vec![ints([4, 3, 9, 1, 8])],
            "[4 3 1]",
        ),
        (
            pairs(vec![vec![1, 2], vec![8, 9]]),
            "combinations",
            vec![],
            "[[1 8] [2 8] [1 9] [2 9]]",
        ),
        (
            pairs(vec![vec![1, 2], vec![8, 9]]),
            "transpose",
            vec![],
            "[[1 8] [2 9]]",
        ),
        (ints([1, 2]), "multiply", vec![Value::Int(2)], "[1 2 1 2]"),
        (
            ints([1, 2]),
            "withIndex",
            vec![Value::Int(1)],
            "[[1 1] [2 2]]",
        ),
    ] {
        assert_eq!(call(&object, name, &args), expected, "{name}");
    }
}

#[test]
fn what_lists_take_and_give() {
    for (object, name, args, expected) in [
        (ints([1, 2, 1]), "unique", vec![], "[1 2]"),
        (ints([1, 2]), "pop", vec![], "2"),
        (
            ints([]),
            "pop",
            vec![],
            "java.util.NoSuchElementException: Cannot pop() an empty List",
        ),
        (
            ints([1]),
            "get",
            vec![Value::Int(7)],
            "java.lang.IndexOutOfBoundsException: Index: 7, Size: 1",
        ),
        (ints([5, 6, 7]), "remove", vec![Value::Int(1)], "6"),
        (
            ints([5, 6, 7]),
            "removeElement",
            vec![Value::Int(7)],
            "true",
        ),
    ] {
        assert_eq!(call(&object, name, &args), expected, "{name}");
    }
}

#[test]
fn ranges_count_up_and_down() {
    let range = |from: Value, to: Value, exclusive| {
        Value::Range(Rc::new(Range {
            from,
            to,
            exclusive,
        }))
    };
    for (range, expected, class) in [
        (
            range(Value::Int(3), Value::Int(1), false),
            "[3 2 1]",
            "groovy.lang.IntRange",
        ),
        (
            range(Value::Int(5), Value::Int(1), true),
            "[5 4 3 2]",
            "groovy.lang.IntRange",
        ),
        (
            range(Value::Int(1), Value::Int(1), true),
            "[]",
            "groovy.lang.EmptyRange",
        ),
        (
            range(Value::text("aa"), Value::text("ad"), false),
            "[aa ab ac ad]",
            "groovy.lang.ObjectRange",
        ),
        (
            range(Value::Int(1), Value::Long(3), false),
            "[1L 2L 3L]",
            "groovy.lang.ObjectRange",
        ),
    ] {
        assert_eq!(show(&range), expected);
        assert_eq!(range.class().name(), class);
    }
    let huge = range(Value::Int(1), Value::Int(i32::MAX), false);
    assert_eq!(call(&huge, "size", &[]), "2147483647");
    assert!(call(&huge, "toList", &[]).contains("Memory"));
    assert_eq!(call(&huge, "get", &[Value::Int(7)]), "8");
}

#[test]
fn a_locked_collection_refuses() {
    let locked = Value::List(List::new(ListKind::Unmodifiable, vec![Value::Int(1)]));
    let fixed = Value::List(List::new(ListKind::Fixed, vec![Value::Int(1)]));
    let map = Value::Map(Map::new(MapKind::Unmodifiable));
    let refused = "java.lang.UnsupportedOperationException";
    assert_eq!(call(&locked, "add", &[Value::Int(2)]), refused);
    assert_eq!(
        call(&locked, "set", &[Value::Int(0), Value::Int(2)]),
        refused
    );
    assert_eq!(call(&fixed, "add", &[Value::Int(2)]), refused);
    assert_eq!(call(&fixed, "set", &[Value::Int(0), Value::Int(2)]), "1");
    assert_eq!(call(&map, "put", &[Value::Int(0), Value::Int(2)]), refused);
    assert!(matches!(locked.class(), ClassRef::Native(_)));
}
