//! Expressions out of a hat.

use super::declarations::class_body;
use super::statements::simple;
use super::{expr, member, name, text, ty};
use lockgate_groovy::ast::{
    Access, Arg, BinaryOp, Block, Expr, ExprKind, MapEntry, Modifier, Modifiers, Name, Param, Pos,
    Type, UnaryOp,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = ExprKind> {
    prop_oneof![
        any::<i32>().prop_map(ExprKind::Int),
        any::<i64>().prop_map(ExprKind::Long),
        "-?[1-9][0-9]{0,30}".prop_map(ExprKind::BigInteger),
        "-?[0-9]{1,3}\\.[0-9]{1,5}(e-?[0-9]{1,2})?".prop_map(ExprKind::Decimal),
        any::<f32>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(ExprKind::Float),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(ExprKind::Double),
    ]
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        Just(ExprKind::Null),
        any::<bool>().prop_map(ExprKind::Bool),
        number(),
        text().prop_map(ExprKind::Str),
        name().prop_map(ExprKind::Name),
        Just(ExprKind::This),
        Just(ExprKind::Super),
        ty().prop_filter("a type that is an expression", |ty| ty.args.is_empty()
            && (ty.name == "int" || ty.dims > 0))
            .prop_map(ExprKind::TypeName),
    ]
    .prop_map(expr)
}

/// Any expression.
pub(super) fn expression() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            paths(inner.clone()),
            operations(inner.clone()),
            literals(inner)
        ]
        .boxed()
    })
}

fn access() -> impl Strategy<Value = Access> {
    prop_oneof![
        Just(Access::Plain),
        Just(Access::Safe),
        Just(Access::Spread)
    ]
}

