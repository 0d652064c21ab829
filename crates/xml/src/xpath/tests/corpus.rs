//! The expressions of real flows, each on documents made to suit it.

use std::fmt::Write as _;

use super::super::lexer::{self, Token};
use super::super::*;
use super::outcome;
use crate::Source;
use crate::serialise::is_name_start;

const CORPUS: &str = include_str!("../../../testdata/xpath/corpus.txt");

/// The expressions with the prefixes that they use.
fn expressions() -> impl Iterator<Item = (&'static str, Namespaces)> {
    CORPUS.lines().map(|line| {
        let mut fields = line.split('\t');
        let expression = fields.next().unwrap_or_default();
        (
            expression,
            fields.filter_map(|pair| pair.split_once('=')).collect(),
        )
    })
}

#[test]
fn all_expressions_compile_and_most_are_fast() {
    let mut fast = 0;
    let mut all = 0;
    for (expression, namespaces) in expressions() {
        let xpath = XPath::compile(expression, &namespaces)
            .unwrap_or_else(|error| panic!("{expression}: {error}"));
        fast += usize::from(xpath.engine() == Engine::Fast);
        all += 1;
    }
    assert_eq!(all, 494);
    assert!(fast * 100 / all >= 94, "{fast} of {all} are fast");
}

#[test]
fn both_engines_agree_on_documents_made_to_suit() {
    let mut selected = 0;
    let mut all = 0;
    for (expression, namespaces) in expressions() {
        let xpath = XPath::compile(expression, &namespaces).expect(expression);
        let full = XPath::compile_for(Engine::Full, expression, &namespaces).expect(expression);
        let variables = |name: &str| Some(format!("value of {name}"));
        let shape = Shape::of(expression);
        let mut any = false;
        for variant in 0..3 {
            let text = shape.write(&namespaces, variant);
            let source = Source::from_text(text.as_str()).expect(&text);
            let document = source
                .document()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            let result = outcome(&xpath, &document, &variables);
            assert_eq!(
                result,
                outcome(&full, &document, &variables),
                "{expression} on {text}"
            );
            any |= result[1] == "true";
        }
        selected += usize::from(any);
        all += 1;
    }
    assert!(
        selected * 100 / all >= 90,
        "only {selected} of {all} select anything"
    );
}

/// An element of a document that an expression could select something from.
#[derive(Default)]
struct Element {
    prefix: Option<String>,
    name: String,
    text: Option<String>,
    attributes: Vec<String>,
    children: Vec<usize>,
}

/// Elements nested as the steps of an expression are; the first is the document itself.
struct Shape(Vec<Element>);

impl Shape {
    fn of(expression: &str) -> Self {
        let tokens: Vec<_> = lexer::tokens(expression)
            .expect("corpus expressions are valid")
            .into_iter()
            .map(|(_, token)| token)
            .collect();
        let mut shape = Self(vec![Element::default()]);
        let (mut at, mut stack, mut attribute) = (0, Vec::new(), false);
        for (index, token) in tokens.iter().enumerate() {
            let step = match index.checked_sub(1).map(|before| &tokens[before]) {
                None => true,
                Some(Token::Symbol(symbol)) => !matches!(*symbol, ")" | "]" | "." | ".."),
                Some(_) => false,
            };
            match token {
                Token::Symbol("[" | "(") => stack.push(at),
                Token::Symbol("]" | ")") => at = stack.pop().unwrap_or(0),
                Token::Symbol("/" | "//") if step => at = 0,
                Token::Symbol("@") => attribute = true,
                Token::Symbol("*") => at = shape.child(at, None, "any"),
                Token::Symbol(_) => {}
                Token::Text(text) => shape.set_text(text),
                Token::Number(text) => shape.set_text(text),
                Token::Variable(name) => shape.set_text(&format!("value of {name}")),
                Token::Name { .. } if !step => at = stack.last().copied().unwrap_or(0),
                Token::Name { local, .. } if tokens.get(index + 1) == Some(&Token::Symbol("(")) => {
                    if *local == "node" {
                        at = shape.child(at, None, "any");
                    }
                }
                Token::Name { local, .. } if attribute => {
                    attribute = false;
                    shape.0[at].attributes.push((*local).to_owned());
                }
                Token::Name { prefix, local } => at = shape.child(at, *prefix, local),
            }
            if matches!(token, Token::Symbol("=" | "!=" | ">" | "<" | "," | "|")) {
                at = stack.last().copied().unwrap_or(0);
            }
        }
        shape
    }

    fn child(&mut self, parent: usize, prefix: Option<&str>, name: &str) -> usize {
        let found = self.0[parent]
            .children
            .iter()
            .find(|child| self.0[**child].name == name);
        if let Some(child) = found {
            return *child;
        }
        self.0.push(Element {
            prefix: prefix.filter(|prefix| *prefix != "*").map(str::to_owned),
            name: name.to_owned(),
            ..Element::default()
        });
        let child = self.0.len() - 1;
        self.0[parent].children.push(child);
        child
    }

    fn set_text(&mut self, text: &str) {
        let last = self.0.last_mut().expect("the document is always there");
        if last.name == "any" && text.starts_with(is_name_start) {
            // As in `*[local-name() = 'x']`.
            text.clone_into(&mut last.name);
        } else {
            last.text = Some(text.to_owned());
        }
    }

    /// Variant 0 has everything once, 1 everything twice, 2 other text than the expression's.
    fn write(&self, namespaces: &Namespaces, variant: usize) -> String {
        let mut out = String::from("<x");
        for (prefix, uri) in namespaces.0.iter() {
            write!(out, " xmlns:{prefix}=\"{uri}\"").expect("writing to a string");
        }
        out.push('>');
        match self.0[0].children.as_slice() {
            [root] => {
                let declarations = out
                    .trim_start_matches("<x")
                    .trim_end_matches('>')
                    .to_owned();
                out.clear();
                self.element(*root, variant, &declarations, &mut out);
                return out;
            }
            roots => roots
                .iter()
                .for_each(|root| self.element(*root, variant, "", &mut out)),
        }
        out.push_str("</x>");
        out
    }

    fn element(&self, index: usize, variant: usize, declarations: &str, out: &mut String) {
        let element = &self.0[index];
        let prefix = element
            .prefix
            .as_ref()
            .map_or_else(String::new, |p| format!("{p}:"));
        let name = format!("{prefix}{}", element.name);
        write!(out, "<{name}{declarations}").expect("writing to a string");
        let own = element
            .text
            .as_deref()
            .filter(|_| variant < 2)
            .unwrap_or("17");
        let mut attributes = element.attributes.clone();
        attributes.sort_unstable();
        attributes.dedup();
        for attribute in attributes {
            write!(out, " {attribute}=\"{own}\"").expect("writing to a string");
        }
        out.push('>');
        if element.children.is_empty() {
            out.push_str(own);
        }
        for child in &element.children {
            for _ in 0..=usize::from(variant > 0) {
                self.element(*child, variant, "", out);
            }
        }
        write!(out, "</{name}>").expect("writing to a string");
    }
}
