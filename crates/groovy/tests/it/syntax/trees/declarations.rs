//! Methods and classes out of a hat.

use super::expressions::{argument, block, expression, params};
use super::{member, modifiers_of, name, ty};
use lockgate_groovy::ast::{
    ClassDecl, ClassKind, EnumConstant, Expr, FieldDecl, MethodDecl, Modifier, Modifiers, Pos, Type,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub(super) fn method(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = MethodDecl> {
    let head = (option::of(ty()), member(), any::<bool>());
    (head, params(inner.clone()), vec(ty(), 0..2), block(inner)).prop_map(
        |((returns, name, generic), params, throws, body)| {
            let bound = Type {
                at: Pos::default(),
                name: "Number".to_owned(),
                args: Vec::new(),
                dims: 0,
            };
            let parameter = Type {
                name: "T".to_owned(),
                args: vec![bound.clone()],
                ..bound
            };
            MethodDecl {
                at: Pos::default(),
                modifiers: modifiers_of(&[Modifier::Static, Modifier::Def], None),
                generics: if generic { vec![parameter] } else { Vec::new() },
                returns,
                name,
                params,
                throws,
                body: Some(body),
            }
        },
    )
}

/// What stands between the braces of a class.
pub(super) fn class_body(inner: BoxedStrategy<Expr>) -> BoxedStrategy<ClassDecl> {
    let field =
        (option::of(ty()), name(), option::of(inner.clone())).prop_map(|(ty, name, init)| {
            let words: &[Modifier] = if ty.is_some() {
                &[]
            } else {
                &[Modifier::Private]
            };
            FieldDecl {
                at: Pos::default(),
                modifiers: modifiers_of(words, None),
                ty,
                name,
                init,
            }
        });
    let parts = (
        vec(field, 0..2),
        vec(method(inner.clone()), 0..2),
        vec((any::<bool>(), block(inner)), 0..2),
    );
    parts
        .prop_map(|(fields, methods, initializers)| ClassDecl {
            at: Pos::default(),
            kind: ClassKind::Class,
            modifiers: Modifiers::default(),
            name: String::new(),
            generics: Vec::new(),
            superclass: None,
            interfaces: Vec::new(),
            constants: Vec::new(),
            fields,
            methods,
            constructors: Vec::new(),
            initializers,
            classes: Vec::new(),
        })
        .boxed()
}

pub(super) fn class() -> impl Strategy<Value = ClassDecl> {
    let kinds = prop::sample::select(vec![
        ClassKind::Class,
        ClassKind::Interface,
        ClassKind::Enum,
        ClassKind::Trait,
    ]);
    let inner = expression().boxed();
    let constant = (
        name(),
        vec(argument(inner.clone()), 0..2),
        option::of(class_body(inner.clone())),
    )
        .prop_map(|(name, args, body)| EnumConstant {
            at: Pos::default(),
            name,
            args,
            body: body.map(Box::new),
        });
    let tail = (
        vec(constant, 0..3),
        vec(class_body(inner.clone()), 0..2),
        method(inner.clone()),
    );
    (kinds, class_body(inner), vec(ty(), 0..3), tail).prop_map(
        |(kind, body, mut types, (constants, inner, constructor))| {
            let superclass = if kind == ClassKind::Interface {
                None
            } else {
                types.pop()
            };
            let constructor = MethodDecl {
                name: "Bar".to_owned(),
                returns: None,
                ..constructor
            };
            ClassDecl {
                kind,
                name: "Bar".to_owned(),
                superclass,
                interfaces: types,
                constants: if kind == ClassKind::Enum {
                    constants
                } else {
                    Vec::new()
                },
                constructors: vec![constructor],
                classes: inner
                    .into_iter()
                    .map(|class| ClassDecl {
                        name: "Inner".to_owned(),
                        ..class
                    })
                    .collect(),
                ..body
            }
        },
    )
}
