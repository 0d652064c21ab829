//! Works around a fault of the engine: a predicate that yields several nodes, as in `a[b]` with two
//! `b`, is an error there, where XPath calls it true.

use super::super::Namespaces;
use super::super::fast::{self, Expr};
use super::super::lexer::{self, Token};

/// Names after which a bracket begins an array instead of a predicate.
const KEYWORDS: [&str; 24] = [
    "return",
    "then",
    "else",
    "in",
    "satisfies",
    "to",
    "and",
    "or",
    "div",
    "idiv",
    "mod",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "is",
    "union",
    "intersect",
    "except",
    "some",
    "every",
    "if",
];

/// The expression with every predicate reduced to a single value.
///
/// A path becomes its boolean value. Where a predicate could as well be a position, more than one
/// item becomes a boolean and a single one stays what it is.
pub(super) fn guard(text: &str, namespaces: &Namespaces) -> String {
    let Some(tokens) = lexer::tokens(text) else {
        return text.to_owned();
    };
    let mut inserts: Vec<(usize, &str)> = Vec::new();
    let mut open: Vec<Bracket> = Vec::new();
    for (index, (at, token)) in tokens.iter().enumerate() {
        match token {
            Token::Symbol("[") => {
                let before = index.checked_sub(1).map(|before| &tokens[before].1);
                let predicate = before.is_some_and(ends_operand);
                open.push(Bracket::new(*at, predicate));
            }
            Token::Symbol("(" | "{") => open.push(Bracket::new(*at, false)),
            Token::Symbol(")" | "}" | "]") => {
                if let Some(bracket) = open.pop().filter(|bracket| bracket.predicate) {
                    let inner = &text[bracket.at + 1..*at];
                    let (before, after) = guards(inner, bracket.comma, namespaces);
                    inserts.push((bracket.at + 1, before));
                    inserts.push((*at, after));
                }
            }
            Token::Symbol(",") => {
                if let Some(bracket) = open.last_mut() {
                    bracket.comma = true;
                }
            }
            _ => {}
        }
    }
    // Stable: of two texts for one place, that of the inner predicate comes first.
    inserts.sort_by_key(|(at, _)| *at);
    let mut guarded = String::with_capacity(text.len() + 64 * inserts.len());
    let mut done = 0;
    for (at, insert) in inserts {
        guarded.push_str(&text[done..at]);
        guarded.push_str(insert);
        done = at;
    }
    guarded.push_str(&text[done..]);
    guarded
}

struct Bracket {
    at: usize,
    predicate: bool,
    /// Whether a comma stands directly within.
    comma: bool,
}

impl Bracket {
    fn new(at: usize, predicate: bool) -> Self {
        Self {
            at,
            predicate,
            comma: false,
        }
    }
}

fn ends_operand(token: &Token<'_>) -> bool {
    match token {
        Token::Name {
            prefix: None,
            local,
        } => !KEYWORDS.contains(local),
        Token::Name { .. } | Token::Variable(_) | Token::Text(_) | Token::Number(_) => true,
        Token::Symbol(symbol) => matches!(*symbol, ")" | "]" | "}" | "*" | "." | ".."),
    }
}

/// What to put in front of a predicate and behind it.
fn guards(inner: &str, comma: bool, namespaces: &Namespaces) -> (&'static str, &'static str) {
    const SINGLE: &str = " return if (count($lockgate) > 1) then boolean($lockgate) else $lockgate";
    const LIST: &str = ") return if (count($lockgate) > 1) then boolean($lockgate) else $lockgate";
    match fast::parse(inner, namespaces) {
        Some(Expr::Union(_)) => ("boolean(", ")"),
        Some(_) => ("", ""),
        None if comma => ("let $lockgate := (", LIST),
        None => ("let $lockgate := ", SINGLE),
    }
}
