//! Writes a tree as Groovy source, which parses to the same tree.
//!
//! Parentheses stand wherever the grammar could read a text without them differently; the result
//! is right rather than pretty.

mod classes;
mod expressions;
mod statements;
mod texts;

use crate::ast::{Annotation, Import, Modifier, Modifiers, Script, Type};
pub(crate) use expressions::binary as sign;

/// A script as source text, with classes and methods before its statements.
#[must_use]
pub fn print(script: &Script) -> String {
    let mut printer = Printer::default();
    printer.script(script);
    printer.out
}

#[derive(Debug, Default)]
struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Begins a line.
    fn line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n("    ", self.indent));
    }

    /// `items`, printed one by one, with commas between them.
    fn joined<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            print(self, item);
        }
    }

    /// `{`, what `print` writes, `}`.
    fn braces(&mut self, print: impl FnOnce(&mut Self)) {
        self.push("{");
        self.indent += 1;
        print(self);
        self.indent -= 1;
        self.line();
        self.push("}");
    }

    fn script(&mut self, script: &Script) {
        if let Some(package) = &script.package {
            self.push(&format!("package {package}"));
        }
        for import in &script.imports {
            self.import(import);
        }
        for class in &script.classes {
            self.line();
            self.class(class);
        }
        for method in &script.methods {
            self.line();
            self.method(method);
        }
        self.statements(&script.body);
        self.push("\n");
    }

    fn import(&mut self, import: &Import) {
        self.line();
        for annotation in &import.annotations {
            self.annotation(annotation);
            self.push(" ");
        }
        self.push(if import.is_static {
            "import static "
        } else {
            "import "
        });
        self.push(&import.name);
        if import.star {
            self.push(".*");
        }
        if let Some(alias) = &import.alias {
            self.push(&format!(" as {alias}"));
        }
    }

    /// Modifiers and annotations, each with a blank behind it.
    fn modifiers(&mut self, modifiers: &Modifiers) {
        for annotation in &modifiers.annotations {
            self.annotation(annotation);
            self.push(" ");
        }
        for word in &modifiers.words {
            self.push(modifier(*word));
            self.push(" ");
        }
    }

    fn annotation(&mut self, annotation: &Annotation) {
        self.push("@");
        self.push(&annotation.name);
        if annotation.members.is_empty() {
            return;
        }
        self.push("(");
        self.joined(&annotation.members, |printer, (key, value)| {
            printer.push(key);
            printer.push(" = ");
            printer.operand(value);
        });
        self.push(")");
    }

    fn ty(&mut self, ty: &Type) {
        self.push(&ty.name);
        let wildcard = ty.name == "?";
        if let Some((first, more)) = ty.args.split_first().filter(|_| wildcard) {
            self.bounds(first, more);
        } else if !ty.args.is_empty() {
            self.push("<");
            self.joined(&ty.args, Self::ty);
            self.push(">");
        }
        for _ in 0..ty.dims {
            self.push("[]");
        }
    }

    fn bounds(&mut self, first: &Type, more: &[Type]) {
        self.push(" extends ");
        self.ty(first);
        for bound in more {
            self.push(" & ");
            self.ty(bound);
        }
    }

    /// Declared type parameters.
    fn generics(&mut self, generics: &[Type]) {
        if generics.is_empty() {
            return;
        }
        self.push("<");
        self.joined(generics, |printer, parameter| {
            printer.push(&parameter.name);
            if let Some((first, more)) = parameter.args.split_first() {
                printer.bounds(first, more);
            }
        });
        self.push(">");
    }
}

fn modifier(word: Modifier) -> &'static str {
    match word {
        Modifier::Def => "def",
        Modifier::Static => "static",
        Modifier::Final => "final",
        Modifier::Abstract => "abstract",
        Modifier::Public => "public",
        Modifier::Protected => "protected",
        Modifier::Private => "private",
        Modifier::Synchronized => "synchronized",
        Modifier::Native => "native",
        Modifier::Transient => "transient",
        Modifier::Volatile => "volatile",
        Modifier::Strictfp => "strictfp",
    }
}
