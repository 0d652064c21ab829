//! Classes, their members, and the script itself, which is a class too.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::closures::Made;
use super::names::Imports;
use super::scope::FunctionKind;
use super::{Compiler, Source, number};
use crate::ast::{
    self, ClassDecl, ClassKind, FieldDecl, MethodDecl, Modifier, Modifiers, StmtKind as Ast,
};
use crate::code::{
    ClassDef, ClassId, Derives, Expr, FieldDef, Function, FunctionId, Home, Kind, NativeClass, New,
    Place, Stmt, StmtKind, TypeRef,
};
use crate::library::script;

/// Annotations without effect on what a script computes.
const HARMLESS: [&str; 9] = [
    "Field",
    "Override",
    "Deprecated",
    "SuppressWarnings",
    "CompileStatic",
    "CompileDynamic",
    "TypeChecked",
    "FunctionalInterface",
    "SafeVarargs",
];

impl Compiler<'_> {
    /// Makes the names of the classes of a file known.
    pub(super) fn register(&mut self, source: &Source, file: u32) {
        self.unit.files.push(source.name.clone());
        self.file = file;
        let package = source.script.package.as_deref();
        let qualify = |name: &str| match package {
            Some(package) => format!("{package}.{name}"),
            None => name.to_owned(),
        };
        let script = self.add_class(&qualify(&class_name(&source.name)), Kind::Script, None);
        self.scripts.push(script);
        for class in &source.script.classes {
            self.register_class(class, &qualify(&class.name), None);
        }
    }

    fn register_class(&mut self, class: &ClassDecl, name: &str, outer: Option<ClassId>) -> ClassId {
        let kind = match class.kind {
            ClassKind::Interface | ClassKind::Annotation => Kind::Interface,
            ClassKind::Enum => Kind::Enum,
            ClassKind::Class | ClassKind::Trait => Kind::Class,
        };
        let id = self.add_class(name, kind, outer);
        for inner in &class.classes {
            self.register_class(inner, &format!("{name}${}", inner.name), Some(id));
        }
        id
    }

    fn add_class(&mut self, name: &str, kind: Kind, outer: Option<ClassId>) -> ClassId {
        let id = number(self.unit.classes.len());
        self.declared.insert(name.into(), id);
        self.unit.classes.push(ClassDef {
            name: name.into(),
            kind,
            is_abstract: kind == Kind::Interface,
            superclass: None,
            interfaces: Vec::new(),
            fields: Vec::new(),
            statics: Vec::new(),
            methods: HashMap::default(),
            constructors: Vec::new(),
            init: None,
            static_init: None,
            constants: Vec::new(),
            outer,
            inner: false,
            derives: Derives::default(),
        });
        id
    }

    fn def(&mut self, id: ClassId) -> Option<&mut ClassDef> {
        self.unit.classes.get_mut(id as usize)
    }

    /// Compiles a file.
    pub(super) fn file(&mut self, source: &Source, file: u32) {
        self.file = file;
        self.imports = Imports::of(&source.script);
        let Some(script) = self.scripts.get(file as usize).copied() else {
            return;
        };
        let ids: Vec<ClassId> = source
            .script
            .classes
            .iter()
            .filter_map(|class| match self.class_named(&class.name) {
                Some(TypeRef::Script(id)) => Some(id),
                _ => None,
            })
            .collect();
        for (class, id) in source.script.classes.iter().zip(&ids) {
            self.declare_class(class, *id);
        }
        self.script(&source.script, script);
        for (class, id) in source.script.classes.iter().zip(&ids) {
            self.members(class, *id);
        }
    }

    fn script(&mut self, script: &ast::Script, id: ClassId) {
        let base = TypeRef::Native(NativeClass(&script::SCRIPT));
        if let Some(def) = self.def(id) {
            def.superclass = Some(base);
        }
        let fields = script_fields(script);
        for field in &fields {
            self.declare_field(id, field, false);
        }
        self.enter_class(id);
        let body = MethodDecl {
            at: script
                .body
                .first()
                .map(|first| first.at)
                .unwrap_or_default(),
            modifiers: Modifiers::default(),
            returns: None,
            name: "run".to_owned(),
            generics: Vec::new(),
            params: Vec::new(),
            throws: Vec::new(),
            body: Some(script.body.clone()),
        };
        self.initializer(id, &fields, false);
        self.method(id, &body);
        for method in &script.methods {
            self.method(id, method);
        }
        self.classes.pop();
    }

    /// Makes the fields and supers of a class and of those inside it known.
    fn declare_class(&mut self, class: &ClassDecl, id: ClassId) {
        self.enter_class(id);
        let superclass = class.superclass.as_ref().map(|ty| self.super_type(ty));
        let interfaces = class.interfaces.iter().map(|ty| self.super_type(ty));
        let interfaces = interfaces.collect();
        let derives = self.annotations(&class.modifiers);
        let name = self
            .unit
            .classes
            .get(id as usize)
            .map(|def| def.name.clone());
        let constants: Vec<_> = class
            .constants
            .iter()
            .map(|one| self.name(&one.name))
            .collect();
        let is_static = class.modifiers.has(Modifier::Static) || class.kind != ClassKind::Class;
        if let Some(def) = self.def(id) {
            def.superclass = superclass;
            def.interfaces = interfaces;
            def.derives = derives;
            def.is_abstract |= class.modifiers.has(Modifier::Abstract);
            def.inner = def.outer.is_some() && !is_static;
            def.statics = constants
                .iter()
                .map(|name| FieldDef {
                    name: *name,
                    ty: None,
                    is_final: true,
                    property: true,
                })
                .collect();
            def.constants = constants;
        }
        let all_static = class.kind == ClassKind::Interface;
        for field in &class.fields {
            self.declare_field(id, field, all_static);
        }
        for inner in &class.classes {
            let inner_name = format!("{}${}", name.as_deref().unwrap_or_default(), inner.name);
            if let Some(inner_id) = self.declared.get(inner_name.as_str()).copied() {
                self.declare_class(inner, inner_id);
            }
        }
        self.classes.pop();
    }

    /// Takes superclasses away that lead back to their class.
    pub(super) fn cut_circles(&mut self) {
        for id in 0..self.unit.classes.len() {
            let mut seen = vec![id];
            let mut above = self.above(id);
            while let Some(class) = above {
                if seen.contains(&class) {
                    let message = "the class is its own superclass";
                    self.finding(ast::Pos::default(), message);
                    if let Some(def) = self.unit.classes.get_mut(id) {
                        def.superclass = None;
                    }
                    break;
                }
                seen.push(class);
                above = self.above(class);
            }
        }
    }

    fn above(&self, id: usize) -> Option<usize> {
        match self.unit.classes.get(id)?.superclass {
            Some(TypeRef::Script(above)) => Some(above as usize),
            _ => None,
        }
    }

    fn super_type(&mut self, ty: &ast::Type) -> TypeRef {
        let found = self.type_ref(ty);
        if let TypeRef::Unknown(name) = &found {
            let what = format!("class {name} is not available");
            self.finding(ty.at, what);
        }
        found
    }

    fn annotations(&mut self, modifiers: &Modifiers) -> Derives {
        let mut derives = Derives::default();
        for annotation in &modifiers.annotations {
            match annotation.name.rsplit('.').next().unwrap_or_default() {
                "ToString" => {
                    derives.to_string = true;
                    derives.names = annotation.members.iter().any(|(name, value)| {
                        name == "includeNames" && value.kind == ast::ExprKind::Bool(true)
                    });
                }
                "EqualsAndHashCode" => derives.equals = true,
                "TupleConstructor" => derives.tuple = true,
                "Canonical" | "Immutable" => {
                    derives = Derives {
                        equals: true,
                        to_string: true,
                        tuple: true,
                        names: false,
                    };
                }
                name if HARMLESS.contains(&name) => {}
                name => {
                    let what = format!("the annotation @{name} has no effect");
                    self.finding(annotation.at, what);
                }
            }
        }
        derives
    }

    fn declare_field(&mut self, id: ClassId, field: &FieldDecl, all_static: bool) {
        self.annotations(&field.modifiers);
        let hidden = [Modifier::Private, Modifier::Public, Modifier::Protected];
        let def = FieldDef {
            name: self.name(&field.name),
            ty: self.declared_type(field.ty.as_ref()),
            is_final: field.modifiers.has(Modifier::Final),
            property: !hidden.iter().any(|word| field.modifiers.has(*word)),
        };
        let is_static = all_static || field.modifiers.has(Modifier::Static);
        if let Some(class) = self.def(id) {
            let fields = if is_static {
                &mut class.statics
            } else {
                &mut class.fields
            };
            fields.push(def);
        }
    }

    /// Compiles the members of a class and of those inside it.
    fn members(&mut self, class: &ClassDecl, id: ClassId) {
        self.enter_class(id);
        self.own_members(class, id);
        for inner in &class.classes {
            if let Some(TypeRef::Script(inner_id)) = self.class_named(&inner.name) {
                self.members(inner, inner_id);
            }
        }
        self.classes.pop();
    }

    fn own_members(&mut self, class: &ClassDecl, id: ClassId) {
        self.class_initializer(class, id, false);
        self.class_initializer(class, id, true);
        for method in &class.methods {
            self.method(id, method);
        }
        for constructor in &class.constructors {
            let function = self.function(constructor, false, false);
            if let Some(def) = self.def(id) {
                def.constructors.push(function);
            }
        }
    }

    fn method(&mut self, id: ClassId, method: &MethodDecl) {
        self.annotations(&method.modifiers);
        let is_static = method.modifiers.has(Modifier::Static);
        let function = self.function(method, is_static, true);
        let name = self.name(&method.name);
        if let Some(def) = self.def(id) {
            def.methods.entry(name).or_default().push(function);
        }
    }

    /// Compiles a method or constructor; the last value of a method is what it returns.
    fn function(&mut self, method: &MethodDecl, is_static: bool, returns: bool) -> FunctionId {
        let empty = Vec::new();
        let body = method.body.as_ref().unwrap_or(&empty);
        let shared = Self::shared(&method.params, body);
        self.enter_function(FunctionKind::Method, is_static, shared);
        let params = self.params(&method.params);
        let void = method.returns.as_ref().is_some_and(|ty| ty.name == "void");
        let code = self.statements(body, returns && !void);
        let function = Function {
            name: method.name.as_str().into(),
            class_name: SmolStr::default(),
            file: self.file,
            line: method.at.line,
            class: self.class(),
            params,
            varargs: self.takes_many(&method.params),
            implicit_it: false,
            is_static,
            is_abstract: method.body.is_none(),
            returns: if void {
                None
            } else {
                self.declared_type(method.returns.as_ref())
            },
            locals: 0,
            cells: 0,
            body: code,
        };
        self.leave_function(function).0
    }

    /// Puts a compiled function into the unit; with it comes what it takes from around it.
    pub(super) fn leave_function(
        &mut self,
        mut function: Function,
    ) -> (FunctionId, Vec<(String, Home)>) {
        let mut captures = Vec::new();
        if let Some(scope) = self.functions.pop() {
            function.locals = scope.locals;
            function.cells = scope.cells;
            captures = scope.captures;
            self.made.push(Made {
                class: function.class,
                method: (scope.kind == FunctionKind::Method).then(|| function.name.clone()),
                closures: scope.closures,
            });
        }
        self.unit.functions.push(function);
        (number(self.unit.functions.len() - 1), captures)
    }

    fn class_initializer(&mut self, class: &ClassDecl, id: ClassId, is_static: bool) {
        let all_static = class.kind == ClassKind::Interface;
        let fields: Vec<FieldDecl> = class
            .fields
            .iter()
            .filter(|field| (all_static || field.modifiers.has(Modifier::Static)) == is_static)
            .cloned()
            .collect();
        let blocks = class
            .initializers
            .iter()
            .filter(|(of_class, _)| *of_class == is_static);
        let blocks: Vec<&ast::Block> = blocks.map(|(_, block)| block).collect();
        let whole: ast::Block = blocks
            .iter()
            .flat_map(|block| block.iter().cloned())
            .collect();
        let offset = if is_static { class.constants.len() } else { 0 };
        self.enter_initializer(&fields, &whole, is_static);
        let mut code = Vec::new();
        if is_static {
            self.constants(class, id, &mut code);
        }
        self.field_values(id, &fields, is_static, offset, &mut code);
        let statements = self.statements(&whole, false);
        code.extend(statements);
        self.leave_initializer(id, is_static, code);
    }

    fn initializer(&mut self, id: ClassId, fields: &[FieldDecl], is_static: bool) {
        self.enter_initializer(fields, &Vec::new(), is_static);
        let mut code = Vec::new();
        self.field_values(id, fields, is_static, 0, &mut code);
        self.leave_initializer(id, is_static, code);
    }

    fn enter_initializer(&mut self, fields: &[FieldDecl], body: &ast::Block, is_static: bool) {
        let values = fields.iter().filter_map(|field| field.init.clone());
        let mut all: ast::Block = values
            .map(|value| ast::Stmt {
                at: value.at,
                kind: Ast::Expr(value),
            })
            .collect();
        all.extend(body.iter().cloned());
        self.enter_function(FunctionKind::Method, is_static, Self::shared(&[], &all));
    }

    fn leave_initializer(&mut self, id: ClassId, is_static: bool, code: Vec<Stmt>) {
        let empty = code.is_empty();
        let function = Function {
            name: if is_static {
                "<clinit>".into()
            } else {
                "<init>".into()
            },
            class_name: SmolStr::default(),
            file: self.file,
            line: code.first().map_or(0, |first| first.line),
            class: id,
            params: Box::default(),
            varargs: false,
            implicit_it: false,
            is_static,
            is_abstract: false,
            returns: None,
            locals: 0,
            cells: 0,
            body: code.into(),
        };
        let (function, _) = self.leave_function(function);
        if empty {
            return;
        }
        if let Some(def) = self.def(id) {
            if is_static {
                def.static_init = Some(function);
            } else {
                def.init = Some(function);
            }
        }
    }

    fn field_values(
        &mut self,
        id: ClassId,
        fields: &[FieldDecl],
        is_static: bool,
        offset: usize,
        code: &mut Vec<Stmt>,
    ) {
        for (at, field) in fields.iter().enumerate() {
            let at = number(at + offset);
            let ty = self.declared_type(field.ty.as_ref());
            let value = match &field.init {
                Some(init) => Some(self.expr(init)),
                None => self.initial(ty),
            };
            let Some(value) = value else { continue };
            let place = if is_static {
                Place::Static(id, at)
            } else {
                Place::Field(id, at)
            };
            code.push(Stmt {
                line: field.at.line,
                kind: StmtKind::Expr(Expr::Assign(Box::new((place, value)))),
            });
        }
    }

    /// Makes the constants of an enum.
    fn constants(&mut self, class: &ClassDecl, id: ClassId, code: &mut Vec<Stmt>) {
        for (ordinal, constant) in class.constants.iter().enumerate() {
            let at = number(ordinal);
            let of = match &constant.body {
                Some(body) => self.constant_class(body, id),
                None => id,
            };
            let ty = self.type_id(TypeRef::Script(of));
            let name = self.string(&constant.name);
            let value = Expr::New(Box::new(New {
                line: constant.at.line,
                ty,
                args: self.args(&constant.args),
                captures: Box::default(),
                constant: Some((name, i32::try_from(ordinal).unwrap_or(i32::MAX))),
            }));
            code.push(Stmt {
                line: constant.at.line,
                kind: StmtKind::Expr(Expr::Assign(Box::new((Place::Static(id, at), value)))),
            });
        }
    }

    fn constant_class(&mut self, body: &ClassDecl, above: ClassId) -> ClassId {
        let id = self.add_anonymous();
        self.declare_class(body, id);
        if let Some(def) = self.def(id) {
            def.superclass = Some(TypeRef::Script(above));
            def.inner = false;
        }
        self.members(body, id);
        id
    }

    /// A class without a name, and what it takes from the function around it.
    pub(super) fn anonymous_class(
        &mut self,
        above: &ast::Type,
        body: &ClassDecl,
    ) -> (ClassId, Vec<(String, Home)>) {
        let above = self.super_type(above);
        let id = self.add_anonymous();
        self.declare_class(body, id);
        let is_interface = match &above {
            TypeRef::Native(class) => class.0.interface,
            TypeRef::Script(id) => {
                let class = self.unit.classes.get(*id as usize);
                class.is_some_and(|class| class.kind == Kind::Interface)
            }
            _ => true,
        };
        if let Some(def) = self.def(id) {
            def.inner = true;
            if is_interface {
                def.interfaces = vec![above];
            } else {
                def.superclass = Some(above);
            }
        }
        let noting = std::mem::take(&mut self.noting);
        self.enter_class(id);
        self.own_members(body, id);
        self.noting = noting;
        let scope = self.classes.pop();
        (id, scope.map(|scope| scope.captures).unwrap_or_default())
    }

    fn add_anonymous(&mut self) -> ClassId {
        let outer = self.class();
        let count = self.anonymous.entry(outer).or_default();
        *count += 1;
        let count = *count;
        let around = self.unit.classes.get(outer as usize);
        let around = around.map_or_else(SmolStr::default, |class| class.name.clone());
        self.add_class(&format!("{around}${count}"), Kind::Class, Some(outer))
    }
}

/// `@Field` declarations as fields of the class of the script.
fn script_fields(script: &ast::Script) -> Vec<FieldDecl> {
    let mut fields = Vec::new();
    for stmt in &script.body {
        let Ast::Declare(declarations) = &stmt.kind else {
            continue;
        };
        for one in declarations {
            if !one.modifiers.annotated("Field") {
                continue;
            }
            let field = |variable: &ast::Variable| FieldDecl {
                at: variable.at,
                modifiers: Modifiers {
                    annotations: Vec::new(),
                    words: one
                        .modifiers
                        .words
                        .iter()
                        .copied()
                        .filter(|word| *word != Modifier::Static)
                        .collect(),
                },
                ty: variable.ty.clone(),
                name: variable.name.clone(),
                init: one.init.clone(),
            };
            fields.extend(one.variables.iter().map(field));
        }
    }
    fields
}

/// The class of a script file: its name without folder and ending.
fn class_name(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.to_owned()
}
