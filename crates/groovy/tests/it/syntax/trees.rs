//! Trees as a parser can make them, out of a hat.

use lockgate_groovy::ast::{
    Access, Annotation, Arg, BinaryOp, Block, Case, Catch, ClassDecl, ClassKind, Declaration,
    EnumConstant, Expr, ExprKind, FieldDecl, Import, MapEntry, MethodDecl, Modifier, Modifiers,
    Name, Param, Pos, Script, Stmt, StmtKind, Type, UnaryOp, Variable,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

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
pub(crate) fn expression() -> impl Strategy<Value = Expr> {
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

fn argument(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Arg> {
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

fn params(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Vec<Param>> {
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

fn block(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Block> {
    vec(simple(inner), 0..3).boxed()
}

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

/// A statement without statements in it.
fn simple(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Stmt> {
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
fn statement() -> impl Strategy<Value = Stmt> {
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

fn method(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = MethodDecl> {
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
fn class_body(inner: BoxedStrategy<Expr>) -> BoxedStrategy<ClassDecl> {
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

fn class() -> impl Strategy<Value = ClassDecl> {
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
