//! Atoms: characters, escapes, groups.

use regex_syntax::hir::ClassUnicode;

use super::{Node, Parse, Parser, Place};
use crate::regex::class;
use crate::regex::flag;

/// An escape is a character, a set, or something only outside of brackets.
pub(super) enum Escape {
    Char(char),
    Set(ClassUnicode),
    Node(Node),
}

impl Parser {
    pub(super) fn atom(&mut self) -> Parse<Node> {
        let unix = self.is(flag::UNIX_LINES);
        let Some(c) = self.next() else {
            return Ok(Node::Empty);
        };
        Ok(match c {
            '(' => return self.group(),
            '[' => Node::Set(self.brackets()?),
            '\\' => match self.escape(false)? {
                Escape::Char(c) => self.letter(c),
                Escape::Set(set) => Node::Set(set),
                Escape::Node(node) => node,
            },
            '.' => Node::Set(class::dot(self.is(flag::DOTALL), unix)),
            '^' if self.is(flag::MULTILINE) => Node::At(Place::LineStart(unix)),
            '^' => Node::At(Place::Start),
            '$' if self.is(flag::MULTILINE) => Node::At(Place::LineEnd(unix)),
            '$' => Node::At(Place::LastLine(unix)),
            '*' | '+' | '?' => {
                let what = format!("Dangling meta character '{c}'");
                return Err(self.fault_at(what, self.at - 1));
            }
            '{' => return Err(self.fault_at("Illegal repetition", self.at - 1)),
            c => self.letter(c),
        })
    }

    /// Behind `(`.
    fn group(&mut self) -> Parse<Node> {
        if !self.eat('?') {
            self.groups += 1;
            let number = self.groups;
            let inner = self.inner()?;
            return Ok(Node::Group(number, Box::new(inner)));
        }
        match self.next() {
            Some(':') => self.inner(),
            Some('=') => self.look(true, false),
            Some('!') => self.look(true, true),
            Some('>') => Ok(Node::Atomic(Box::new(self.inner()?))),
            Some('<') => match self.next() {
                Some('=') => self.look(false, false),
                Some('!') => self.look(false, true),
                Some(c) if c.is_ascii_alphabetic() => self.named_group(c),
                _ => Err(self.fault("Unknown look-behind group")),
            },
            Some(_) => {
                self.at -= 1;
                self.modifiers()
            }
            None => Err(self.fault("Unknown inline modifier")),
        }
    }

    fn inner(&mut self) -> Parse<Node> {
        let inner = self.either()?;
        if !self.eat(')') {
            return Err(self.fault("Unclosed group"));
        }
        Ok(inner)
    }

    fn look(&mut self, ahead: bool, negative: bool) -> Parse<Node> {
        let node = Box::new(self.inner()?);
        Ok(Node::Look {
            ahead,
            negative,
            node,
        })
    }

    fn named_group(&mut self, first: char) -> Parse<Node> {
        let mut name = String::from(first);
        loop {
            match self.next() {
                Some('>') => break,
                Some(c) if c.is_ascii_alphanumeric() => name.push(c),
                _ => {
                    return Err(self.fault("named capturing group is missing trailing '>'"));
                }
            }
        }
        if self.names.iter().any(|(known, _)| *known == name) {
            let what = format!("Named capturing group <{name}> is already defined");
            return Err(self.fault(what));
        }
        self.groups += 1;
        let number = self.groups;
        self.names.push((name, number));
        Ok(Node::Group(number, Box::new(self.inner()?)))
    }

    /// `(?i)` for the rest of the group, `(?i:…)` for a group of its own.
    fn modifiers(&mut self) -> Parse<Node> {
        let before = self.flags;
        let mut on = true;
        loop {
            let flag = match self.next() {
                Some('-') if on => {
                    on = false;
                    continue;
                }
                Some(')') => return Ok(Node::Empty),
                Some(':') => {
                    let inner = self.inner()?;
                    self.flags = before;
                    return Ok(inner);
                }
                Some('i') => flag::CASE_INSENSITIVE,
                Some('m') => flag::MULTILINE,
                Some('s') => flag::DOTALL,
                Some('d') => flag::UNIX_LINES,
                Some('u') => flag::UNICODE_CASE,
                Some('x') => flag::COMMENTS,
                Some('c') => flag::CANON_EQ,
                Some('U') => flag::UNICODE_CHARACTER_CLASS | flag::UNICODE_CASE,
                _ => return Err(self.fault("Unknown inline modifier")),
            };
            if on {
                self.flags |= flag;
            } else {
                self.flags &= !flag;
            }
        }
    }

