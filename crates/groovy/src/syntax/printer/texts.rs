//! Texts in quotes.

use super::Printer;
use crate::ast::{Expr, ExprKind};
use std::fmt::Write;

impl Printer {
    /// A text without values.
    pub(super) fn text(&mut self, text: &str) {
        self.push("'");
        self.escaped(text);
        self.push("'");
    }

    /// The inside of a text: everything that could end it, begin a value or not be seen is
    /// escaped.
    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\'' | '"' | '\\' | '$' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '\n' => self.push("\\n"),
                '\r' => self.push("\\r"),
                '\t' => self.push("\\t"),
                '\u{8}' => self.push("\\b"),
                '\u{c}' => self.push("\\f"),
                // an octal escape, as `\uXXXX` would be resolved before the text is read
                c if c < ' ' => self.octal(c),
                c => self.out.push(c),
            }
        }
    }

    fn octal(&mut self, c: char) {
        // writing into a String cannot fail
        let _infallible = write!(self.out, "\\{:03o}", u32::from(c));
    }

    pub(super) fn gstring(&mut self, strings: &[String], values: &[Expr]) {
        self.push("\"");
        let mut values = values.iter();
        for text in strings {
            self.escaped(text);
            if let Some(value) = values.next() {
                self.value_in_text(value);
            }
        }
        self.push("\"");
    }

    fn value_in_text(&mut self, value: &Expr) {
        self.push("$");
        if let ExprKind::Closure {
            params: Some(params),
            body,
        } = &value.kind
        {
            self.closure(Some(params), body);
            return;
        }
        self.push("{");
        self.statement_expression(value);
        self.push("}");
    }
}
