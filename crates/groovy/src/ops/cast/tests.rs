use super::*;
use crate::decimal::Decimal;
use crate::list::{List, ListKind};
use crate::testing::{shown, vm};

fn native(class: &'static Class) -> ClassRef {
    ClassRef::Native(class)
}

#[test]
fn assignments_convert_as_in_groovy() {
    let decimal = |text: &str| Value::decimal(Decimal::parse(text).unwrap());
    let int = ClassRef::Primitive(&number::INTEGER);
    let table = [
        (Value::text("5"), native(&number::INTEGER), "Integer 53"),
        (
            Value::text("12"),
            native(&number::INTEGER),
            "!GroovyCastException Cannot cast object '12' with class 'java.lang.String' to class \
             'java.lang.Integer'",
        ),
        (
            Value::Null,
            int.clone(),
            "!GroovyCastException Cannot cast object 'null' with class 'null' to class 'int'. \
             Try 'java.lang.Integer' instead",
        ),
        (decimal("3.9"), int, "Integer 3"),
        (
            Value::text("false"),
            native(&number::BOOLEAN),
            "Boolean true",
        ),
        (Value::Int(5), native(&string::STRING), "String 5"),
        (Value::Int(97), native(&number::CHARACTER), "Character a"),
        (
            Value::Double(0.5),
            native(&number::BIG_DECIMAL),
            "BigDecimal 0.5",
        ),
        (
            Value::strings(["a", "b"]),
            native(&collection::LIST),
            "ArrayList [a, b]",
        ),
        (
            Value::list(vec![Value::Int(1), Value::Int(1)]),
            native(&collection::SET),
            "LinkedHashSet [1]",
        ),
        (
            Value::list(vec![Value::Int(1), decimal("2.5")]),
            ClassRef::Array(std::rc::Rc::new(ClassRef::Primitive(&number::INTEGER))),
            "int[] [1, 2]",
        ),
    ];
    let mut vm = vm();
    for (value, to, expected) in table {
        let result = cast(&mut vm, &value, &to);
        assert_eq!(shown(&mut vm, result), expected);
    }
}

#[test]
fn as_parses_text() {
    let table = [
        (Value::text("12"), native(&number::INTEGER), "Integer 12"),
        (
            Value::text("12a"),
            native(&number::INTEGER),
            "!NumberFormatException For input string: \"12a\"",
        ),
        (
            Value::text("1.5"),
            native(&number::BIG_DECIMAL),
            "BigDecimal 1.5",
        ),
        (
            Value::text("ab"),
            native(&collection::LIST),
            "ArrayList [a, b]",
        ),
        (
            Value::Double(0.1),
            native(&number::BIG_DECIMAL),
            "BigDecimal 0.1",
        ),
        (
            Value::List(List::new(
                ListKind::ArrayList,
                vec![Value::Int(2), Value::Int(1)],
            )),
            native(&collection::TREE_SET),
            "TreeSet [1, 2]",
        ),
    ];
    let mut vm = vm();
    for (value, to, expected) in table {
        let result = as_type(&mut vm, &value, &to);
        assert_eq!(shown(&mut vm, result), expected);
    }
}