pub(super) fn argument(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Arg> {
    let spread = |value: Expr| Arg::Plain(expr(ExprKind::Spread(Box::new(value))));
    prop_oneof![
        inner.clone().prop_map(Arg::Plain),
        inner.clone().prop_map(spread),
        entry(inner).prop_map(Arg::Named),
    ]
    .boxed()
}

fn entry(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = MapEntry> {
    prop_oneof![
        (inner.clone(), inner.clone()).prop_map(|(key, value)| MapEntry::Pair(key, value)),
        inner.prop_map(MapEntry::Spread),
    ]
}

fn paths(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    prop_oneof![members(inner.clone()), constructions(inner)].boxed()
}

fn members(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let computed = (text(), inner.clone()).prop_map(|(text, value)| {
        let strings = vec![text, String::new()];
        Name::Computed(expr(ExprKind::GString {
            strings,
            values: vec![value],
        }))
    });
    let named = prop_oneof![member().prop_map(Name::Fixed), computed];
    let args = vec(argument(inner.clone()), 0..3);
    let property = (inner.clone(), named.clone(), access(), any::<bool>()).prop_map(
        |(object, name, access, attribute)| ExprKind::Property {
            object: Box::new(object),
            name: Box::new(name),
            access,
            attribute,
        },
    );
    let call = (
        option::of(inner.clone()),
        named.clone(),
        args.clone(),
        access(),
    )
        .prop_map(|(object, name, args, access)| {
            let access = if object.is_some() {
                access
            } else {
                Access::Plain
            };
            ExprKind::Call {
                object: object.map(Box::new),
                name: Box::new(name),
                args,
                access,
            }
        });
    let pointer = (inner.clone(), named).prop_map(|(object, name)| ExprKind::MethodPointer {
        object: Box::new(object),
        name: Box::new(name),
    });
    let index =
        (inner.clone(), vec(inner.clone(), 1..3)).prop_map(|(object, args)| ExprKind::Index {
            object: Box::new(object),
            args,
        });
    prop_oneof![property, call, pointer, index]
        .prop_map(expr)
        .boxed()
}

fn constructions(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let args = vec(argument(inner.clone()), 0..3);
    let constructor = (any::<bool>(), args.clone())
        .prop_map(|(to_super, args)| ExprKind::ConstructorCall { to_super, args });
    let class = ty().prop_filter("a class", |ty| ty.dims == 0 && ty.name != "int");
    let made = (class, args, option::of(class_body(inner.clone()))).prop_map(|(ty, args, body)| {
        ExprKind::New {
            ty,
            args,
            body: body.map(Box::new),
        }
    });
    let array = (ty(), vec(inner, 0..3), 0..2_u8).prop_map(|(element, values, more)| {
        let element = Type { dims: 0, ..element };
        let count = u8::try_from(values.len()).unwrap_or(0);
        if more == 0 || values.is_empty() {
            return ExprKind::NewArray {
                element,
                sizes: Vec::new(),
                dims: 1 + more,
                init: Some(values),
            };
        }
        ExprKind::NewArray {
            element,
            sizes: values,
            dims: count + more,
            init: None,
        }
    });
    prop_oneof![constructor, made, array].prop_map(expr).boxed()
}

fn operations(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let boxed = inner.clone().prop_map(Box::new);
    let unary = prop_oneof![
        Just(UnaryOp::Not),
        Just(UnaryOp::Minus),
        Just(UnaryOp::Plus),
        Just(UnaryOp::BitNot)
    ];
    let target = prop_oneof![
        name().prop_map(ExprKind::Name),
        (inner, name()).prop_map(|(object, name)| ExprKind::Property {
            object: Box::new(object),
            name: Box::new(Name::Fixed(name)),
            access: Access::Plain,
            attribute: false,
        }),
    ]
    .prop_map(|kind| Box::new(expr(kind)));
    prop_oneof![
        (unary, boxed.clone()).prop_map(|(op, operand)| ExprKind::Unary { op, operand }),
        (any::<bool>(), any::<bool>(), target.clone())
            .prop_map(|(up, prefix, target)| ExprKind::Step { up, prefix, target }),
        (operator(), boxed.clone(), boxed.clone()).prop_map(|(op, left, right)| ExprKind::Binary {
            op,
            left,
            right
        }),
        (any::<bool>(), boxed.clone(), boxed.clone()).prop_map(|(inclusive, from, to)| {
            ExprKind::Range {
                from,
                to,
                inclusive,
            }
        }),
        (assigner(), target, boxed.clone()).prop_map(|(op, target, value)| ExprKind::Assign {
            op,
            target,
            value
        }),
        (
            vec(name().prop_map(|name| expr(ExprKind::Name(name))), 1..3),
            boxed.clone()
        )
            .prop_map(|(targets, value)| ExprKind::MultiAssign { targets, value }),
        (boxed.clone(), boxed.clone(), boxed.clone()).prop_map(|(cond, then, otherwise)| {
            ExprKind::Ternary {
                cond,
                then,
                otherwise,
            }
        }),
        (boxed.clone(), boxed.clone())
            .prop_map(|(value, otherwise)| ExprKind::Elvis { value, otherwise }),
        (ty(), boxed.clone()).prop_map(|(ty, value)| ExprKind::Cast { ty, value }),
        (ty(), boxed.clone()).prop_map(|(ty, value)| ExprKind::As { ty, value }),
        (ty(), boxed).prop_map(|(ty, value)| ExprKind::InstanceOf { ty, value }),
    ]
    .prop_map(expr)
    .boxed()
}

fn operator() -> impl Strategy<Value = BinaryOp> {
    prop::sample::select(vec![
        BinaryOp::Plus,
        BinaryOp::Minus,
        BinaryOp::Multiply,
        BinaryOp::Divide,
        BinaryOp::Remainder,
        BinaryOp::Power,
        BinaryOp::Equal,
        BinaryOp::NotEqual,
        BinaryOp::Identical,
        BinaryOp::NotIdentical,
        BinaryOp::Less,
        BinaryOp::LessOrEqual,
        BinaryOp::Greater,
        BinaryOp::GreaterOrEqual,
        BinaryOp::Compare,
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::BitAnd,
        BinaryOp::BitOr,
        BinaryOp::BitXor,
        BinaryOp::ShiftLeft,
        BinaryOp::ShiftRight,
        BinaryOp::ShiftRightUnsigned,
        BinaryOp::In,
        BinaryOp::Find,
        BinaryOp::Match,
    ])
}

/// The operators that can stand before `=`.
fn assigner() -> impl Strategy<Value = Option<BinaryOp>> {
    prop::sample::select(vec![
        None,
        Some(BinaryOp::Plus),
        Some(BinaryOp::Minus),
        Some(BinaryOp::Multiply),
        Some(BinaryOp::Divide),
        Some(BinaryOp::Remainder),
        Some(BinaryOp::Power),
        Some(BinaryOp::ShiftLeft),
        Some(BinaryOp::ShiftRight),
        Some(BinaryOp::ShiftRightUnsigned),
        Some(BinaryOp::BitAnd),
        Some(BinaryOp::BitOr),
        Some(BinaryOp::BitXor),
    ])
}

fn literals(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let element = prop_oneof![
        3 => inner.clone(),
        1 => inner.clone().prop_map(|value| expr(ExprKind::Spread(Box::new(value)))),
    ];
    prop_oneof![
        vec(element, 0..3).prop_map(ExprKind::List),
        vec(entry(inner.clone()), 0..3).prop_map(ExprKind::Map),
        vec((text(), inner.clone()), 1..3).prop_map(|parts| {
            let (mut strings, values): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            strings.push("$".to_owned());
            ExprKind::GString { strings, values }
        }),
        (option::of(params(inner.clone())), block(inner))
            .prop_map(|(params, body)| ExprKind::Closure { params, body }),
    ]
    .prop_map(expr)
    .boxed()
}

pub(super) fn params(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Vec<Param>> {
    let one = (
        option::of(ty()),
        name(),
        option::of(inner),
        any::<bool>(),
        any::<bool>(),
    );
    vec(one, 0..3).prop_map(|all| {
        all.into_iter()
            .map(|(ty, name, default, varargs, last)| {
                let varargs = varargs && ty.is_some();
                let words = if last {
                    vec![Modifier::Final]
                } else {
                    Vec::new()
                };
                let modifiers = Modifiers {
                    annotations: Vec::new(),
                    words,
                };
                Param {
                    at: Pos::default(),
                    modifiers,
                    ty,
                    name,
                    default,
                    varargs,
                }
            })
            .collect()
    })
}

pub(super) fn block(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Block> {
    vec(simple(inner), 0..3).boxed()
}
