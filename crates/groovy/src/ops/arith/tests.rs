use super::*;
use crate::decimal::Decimal;
use crate::testing::{shown, vm};

fn dec(text: &str) -> Value {
    Value::decimal(Decimal::parse(text).unwrap())
}

#[test]
fn operators_promote_as_in_groovy() {
    use BinaryOp::{
        BitAnd, Divide, Minus, Multiply, Plus, Power, Remainder, ShiftLeft, ShiftRightUnsigned,
    };
    let int = Value::Int;
    let table = [
        (Plus, int(i32::MAX), int(1), "Integer -2147483648"),
        (
            Plus,
            Value::Long(i64::MAX),
            int(1),
            "Long -9223372036854775808",
        ),
        (Divide, int(7), int(2), "BigDecimal 3.5"),
        (Divide, int(6), int(3), "BigDecimal 2"),
        (
            Divide,
            int(1),
            int(0),
            "!ArithmeticException Division by zero",
        ),
        (Divide, Value::Double(1.0), int(0), "Double Infinity"),
        (Remainder, int(-7), int(3), "Integer -1"),
        (Remainder, int(7), int(0), "!ArithmeticException / by zero"),
        (
            Remainder,
            dec("12.5"),
            int(5),
            "!UnsupportedOperationException Cannot use mod() on this number type: \
             java.math.BigDecimal with value: 12.5",
        ),
        (Power, int(2), int(10), "Integer 1024"),
        (Power, int(2), int(40), "BigInteger 1099511627776"),
        (Power, int(2), int(-1), "Double 0.5"),
        (Power, int(2), dec("0.5"), "Double 1.4142135623730951"),
        (Power, dec("1.1"), int(2), "BigDecimal 1.21"),
        (Power, int(10), int(999_999_999), "!Memory"),
        (Plus, Value::Float(1.1), int(2), "Double 3.100000023841858"),
        (Multiply, int(100), dec("1.10"), "BigDecimal 110.00"),
        (Minus, Value::Char(98), int(1), "Integer 97"),
        (ShiftLeft, int(1), int(33), "Integer 2"),
        (ShiftRightUnsigned, int(-1), int(28), "Integer 15"),
        (BitAnd, int(12), Value::Long(10), "Long 8"),
        (
            BitAnd,
            Value::Bool(true),
            Value::Bool(false),
            "Boolean false",
        ),
        (Plus, Value::text("a"), Value::Null, "String anull"),
        (Plus, Value::Null, Value::text("a"), "String nulla"),
        (
            Plus,
            Value::text("x"),
            Value::list(vec![int(1)]),
            "String x[1]",
        ),
    ];
    let mut vm = vm();
    for (op, left, right, expected) in table {
        let result = binary(&mut vm, op, &left, &right);
        assert_eq!(shown(&mut vm, result), expected);
    }
}

#[test]
fn whole_division_and_negation_wrap() {
    let mut vm = vm();
    let result = integer_division(&Value::Int(-7), &Value::Int(2));
    assert_eq!(shown(&mut vm, result), "Integer -3");
    let result = integer_division(&Value::Int(i32::MIN), &Value::Int(-1));
    assert_eq!(shown(&mut vm, result), "Integer -2147483648");
    let result = integer_division(&Value::Int(1), &Value::Int(0));
    assert_eq!(shown(&mut vm, result), "!ArithmeticException / by zero");
    let result = unary(&mut vm, UnaryOp::Minus, &Value::Int(i32::MIN));
    assert_eq!(shown(&mut vm, result), "Integer -2147483648");
}
