//! Classes and methods.

use super::Printer;
use crate::ast::{ClassDecl, ClassKind, EnumConstant, FieldDecl, MethodDecl, Type};

impl Printer {
    pub(super) fn class(&mut self, class: &ClassDecl) {
        self.modifiers(&class.modifiers);
        self.push(match class.kind {
            ClassKind::Class => "class ",
            ClassKind::Interface => "interface ",
            ClassKind::Enum => "enum ",
            ClassKind::Annotation => "@interface ",
            ClassKind::Trait => "trait ",
        });
        self.push(&class.name);
        self.generics(&class.generics);
        if let Some(superclass) = &class.superclass {
            self.types(" extends ", std::slice::from_ref(superclass));
        }
        let word = if class.kind == ClassKind::Interface {
            " extends "
        } else {
            " implements "
        };
        self.types(word, &class.interfaces);
        self.push(" ");
        self.class_body(class);
    }

    /// `word A, B`, unless there are none.
    fn types(&mut self, word: &str, types: &[Type]) {
        if !types.is_empty() {
            self.push(word);
            self.joined(types, Self::ty);
        }
    }

    pub(super) fn class_body(&mut self, class: &ClassDecl) {
        self.braces(|printer| {
            if class.kind == ClassKind::Enum {
                printer.line();
                printer.joined(&class.constants, Self::constant);
                printer.push(";");
            }
            for field in &class.fields {
                printer.field(field);
            }
            for (is_static, body) in &class.initializers {
                // a block on a line of its own would belong to the field before it
                printer.push(";");
                printer.line();
                printer.push(if *is_static { "static " } else { "" });
                printer.block(body);
            }
            for method in class.constructors.iter().chain(&class.methods) {
                printer.line();
                printer.method(method);
            }
            for inner in &class.classes {
                printer.line();
                printer.class(inner);
            }
        });
    }

    fn constant(&mut self, constant: &EnumConstant) {
        self.push(&constant.name);
        if !constant.args.is_empty() {
            self.args(&constant.args);
        }
        if let Some(body) = &constant.body {
            self.push(" ");
            self.class_body(body);
        }
    }

    fn field(&mut self, field: &FieldDecl) {
        self.line();
        self.modifiers(&field.modifiers);
        self.typed_name(field.ty.as_ref(), &field.name);
        self.initial(field.init.as_ref());
    }

    pub(super) fn method(&mut self, method: &MethodDecl) {
        self.modifiers(&method.modifiers);
        if !method.generics.is_empty() {
            self.generics(&method.generics);
            self.push(" ");
        }
        self.typed_name(method.returns.as_ref(), "");
        self.called(&method.name);
        self.push("(");
        self.joined(&method.params, Self::param);
        self.push(")");
        self.types(" throws ", &method.throws);
        if let Some(body) = &method.body {
            self.push(" ");
            self.block(body);
        }
    }
}
