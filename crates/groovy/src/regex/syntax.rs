//! The syntax of Java's patterns.

mod atoms;
mod brackets;

use regex_syntax::hir::ClassUnicode;

use crate::regex::flag;

/// Groups inside groups.
const NESTING: u32 = 100;
/// How often a part may be repeated by count.
const COUNT: u32 = 65_535;

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Java's description.
    pub(crate) what: String,
    /// The character at which it is; `None` when nowhere.
    pub(crate) at: Option<usize>,
}

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    Set(ClassUnicode),
    Concat(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
        greed: Greed,
    },
    Group(usize, Box<Node>),
    At(Place),
    Look {
        ahead: bool,
        negative: bool,
        node: Box<Node>,
    },
    Atomic(Box<Node>),
    /// A group again, and whether in any case.
    Back(usize, bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// What holds at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Start,
    End,
    /// The end, or before a line terminator that ends the text; whether only `\n` is one.
    LastLine(bool),
    LineStart(bool),
    LineEnd(bool),
    Word,
    NotWord,
    LastMatch,
}

pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: usize,
    pub(super) names: Vec<(String, usize)>,
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    flags: i32,
    groups: usize,
    names: Vec<(String, usize)>,
    depth: u32,
}

type Parse<T> = Result<T, Fault>;

/// Reads a pattern.
pub(super) fn parse(pattern: &str, flags: i32) -> Parse<Parsed> {
    let mut parser = Parser {
        chars: pattern.chars().collect(),
        at: 0,
        flags,
        groups: 0,
        names: Vec::new(),
        depth: 0,
    };
    let node = if parser.is(flag::LITERAL) {
        let chars = std::mem::take(&mut parser.chars);
        Node::Concat(chars.into_iter().map(|c| parser.letter(c)).collect())
    } else {
        let node = parser.either()?;
        if parser.peek() == Some(')') {
            return Err(parser.fault_at("Unmatched closing ')'", parser.at.saturating_sub(1)));
        }
        node
    };
    Ok(Parsed {
        node,
        groups: parser.groups,
        names: parser.names,
    })
}

impl Parser {
    fn is(&self, flag: i32) -> bool {
        self.flags & flag != 0
    }

    fn fault(&self, what: impl Into<String>) -> Fault {
        self.fault_at(what, self.at)
    }

    #[expect(clippy::unused_self, reason = "reads as the other")]
    fn fault_at(&self, what: impl Into<String>, at: usize) -> Fault {
        Fault {
            what: what.into(),
            at: Some(at),
        }
    }

    fn raw(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// The next character, behind spaces and comments where they do not count.
    fn peek(&mut self) -> Option<char> {
        while self.is(flag::COMMENTS) {
            match self.raw()? {
                c if c.is_ascii_whitespace() => self.at += 1,
                '#' => {
                    while self.raw().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
        self.raw()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.raw()?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.raw() == Some(c);
        self.at += usize::from(found);
        found
    }

    /// `a|b`
    fn either(&mut self) -> Parse<Node> {
        self.depth += 1;
        if self.depth > NESTING {
            return Err(self.fault("Too many groups inside groups"));
        }
        let flags = self.flags;
        let mut branches = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            branches.push(self.sequence()?);
        }
        self.flags = flags;
        self.depth -= 1;
        Ok(match (branches.pop(), branches.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                branches.push(last);
                Node::Either(branches)
            }
            (None, _) => Node::Empty,
        })
    }

    fn sequence(&mut self) -> Parse<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            if self.quoted(&mut nodes)? {
                continue;
            }
            let node = self.atom()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Concat(nodes))
    }

    /// `\Q…\E`
    fn quoted(&mut self, nodes: &mut Vec<Node>) -> Parse<bool> {
        if self.raw() != Some('\\') || self.chars.get(self.at + 1) != Some(&'Q') {
            return Ok(false);
        }
        self.at += 2;
        while let Some(c) = self.next() {
            if c == '\\' && self.raw() == Some('E') {
                self.at += 1;
                if let Some(last) = nodes.pop() {
                    nodes.push(self.repeated(last)?);
                }
                break;
            }
            nodes.push(self.letter(c));
        }
        Ok(true)
    }

    /// A literal character.
    fn letter(&self, c: char) -> Node {
        Node::Set(self.folded(super::class::of(&[(c, c)])))
    }

    /// A set in both cases, when case does not count.
    fn folded(&self, mut class: ClassUnicode) -> ClassUnicode {
        if self.is(flag::CASE_INSENSITIVE) {
            let unicode = self.is(flag::UNICODE_CASE | flag::UNICODE_CHARACTER_CLASS);
            super::class::fold(&mut class, unicode);
        }
        class
    }

    /// A quantifier behind an atom.
    fn repeated(&mut self, node: Node) -> Parse<Node> {
        let (least, most) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => {
                let (least, most) = self.count()?;
                return self.greed(node, least, most);
            }
            _ => return Ok(node),
        };
        self.at += 1;
        self.greed(node, least, most)
    }

    fn greed(&mut self, node: Node, least: u32, most: Option<u32>) -> Parse<Node> {
        let greed = if self.eat('?') {
            Greed::Lazy
        } else if self.eat('+') {
            Greed::Possessive
        } else {
            Greed::Greedy
        };
        let repeat = Node::Repeat {
            node: Box::new(node),
            least,
            most,
            greed,
        };
        match self.peek() {
            Some(c @ ('*' | '+' | '?')) => {
                Err(self.fault(format!("Dangling meta character '{c}'")))
            }
            _ => Ok(repeat),
        }
    }

    /// `{2}`, `{2,}`, `{2,5}`
    fn count(&mut self) -> Parse<(u32, Option<u32>)> {
        let open = self.at;
        self.at += 1;
        let Some(least) = self.number()? else {
            return Err(self.fault_at("Illegal repetition", open));
        };
        let mut most = Some(least);
        if self.eat(',') {
            most = self.number()?;
        }
        if !self.eat('}') {
            return Err(self.fault("Unclosed counted closure"));
        }
        if most.is_some_and(|most| most < least) {
            return Err(self.fault("Illegal repetition range"));
        }
        Ok((least, most))
    }

    fn number(&mut self) -> Parse<Option<u32>> {
        let start = self.at;
        let mut number = 0_u32;
        while let Some(digit) = self.raw().and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit);
            self.at += 1;
        }
        if number > COUNT {
            return Err(self.fault("Illegal repetition range"));
        }
        Ok((self.at > start).then_some(number))
    }
}