    /// Behind `\`.
    pub(super) fn escape(&mut self, in_brackets: bool) -> Parse<Escape> {
        let Some(c) = self.next() else {
            return Err(self.fault("Unexpected internal error"));
        };
        if let Some(set) = class::shorthand(c, self.is(flag::UNICODE_CHARACTER_CLASS)) {
            return Ok(Escape::Set(set));
        }
        let node = match c {
            't' => return Ok(Escape::Char('\t')),
            'n' => return Ok(Escape::Char('\n')),
            'r' => return Ok(Escape::Char('\r')),
            'f' => return Ok(Escape::Char('\u{c}')),
            'a' => return Ok(Escape::Char('\u{7}')),
            'e' => return Ok(Escape::Char('\u{1b}')),
            '0' => return self.octal(),
            'x' => return self.hexadecimal(),
            'u' => return self.unicode(),
            'c' => {
                let Some(c) = self.next().filter(char::is_ascii) else {
                    return Err(self.fault("Illegal control escape sequence"));
                };
                return Ok(Escape::Char(char::from(c as u8 ^ 64)));
            }
            'p' | 'P' => return self.property(c == 'P').map(Escape::Set),
            c if !c.is_ascii_alphanumeric() => return Ok(Escape::Char(c)),
            _ if in_brackets => {
                return Err(self.fault("Illegal/unsupported escape sequence"));
            }
            'b' => Node::At(Place::Word),
            'B' => Node::At(Place::NotWord),
            'A' => Node::At(Place::Start),
            'G' => Node::At(Place::LastMatch),
            'Z' => Node::At(Place::LastLine(self.is(flag::UNIX_LINES))),
            'z' => Node::At(Place::End),
            'R' => line_break(),
            'k' => self.named_back()?,
            '1'..='9' => self.back(c),
            _ => return Err(self.fault("Illegal/unsupported escape sequence")),
        };
        Ok(Escape::Node(node))
    }

    /// `\12`: as many digits as there are groups for.
    fn back(&mut self, first: char) -> Node {
        let digit = |c: char| c.to_digit(10).map_or(0, |digit| digit as usize);
        let mut number = digit(first);
        while let Some(c) = self.raw().filter(char::is_ascii_digit) {
            let longer = number * 10 + digit(c);
            if longer > self.groups {
                break;
            }
            number = longer;
            self.at += 1;
        }
        Node::Back(number, self.is(flag::CASE_INSENSITIVE))
    }

    fn named_back(&mut self) -> Parse<Node> {
        if !self.eat('<') {
            return Err(self.fault("\\k is not followed by '<' for named capturing group"));
        }
        let mut name = String::new();
        while let Some(c) = self.next().filter(|c| *c != '>') {
            name.push(c);
        }
        let found = self.names.iter().find(|(known, _)| *known == name);
        match found {
            Some((_, number)) => Ok(Node::Back(*number, self.is(flag::CASE_INSENSITIVE))),
            None => {
                let what = format!("(named capturing group <{name}> does not exit");
                Err(self.fault(what))
            }
        }
    }

    /// `\0n`, `\0nn`, `\0mnn`
    fn octal(&mut self) -> Parse<Escape> {
        let mut code = 0;
        let mut digits = 0;
        while let Some(digit) = self.raw().and_then(|c| c.to_digit(8)) {
            if digits == 3 || code * 8 + digit > 0o377 {
                break;
            }
            code = code * 8 + digit;
            digits += 1;
            self.at += 1;
        }
        match char::from_u32(code) {
            Some(c) if digits > 0 => Ok(Escape::Char(c)),
            _ => Err(self.fault("Illegal octal escape sequence")),
        }
    }

    /// `\xhh`, `\x{h…}`
    fn hexadecimal(&mut self) -> Parse<Escape> {
        let code = if self.eat('{') {
            let mut code = 0_u32;
            while let Some(digit) = self.raw().and_then(|c| c.to_digit(16)) {
                code = code.saturating_mul(16).saturating_add(digit);
                self.at += 1;
            }
            self.eat('}').then_some(code)
        } else {
            self.hex(2)
        };
        let c = code.and_then(char::from_u32);
        c.map(Escape::Char)
            .ok_or_else(|| self.fault("Illegal hexadecimal escape sequence"))
    }

    /// `\uhhhh`, and two of them for a pair.
    fn unicode(&mut self) -> Parse<Escape> {
        let mut code = self.hex(4);
        if let Some(high @ 0xd800..=0xdbff) = code {
            let pair = self.raw() == Some('\\') && self.chars.get(self.at + 1) == Some(&'u');
            self.at += if pair { 2 } else { 0 };
            code = match self.hex(4) {
                Some(low @ 0xdc00..=0xdfff) if pair => {
                    Some(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                }
                _ => None,
            };
        }
        let c = code.and_then(char::from_u32);
        c.map(Escape::Char)
            .ok_or_else(|| self.fault("Illegal Unicode escape sequence"))
    }

    fn hex(&mut self, digits: u32) -> Option<u32> {
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.next()?.to_digit(16)?;
        }
        Some(code)
    }

    /// `\pL`, `\p{name}`
    fn property(&mut self, negated: bool) -> Parse<ClassUnicode> {
        let mut name = String::new();
        if self.eat('{') {
            loop {
                match self.next() {
                    Some('}') => break,
                    Some(c) => name.push(c),
                    None => return Err(self.fault("Unclosed character family")),
                }
            }
        } else if let Some(c) = self.next() {
            name.push(c);
        }
        let Some(set) = class::named(&name) else {
            let what = if name.starts_with("In") {
                format!(
                    "Unknown character block name {{{}}}",
                    name.get(2..).unwrap_or("")
                )
            } else {
                format!("Unknown character property name {{{name}}}")
            };
            return Err(self.fault(what));
        };
        let set = self.folded(set);
        Ok(if negated { class::not(set) } else { set })
    }
}

/// `\R`
fn line_break() -> Node {
    let one = |c: char| Node::Set(class::of(&[(c, c)]));
    Node::Either(vec![
        Node::Concat(vec![one('\r'), one('\n')]),
        Node::Set(class::of(&[
            ('\n', '\r'),
            ('\u{85}', '\u{85}'),
            ('\u{2028}', '\u{2029}'),
        ])),
    ])
}
