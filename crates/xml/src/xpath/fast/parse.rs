//! Recognises what the fast engine knows; everything else is left to the full engine.

use super::super::Namespaces;
use super::super::lexer::{self, Token};
use super::super::value::format_double;
use super::{Axis, Comparison, Expr, Namespace, Path, Start, Step, Test};

/// Nested brackets that the fast engine accepts.
const DEPTH: usize = 32;
/// Longest number literal: integers of this many digits are exact as doubles.
const DIGITS: usize = 15;

/// The expression, if the fast engine knows it. Undeclared prefixes and syntax errors are among what
/// it does not know: the full engine reports them.
pub(in super::super) fn parse(text: &str, namespaces: &Namespaces) -> Option<Expr> {
    let mut parser = Parser {
        tokens: lexer::tokens(text)?
            .into_iter()
            .map(|(_, token)| token)
            .collect(),
        at: 0,
        depth: 0,
        namespaces,
    };
    let expr = parser.or()?;
    (parser.at == parser.tokens.len()).then_some(expr)
}

struct Parser<'x> {
    tokens: Vec<Token<'x>>,
    at: usize,
    depth: usize,
    namespaces: &'x Namespaces,
}

impl<'x> Parser<'x> {
    fn peek(&self, ahead: usize) -> Option<&Token<'x>> {
        self.tokens.get(self.at + ahead)
    }

    fn is(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.peek(ahead), Some(Token::Symbol(found)) if *found == symbol)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(0, symbol);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found =
            matches!(self.peek(0), Some(Token::Name { prefix: None, local }) if *local == word);
        self.at += usize::from(found);
        found
    }

    /// Runs a parser one level deeper, unless that is too deep.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEPTH {
            return None;
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn or(&mut self) -> Option<Expr> {
        self.nested(|parser| {
            let mut parts = vec![parser.and()?];
            while parser.take_word("or") {
                parts.push(parser.and()?);
            }
            if parts.len() > 1 {
                Some(Expr::Or(parts))
            } else {
                parts.pop()
            }
        })
    }

    fn and(&mut self) -> Option<Expr> {
        let mut parts = vec![self.comparison()?];
        while self.take_word("and") {
            parts.push(self.comparison()?);
        }
        if parts.len() > 1 {
            Some(Expr::And(parts))
        } else {
            parts.pop()
        }
    }

    fn comparison(&mut self) -> Option<Expr> {
        let left = self.operand()?;
        let comparison = match self.peek(0) {
            Some(Token::Symbol("=")) => Comparison::Equal,
            Some(Token::Symbol("!=")) => Comparison::NotEqual,
            Some(Token::Symbol("<")) => Comparison::Less,
            Some(Token::Symbol("<=")) => Comparison::LessOrEqual,
            Some(Token::Symbol(">")) => Comparison::Greater,
            Some(Token::Symbol(">=")) => Comparison::GreaterOrEqual,
            _ => return Some(left),
        };
        self.at += 1;
        let right = self.operand()?;
        comparable(&left, &right)
            .then(|| Expr::Compare(comparison, Box::new(left), Box::new(right)))
    }

    fn operand(&mut self) -> Option<Expr> {
        match self.peek(0)? {
            Token::Text(text) => {
                let text = text.clone().into_owned();
                self.at += 1;
                Some(Expr::Text(text))
            }
            Token::Number(text) => {
                let number = number(text)?;
                self.at += 1;
                Some(number)
            }
            Token::Variable(name) if !name.contains(':') => {
                let name = (*name).to_owned();
                self.at += 1;
                Some(Expr::Variable(name))
            }
            Token::Name {
                prefix: None,
                local,
            } if self.is(1, "(") && !is_node_test(local) => self.function(),
            Token::Symbol("(") => self.group(),
            _ => self.union().map(Expr::Union),
        }
    }

    fn function(&mut self) -> Option<Expr> {
        let Some(Token::Name { local, .. }) = self.peek(0).cloned() else {
            return None;
        };
        self.at += 2;
        let expr = match local {
            "last" => Expr::Last,
            "local-name" => Expr::LocalName,
            "not" => Expr::Not(Box::new(self.or()?)),
            "boolean" => Expr::Boolean(Box::new(self.or()?)),
            "count" => Expr::Count(self.union()?),
            _ => return None,
        };
        // More path would follow a function that is a step.
        (self.take(")") && !self.path_goes_on()).then_some(expr)
    }

    /// `(…)`: a path that starts with a selection in brackets, or a condition in brackets.
    fn group(&mut self) -> Option<Expr> {
        let start = self.at;
        if let Some(paths) = self.union() {
            return Some(Expr::Union(paths));
        }
        self.at = start + 1;
        let inner = self.or()?;
        (self.take(")") && !self.path_goes_on()).then_some(inner)
    }

    fn path_goes_on(&self) -> bool {
        ["[", "/", "//"].iter().any(|symbol| self.is(0, symbol))
    }

    fn union(&mut self) -> Option<Vec<Path>> {
        let mut paths = vec![self.path()?];
        while self.take("|") {
            paths.push(self.path()?);
        }
        Some(paths)
    }

    fn path(&mut self) -> Option<Path> {
        let mut steps = Vec::new();
        let start = if self.take("(") {
            let inner = self.nested(Self::union)?;
            if !self.take(")") {
                return None;
            }
            Start::Group(inner, self.predicates()?)
        } else if self.take("/") {
            if !self.step_follows() {
                return Some(Path {
                    start: Start::Root,
                    steps,
                });
            }
            steps.push(self.step()?);
            Start::Root
        } else if self.take("//") {
            self.descendant_step(&mut steps)?;
            Start::Root
        } else {
            steps.push(self.step()?);
            Start::Context
        };
        loop {
            if self.take("/") {
                steps.push(self.step()?);
            } else if self.take("//") {
                self.descendant_step(&mut steps)?;
            } else {
                return Some(Path { start, steps });
            }
        }
    }

    fn step_follows(&self) -> bool {
        match self.peek(0) {
            Some(Token::Name { .. }) => true,
            Some(Token::Symbol(symbol)) => matches!(*symbol, "*" | "@" | "." | ".."),
            _ => false,
        }
    }

    /// The step after `//`.
    fn descendant_step(&mut self, steps: &mut Vec<Step>) -> Option<()> {
        let mut step = self.step()?;
        if step.axis == Axis::Child && !step.predicates.iter().any(Expr::counts) {
            step.axis = Axis::Descendant;
        } else {
            steps.push(Step {
                axis: Axis::DescendantOrSelf,
                test: Test::AnyNode,
                predicates: Vec::new(),
            });
        }
        steps.push(step);
        Some(())
    }

    fn step(&mut self) -> Option<Step> {
        let (axis, test) = if self.take(".") {
            (Axis::Itself, Test::AnyNode)
        } else if self.take("..") {
            (Axis::Parent, Test::AnyNode)
        } else if self.take("@") {
            let test = self.test()?;
            if !matches!(test, Test::Name { .. }) {
                return None;
            }
            (Axis::Attribute, test)
        } else if self.is(1, ":") && self.is(2, ":") {
            if !self.take_word("self") {
                return None;
            }
            self.at += 2;
            (Axis::Itself, self.test()?)
        } else {
            (Axis::Child, self.test()?)
        };
        let predicates = self.predicates()?;
        Some(Step {
            axis,
            test,
            predicates,
        })
    }

    fn test(&mut self) -> Option<Test> {
        if self.take("*") {
            return Some(Test::Name {
                namespace: Namespace::Any,
                local: None,
            });
        }
        let Some(Token::Name { prefix, local }) = self.peek(0).cloned() else {
            return None;
        };
        self.at += 1;
        if self.take("(") {
            let test = match local {
                "node" => Test::AnyNode,
                "text" => Test::Text,
                _ => return None,
            };
            return (prefix.is_none() && self.take(")")).then_some(test);
        }
        let namespace = match prefix {
            None => Namespace::None,
            Some("*") => Namespace::Any,
            Some(prefix) => Namespace::Uri(self.namespaces.uri(prefix)?.to_owned()),
        };
        let local = (local != "*").then(|| local.to_owned());
        Some(Test::Name { namespace, local })
    }

    fn predicates(&mut self) -> Option<Vec<Expr>> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.or()?);
            if !self.take("]") {
                return None;
            }
        }
        Some(predicates)
    }
}

fn is_node_test(name: &str) -> bool {
    matches!(name, "node" | "text")
}

/// An integer or decimal literal.
fn number(text: &str) -> Option<Expr> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !plain || text.len() > DIGITS {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    Some(Expr::Number(value, format_double(value)))
}

/// Whether both engines agree on what a comparison means: conditions are not compared, and text
/// only with a number if it comes from the document or a variable.
fn comparable(left: &Expr, right: &Expr) -> bool {
    let is_text = |expr: &Expr| matches!(expr, Expr::Text(_) | Expr::LocalName);
    let is_value = |expr: &Expr| {
        is_text(expr) || expr.is_numeric() || matches!(expr, Expr::Union(_) | Expr::Variable(_))
    };
    is_value(left)
        && is_value(right)
        && !(is_text(left) && right.is_numeric())
        && !(left.is_numeric() && is_text(right))
}
