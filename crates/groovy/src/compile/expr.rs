//! Expressions.

use num_bigint::BigInt;

use super::scope::FunctionKind;
use super::{Compiler, RED_ZONE, STACK};
use crate::ast::{self, Arg, BinaryOp, ExprKind, MapEntry, UnaryOp};
use crate::code::{
    Call, CallFree, Const, Construct, Entry, Expr, Function, Home, Index, MakeClosure, Name, New,
    NewArray, Param, Place, Property, StmtKind, Text, TypeRef,
};
use crate::decimal::Decimal;

/// How deep expressions may stand in each other before more stack is asked for.
const DEEP: u32 = 24;

impl Compiler<'_> {
    pub(super) fn exprs(&mut self, exprs: &[ast::Expr]) -> Box<[Expr]> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn pair(&mut self, a: &ast::Expr, b: &ast::Expr) -> Box<(Expr, Expr)> {
        Box::new((self.expr(a), self.expr(b)))
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        self.nesting += 1;
        let deep = self.nesting.is_multiple_of(DEEP);
        let compiled = stacker::maybe_grow(RED_ZONE, STACK, || self.expr_here(expr));
        self.nesting -= 1;
        if deep {
            return Expr::Deep(Box::new(compiled));
        }
        compiled
    }

    fn expr_here(&mut self, expr: &ast::Expr) -> Expr {
        let compiled = match &expr.kind {
            ExprKind::Null => return Expr::Null,
            ExprKind::Bool(yes) => return Expr::Bool(*yes),
            ExprKind::Int(n) => return Expr::Int(*n),
            ExprKind::Long(n) => return Expr::Long(*n),
            ExprKind::Float(n) => return Expr::Float(*n),
            ExprKind::Double(n) => return Expr::Double(*n),
            ExprKind::BigInteger(digits) => {
                let number = digits.parse::<BigInt>().unwrap_or_default();
                return Expr::Const(self.constant(Const::BigInteger(number)));
            }
            ExprKind::Decimal(digits) => {
                return Expr::Const(self.constant(Const::Decimal(decimal(digits))));
            }
            ExprKind::Str(text) => return Expr::Const(self.string(text)),
            ExprKind::GString { strings, values } => Expr::GString(Box::new(Text {
                strings: strings.iter().map(Into::into).collect(),
                values: self.exprs(values),
            })),
            ExprKind::List(items) => Expr::List(self.exprs(items)),
            ExprKind::Map(entries) => Expr::Map(self.entries(entries)),
            ExprKind::Range {
                from,
                to,
                inclusive,
            } => Expr::Range {
                ends: self.pair(from, to),
                inclusive: *inclusive,
            },
            ExprKind::Name(name) => self.variable(expr, name),
            ExprKind::This | ExprKind::Super => Expr::This,
            ExprKind::TypeName(ty) => Expr::Class(self.used_type(ty)),
            ExprKind::Property { .. } => self.property(expr),
            ExprKind::MethodPointer { object, name } => {
                Expr::MethodPointer(Box::new((self.expr(object), self.member(name))))
            }
            ExprKind::Index { object, args } => Expr::Index(Box::new(self.index(object, args))),
            ExprKind::Call { .. } => self.call(expr),
            ExprKind::ConstructorCall { .. } => Expr::Null,
            ExprKind::New { ty, args, body } => self.new_object(expr.at, ty, args, body.as_deref()),
            ExprKind::NewArray {
                element,
                sizes,
                dims,
                init,
            } => self.new_array(element, sizes, *dims, init.as_deref()),
            ExprKind::Closure { params, body } => {
                self.closure(expr.at.line, params.as_deref(), body)
            }
            _ => self.operator(expr),
        };
        match expr.kind {
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Ternary { .. } => compiled,
            _ => self.noted(expr.at.column, compiled),
        }
    }

    /// Notes the value for the message of an `assert`, when in one.
    fn noted(&self, column: u32, compiled: Expr) -> Expr {
        if self.noting {
            return Expr::Note(column, Box::new(compiled));
        }
        compiled
    }

    fn operator(&mut self, expr: &ast::Expr) -> Expr {
        match &expr.kind {
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Step { up, prefix, target } => Expr::Step {
                up: *up,
                prefix: *prefix,
                place: Box::new(self.place(target)),
            },
            ExprKind::Binary { op, left, right } => {
                let both = self.pair(left, right);
                match op {
                    BinaryOp::And => Expr::And(both),
                    BinaryOp::Or => Expr::Or(both),
                    op => Expr::Binary(*op, both),
                }
            }
            ExprKind::Assign { op, target, value } => {
                let place = self.place(target);
                let both = Box::new((place, self.expr(value)));
                match op {
                    Some(op) => Expr::Update(*op, both),
                    None => Expr::Assign(both),
                }
            }
            ExprKind::MultiAssign { targets, value } => {
                let value = self.expr(value);
                let places = targets.iter().map(|target| self.place(target)).collect();
                Expr::MultiAssign(Box::new((places, value)))
            }
            ExprKind::Ternary {
                cond,
                then,
                otherwise,
            } => Expr::Ternary(Box::new((
                self.expr(cond),
                self.expr(then),
                self.expr(otherwise),
            ))),
            ExprKind::Elvis { value, otherwise } => Expr::Elvis(self.pair(value, otherwise)),
            ExprKind::Cast { ty, value } => {
                let value = self.boxed(value);
                Expr::Cast(self.used_type(ty), value)
            }
            ExprKind::As { ty, value } => {
                let value = self.boxed(value);
                Expr::As(self.used_type(ty), value)
            }
            ExprKind::InstanceOf { ty, value } => {
                let value = self.boxed(value);
                let ty = self.type_ref(ty);
                Expr::InstanceOf(self.type_id(ty), value)
            }
            ExprKind::Spread(value) => Expr::Spread(self.boxed(value)),
            _ => Expr::Null,
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &ast::Expr) -> Expr {
        let value = self.expr(operand);
        match (op, value) {
            (UnaryOp::Not, value) => Expr::Not(Box::new(value)),
            (UnaryOp::Minus, Expr::Int(n)) => Expr::Int(n.wrapping_neg()),
            (UnaryOp::Minus, Expr::Long(n)) => Expr::Long(n.wrapping_neg()),
            (op, value) => Expr::Unary(op, Box::new(value)),
        }
    }

    fn entries(&mut self, entries: &[MapEntry]) -> Box<[Entry]> {
        entries.iter().map(|entry| self.entry(entry)).collect()
    }

    fn entry(&mut self, entry: &MapEntry) -> Entry {
        match entry {
            MapEntry::Pair(key, value) => Entry::Pair(self.expr(key), self.expr(value)),
            MapEntry::Spread(map) => Entry::Spread(self.expr(map)),
        }
    }

    /// A name that stands alone.
    pub(super) fn variable(&mut self, expr: &ast::Expr, name: &str) -> Expr {
        if let Some(variable) = self.local(name) {
            return home(variable.home);
        }
        if self.in_closure() {
            match name {
                "owner" => return Expr::Owner,
                "delegate" => return Expr::Delegate,
                "thisObject" => return Expr::This,
                _ => {}
            }
        }
        if let Some(field) = self.field(name) {
            return field;
        }
        if let Some((class, member)) = self.static_import(name) {
            let ty = self.type_id(class);
            let name = self.name(&member);
            return Expr::Property(Box::new(Property {
                object: Expr::Class(ty),
                name: Name::Fixed(name),
                access: ast::Access::Plain,
                attribute: false,
            }));
        }
        if let Some(class) = self.class_named(name) {
            return Expr::Class(self.type_id(class));
        }
        if self.is_imported(name) {
            let full = self.full_name(name);
            self.finding(expr.at, format!("class {full} is not available"));
            return Expr::Class(self.type_id(TypeRef::Unknown(full)));
        }
        Expr::Variable(self.name(name))
    }

    /// A field of the class around, when the name means one.
    fn field(&mut self, name: &str) -> Option<Expr> {
        let id = self.unit.id(name)?;
        let own = self.class();
        let mut around = Some(own);
        while let Some(class) = around {
            let def = self.unit.classes.get(class as usize)?;
            if let Some(at) = def.statics.iter().position(|field| field.name == id) {
                return Some(Expr::Static(class, super::number(at)));
            }
            around = def.outer;
        }
        if self.in_closure() || self.in_static() {
            return None;
        }
        let def = self.unit.classes.get(own as usize)?;
        let at = def.fields.iter().position(|field| field.name == id)?;
        Some(Expr::Field(own, super::number(at)))
    }

    /// `a.b`, unless it is the full name of a class.
    fn property(&mut self, expr: &ast::Expr) -> Expr {
        if let Some(class) = self.qualified(expr) {
            return Expr::Class(class);
        }
        if let Some(field) = self.own_field(expr) {
            return field;
        }
        match self.property_parts(expr) {
            Some(property) => Expr::Property(Box::new(property)),
            None => Expr::Null,
        }
    }

    /// `this.name` in the class that declares the field.
    fn own_field(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let ExprKind::Property {
            object,
            name,
            access: ast::Access::Plain,
            ..
        } = &expr.kind
        else {
            return None;
        };
        match &**name {
            ast::Name::Fixed(name) if object.kind == ExprKind::This => self.field(name),
            _ => None,
        }
    }

    fn property_parts(&mut self, expr: &ast::Expr) -> Option<Property> {
        let ExprKind::Property {
            object,
            name,
            access,
            attribute,
        } = &expr.kind
        else {
            return None;
        };
        Some(Property {
            object: self.expr(object),
            name: self.member(name),
            access: *access,
            attribute: *attribute,
        })
    }

    /// The class whose full name is written as a chain of properties.
    fn qualified(&mut self, expr: &ast::Expr) -> Option<u32> {
        let name = dotted(expr)?;
        let (root, rest) = name.split_once('.')?;
        if self.local(root).is_some() {
            return None;
        }
        if let Some(class) = self.class_named(&name) {
            return Some(self.type_id(class));
        }
        if rest == "class" || name.ends_with(".class") {
            let class = self.class_named(name.trim_end_matches(".class"))?;
            return Some(self.type_id(class));
        }
        let is_package = |part: &str| part.chars().all(|c| c.is_lowercase() || c.is_numeric());
        let (package, last) = name.rsplit_once('.')?;
        let known_root = ["com", "org", "java", "javax", "groovy", "net", "io", "de"];
        let unknown = known_root.contains(&root)
            && package.split('.').all(is_package)
            && last.starts_with(char::is_uppercase);
        if !unknown {
            return None;
        }
        self.finding(expr.at, format!("class {name} is not available"));
        Some(self.type_id(TypeRef::Unknown(name.into())))
    }

    fn member(&mut self, name: &ast::Name) -> Name {
        match name {
            ast::Name::Fixed(name) => Name::Fixed(self.name(name)),
            ast::Name::Computed(expr) => Name::Computed(self.expr(expr)),
        }
    }

    fn index(&mut self, object: &ast::Expr, args: &[ast::Expr]) -> Index {
        Index {
            object: self.expr(object),
            args: self.exprs(args),
        }
    }

    fn call(&mut self, expr: &ast::Expr) -> Expr {
        let ExprKind::Call {
            object,
            name,
            args,
            access,
        } = &expr.kind
        else {
            return Expr::Null;
        };
        let line = expr.at.line;
        let Some(object) = object else {
            return self.call_free(line, name, args);
        };
        let call_super = object.kind == ExprKind::Super;
        let object = self.expr(object);
        let name = self.member(name);
        if let (Expr::Class(ty), Name::Fixed(member)) = (&object, &name) {
            self.check_static(expr.at, *ty, *member);
        }
        let args = self.args(args);
        if call_super {
            return Expr::CallSuper(Box::new(CallFree {
                line,
                name,
                args,
                imported: None,
            }));
        }
        Expr::Call(Box::new(Call {
            line,
            object,
            name,
            access: *access,
            args,
        }))
    }

    /// `f(x)`: a local variable is called; everything else is looked up when it runs.
    fn call_free(&mut self, line: u32, name: &ast::Name, args: &[Arg]) -> Expr {
        let mut imported = None;
        if let ast::Name::Fixed(name) = name {
            if let Some(variable) = self.local(name) {
                let call = self.name("call");
                return Expr::Call(Box::new(Call {
                    line,
                    object: home(variable.home),
                    name: Name::Fixed(call),
                    access: ast::Access::Plain,
                    args: self.args(args),
                }));
            }
            if let Some((class, member)) = self.static_import(name) {
                imported = Some((self.type_id(class), self.name(&member)));
            }
        }
        let name = self.member(name);
        let args = self.args(args);
        Expr::CallFree(Box::new(CallFree {
            line,
            name,
            args,
            imported,
        }))
    }

    /// A static member that a known class does not have is a finding.
    fn check_static(&mut self, at: ast::Pos, ty: u32, member: u32) {
        let Some(TypeRef::Native(class)) = self.unit.types.get(ty as usize) else {
            return;
        };
        let class = class.0;
        let name = self.unit.name(member).to_owned();
        let known = class.static_method(&name).is_some()
            || crate::library::object::CLASS.method(&name).is_some()
            || class.constant(&name).is_some();
        if !known {
            self.finding(at, format!("{}.{name}() is not available", class.name));
        }
    }

    /// Arguments: the named ones together are one map, the first.
    pub(super) fn args(&mut self, args: &[Arg]) -> Box<[Expr]> {
        let mut named = Vec::new();
        let mut plain = Vec::new();
        for arg in args {
            match arg {
                Arg::Plain(expr) => plain.push(self.expr(expr)),
                Arg::Named(entry) => named.push(self.entry(entry)),
            }
        }
        if !named.is_empty() {
            plain.insert(0, Expr::Map(named.into()));
        }
        plain.into()
    }

    pub(super) fn construct(&mut self, to_super: bool, args: &[Arg]) -> StmtKind {
        let args = self.args(args);
        StmtKind::Construct(Box::new(Construct { to_super, args }))
    }

    fn new_object(
        &mut self,
        at: ast::Pos,
        ty: &ast::Type,
        args: &[Arg],
        body: Option<&ast::ClassDecl>,
    ) -> Expr {
        let args = self.args(args);
        let (ty, captures) = match body {
            None => (self.used_type(ty), Box::default()),
            Some(body) => {
                let (id, captures) = self.anonymous_class(ty, body);
                (self.type_id(TypeRef::Script(id)), Self::homes(captures))
            }
        };
        Expr::New(Box::new(New {
            line: at.line,
            ty,
            args,
            captures,
            constant: None,
        }))
    }

    fn new_array(
        &mut self,
        element: &ast::Type,
        sizes: &[ast::Expr],
        dims: u8,
        init: Option<&[ast::Expr]>,
    ) -> Expr {
        let element = self.type_ref(element);
        let array = (0..dims.max(1)).fold(element, |of, _| TypeRef::Array(Box::new(of)));
        let ty = self.type_id(array);
        let sizes = self.exprs(sizes);
        let init = init.map(|init| self.exprs(init));
        Expr::NewArray(Box::new(NewArray { ty, sizes, init }))
    }

    fn closure(&mut self, line: u32, params: Option<&[ast::Param]>, body: &ast::Block) -> Expr {
        let noting = std::mem::take(&mut self.noting);
        let is_static = self.in_static();
        let shared = Self::shared(params.unwrap_or_default(), body);
        self.enter_function(FunctionKind::Closure, is_static, shared);
        let compiled = match params {
            Some(params) => self.params(params),
            None => {
                let home = self.declare("it", None);
                Box::new([Param {
                    home,
                    ty: None,
                    default: None,
                }])
            }
        };
        let varargs = params.is_some_and(|params| self.takes_many(params));
        let code = self.statements(body, true);
        let function = Function {
            name: "doCall".into(),
            class_name: Default::default(),
            file: self.file,
            line,
            class: self.class(),
            params: compiled,
            varargs,
            implicit_it: params.is_none(),
            is_static,
            is_abstract: false,
            returns: None,
            locals: 0,
            cells: 0,
            body: code,
        };
        let (function, captures) = self.leave_function(function);
        if let Some(around) = self.functions.last_mut() {
            around.closures.push(function);
        }
        self.noting = noting;
        Expr::Closure(Box::new(MakeClosure {
            function,
            captures: Self::homes(captures),
        }))
    }

    /// Whether the last parameter is an array, which takes all further arguments.
    pub(super) fn takes_many(&self, params: &[ast::Param]) -> bool {
        let last = params.last();
        last.is_some_and(|last| last.varargs || last.ty.as_ref().is_some_and(|ty| ty.dims > 0))
    }

    fn property_place(&mut self, target: &ast::Expr) -> Place {
        match self.property_parts(target) {
            Some(property) => Place::Property(property),
            None => Place::Nowhere(Expr::Null),
        }
    }

    /// What an expression means as the target of an assignment.
    fn place(&mut self, target: &ast::Expr) -> Place {
        match &target.kind {
            ExprKind::Name(name) => {
                if let Some(variable) = self.local(name) {
                    return Place::Home(variable.home, variable.ty);
                }
                match self.field(name) {
                    Some(Expr::Field(class, at)) => Place::Field(class, at),
                    Some(Expr::Static(class, at)) => Place::Static(class, at),
                    _ => Place::Variable(self.name(name)),
                }
            }
            ExprKind::Property { .. } => match self.own_field(target) {
                Some(Expr::Field(class, at)) => Place::Field(class, at),
                Some(Expr::Static(class, at)) => Place::Static(class, at),
                _ => self.property_place(target),
            },
            ExprKind::Index { object, args } => Place::Index(self.index(object, args)),
            _ => Place::Nowhere(self.expr(target)),
        }
    }
}

pub(super) fn home(home: Home) -> Expr {
    match home {
        Home::Local(slot) => Expr::Local(slot),
        Home::Cell(slot) => Expr::Cell(slot),
        Home::Captured(slot) => Expr::Captured(slot),
    }
}

/// `a.b.c` as text, when it is nothing else.
fn dotted(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Property {
            object,
            name,
            access: ast::Access::Plain,
            attribute: false,
        } => match &**name {
            ast::Name::Fixed(name) => Some(format!("{}.{name}", dotted(object)?)),
            ast::Name::Computed(_) => None,
        },
        _ => None,
    }
}

/// The number that `1.50` or `1e3` writes.
fn decimal(text: &str) -> Decimal {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}").parse::<BigInt>();
    let exponent = exponent.parse::<i32>().unwrap_or_default();
    let scale = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    Decimal::new(digits.unwrap_or_default(), scale.saturating_sub(exponent))
}
