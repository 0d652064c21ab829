//! Trees as a parser can make them, out of a hat.

mod declarations;
mod expressions;
mod statements;

use declarations::{class, method};
use expressions::expression;
use lockgate_groovy::ast::{
    Annotation, Expr, ExprKind, Import, Modifier, Modifiers, Pos, Script, Stmt, StmtKind, Type,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use statements::statement;

fn expr(kind: ExprKind) -> Expr {
    Expr {
        at: Pos::default(),
        kind,
    }
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt {
        at: Pos::default(),
        kind,
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a".to_owned()),
        Just("b2".to_owned()),
        Just("Foo".to_owned()),
        Just("$x".to_owned()),
        Just("größe".to_owned()),
    ]
}

/// A name behind a point or of a method, where more is allowed.
fn member() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        Just("class".to_owned()),
        Just("in".to_owned()),
        Just("a b".to_owned()),
        text()
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z$\\\\'\"/{} \n\t\r\u{1}\u{b}u0-9é😀]{0,8}",
        Just("\\u0041".to_owned()),
        Just(String::new()),
    ]
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just("int".to_owned()),
        Just("String".to_owned()),
        Just("java.util.Map".to_owned()),
    ]
    .prop_map(|name| Type {
        at: Pos::default(),
        name,
        args: Vec::new(),
        dims: 0,
    });
    leaf.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), vec(inner, 0..3), 0..3_u8).prop_map(|(outer, args, dims)| {
            let builtin = outer.name == "int";
            Type {
                args: if builtin { Vec::new() } else { args },
                dims,
                ..outer
            }
        })
    })
}

fn modifiers_of(words: &[Modifier], annotated: Option<Expr>) -> Modifiers {
    let annotations = annotated.map(|value| Annotation {
        at: Pos::default(),
        name: "groovy.transform.Field".to_owned(),
        members: vec![("value".to_owned(), value)],
    });
    Modifiers {
        annotations: annotations.into_iter().collect(),
        words: words.to_vec(),
    }
}

fn import() -> impl Strategy<Value = Import> {
    (any::<bool>(), any::<bool>(), option::of(name())).prop_map(|(is_static, star, alias)| Import {
        at: Pos::default(),
        annotations: Vec::new(),
        name: "a.in.B".to_owned(),
        alias: if star { None } else { alias },
        is_static,
        star,
    })
}

/// A whole script.
pub(crate) fn script() -> impl Strategy<Value = Script> {
    let package = option::of(Just("a.b".to_owned()));
    let methods = vec(method(expression().boxed()), 0..2);
    (
        package,
        vec(import(), 0..3),
        vec(class(), 0..2),
        methods,
        vec(statement(), 0..4),
    )
        .prop_map(|(package, imports, classes, methods, body)| Script {
            package,
            imports,
            classes,
            methods,
            body,
        })
}
