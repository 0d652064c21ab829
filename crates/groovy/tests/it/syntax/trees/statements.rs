//! Statements out of a hat.

use super::expressions::expression;
use super::{modifiers_of, name, stmt, ty};
use lockgate_groovy::ast::{
    Block, Case, Catch, Declaration, Expr, Modifier, Modifiers, Param, Pos, Stmt, StmtKind,
    Variable,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn declared(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = StmtKind> {
    let one = (
        option::of(ty()),
        vec((name(), option::of(inner.clone())), 1..3),
    )
        .prop_map(|(ty, all)| {
            let words = if ty.is_some() {
                Vec::new()
            } else {
                vec![Modifier::Def]
            };
            let declaration = |(name, init): (String, Option<Expr>)| Declaration {
                modifiers: Modifiers {
                    annotations: Vec::new(),
                    words: words.clone(),
                },
                variables: vec![Variable {
                    at: Pos::default(),
                    ty: ty.clone(),
                    name,
                }],
                multiple: false,
                init,
            };
            StmtKind::Declare(all.into_iter().map(declaration).collect())
        });
    let several = (vec((option::of(ty()), name()), 1..3), inner.clone()).prop_map(|(all, init)| {
        let variables = all
            .into_iter()
            .map(|(ty, name)| Variable {
                at: Pos::default(),
                ty,
                name,
            })
            .collect();
        let modifiers = modifiers_of(&[Modifier::Def], None);
        StmtKind::Declare(vec![Declaration {
            modifiers,
            variables,
            multiple: true,
            init: Some(init),
        }])
    });
    let field = (name(), inner).prop_map(|(name, value)| {
        let modifiers = modifiers_of(&[Modifier::Def], Some(value));
        let variables = vec![Variable {
            at: Pos::default(),
            ty: None,
            name,
        }];
        StmtKind::Declare(vec![Declaration {
            modifiers,
            variables,
            multiple: false,
            init: None,
        }])
    });
    prop_oneof![one, several, field]
}

/// A statement without statements in it.
pub(super) fn simple(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Stmt> {
    prop_oneof![
        4 => inner.clone().prop_map(StmtKind::Expr),
        2 => declared(inner.clone()),
        1 => option::of(inner.clone()).prop_map(StmtKind::Return),
        1 => inner.clone().prop_map(StmtKind::Throw),
        1 => option::of(name()).prop_map(StmtKind::Break),
        1 => option::of(name()).prop_map(StmtKind::Continue),
        1 => (inner.clone(), option::of(inner)).prop_map(|(cond, message)| StmtKind::Assert { cond, text: String::new(), message }),
    ]
    .prop_map(stmt)
}

/// Any statement.
pub(super) fn statement() -> impl Strategy<Value = Stmt> {
    simple(expression().boxed()).prop_recursive(3, 12, 3, |inner| {
        let body = vec(inner.clone(), 0..3);
        let governed = prop_oneof![
            body.clone().prop_map(|body| stmt(StmtKind::Block(body))),
            simple(expression().boxed()),
        ]
        .prop_map(Box::new);
        let value = || expression().boxed();
        let case = (option::of(value()), body.clone()).prop_map(|(label, body)| Case {
            at: Pos::default(),
            label,
            body,
        });
        let looped = prop_oneof![governed.clone(), Just(Box::new(stmt(StmtKind::Empty)))];
        prop_oneof![
            (value(), governed.clone(), option::of(governed.clone())).prop_map(
                |(cond, then, otherwise)| StmtKind::If {
                    cond,
                    then,
                    otherwise
                }
            ),
            (value(), looped.clone()).prop_map(|(cond, body)| StmtKind::While { cond, body }),
            (
                option::of(simple_for()),
                option::of(value()),
                vec(value(), 0..3),
                looped.clone()
            )
                .prop_map(|(init, cond, update, body)| StmtKind::For {
                    init: init.into_iter().collect(),
                    cond,
                    update,
                    body
                }),
            (option::of(ty()), name(), value(), looped).prop_map(|(ty, name, iterable, body)| {
                let modifiers = Modifiers::default();
                let param = Param {
                    at: Pos::default(),
                    modifiers,
                    ty,
                    name,
                    default: None,
                    varargs: false,
                };
                StmtKind::ForIn {
                    param,
                    iterable,
                    body,
                }
            }),
            (value(), vec(case, 0..3))
                .prop_map(|(subject, cases)| StmtKind::Switch { subject, cases }),
            (
                body.clone(),
                vec(catch(body.clone().boxed()), 1..3),
                option::of(body.clone())
            )
                .prop_map(|(body, catches, finally)| StmtKind::Try {
                    body,
                    catches,
                    finally
                }),
            (name(), governed).prop_map(|(label, body)| StmtKind::Labelled { label, body }),
            (value(), body).prop_map(|(lock, body)| StmtKind::Synchronized { lock, body }),
        ]
        .prop_map(stmt)
    })
}

fn catch(body: BoxedStrategy<Block>) -> impl Strategy<Value = Catch> {
    (vec(ty(), 0..3), name(), body).prop_map(|(types, name, body)| Catch {
        at: Pos::default(),
        types,
        name,
        body,
    })
}

fn simple_for() -> impl Strategy<Value = Stmt> {
    prop_oneof![
        expression().prop_map(StmtKind::Expr),
        declared(expression().boxed())
    ]
    .prop_map(stmt)
}
