//! The parser.

use lockgate_groovy::ast::{ExprKind, StmtKind};
use lockgate_groovy::syntax::{Limits, parse};

#[test]
fn an_error_says_where() {
    let errors = parse("def a = 1\nfoo(a\n", Limits::default()).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "line 2, column 4: this bracket is never closed: its `)` is missing"
    );
}

#[test]
fn a_call_without_parentheses_goes_on_as_a_chain() {
    let chained = parse("a b c d", Limits::default()).unwrap();
    let StmtKind::Expr(value) = &chained.body[0].kind else {
        panic!("{chained:?}")
    };
    let ExprKind::Call {
        object: Some(object),
        args,
        ..
    } = &value.kind
    else {
        panic!("{chained:?}")
    };
    assert!(matches!(object.kind, ExprKind::Call { object: None, .. }));
    assert_eq!(args.len(), 1);
}
