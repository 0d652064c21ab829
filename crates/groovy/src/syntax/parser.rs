//! Reads tokens as Groovy 2.4 does.
//!
//! Recursive descent, with lookahead that never passes a token twice for the same question, so
//! that the time is linear in the size of the source.

mod classes;
mod declarations;
mod expressions;
mod literals;
mod paths;
mod statements;
mod types;

use super::token::{Sign, Tok, Token, Tokens, Word};
use super::{Limits, Parsed, error};
use crate::ast::{Block, Expr, ExprKind, Import, Pos, Script, Stmt, StmtKind};
use declarations::Item;

/// What one level needs of the stack at most, in a debug build.
const RED_ZONE: usize = 128 << 10;
/// What is added to the stack when less is left.
const STACK: usize = 1 << 20;

/// Reads a whole script.
pub(super) fn script(tokens: &Tokens, limits: Limits) -> Parsed<Script> {
    let mut parser = Parser {
        tokens,
        pos: 0,
        depth: 0,
        height: 0,
        split: 0,
        type_args: 0,
        head: false,
        path: (0, 0),
        limits,
    };
    parser.script()
}

#[derive(Debug)]
struct Parser<'t> {
    tokens: &'t Tokens,
    pos: usize,
    /// How deep we are.
    depth: u32,
    /// How deep what was read last is to the left.
    height: u32,
    /// How many `>` of the current token are used up as ends of type arguments.
    split: u8,
    /// How many type arguments are open around.
    type_args: usize,
    /// Whether the coming operand begins a statement: its closure may stand on the next line.
    head: bool,
    /// First token of the last path (`a.b(c)[d]`) and the token behind it.
    path: (usize, usize),
    limits: Limits,
}

const END: Token = Token {
    tok: Tok::End,
    at: Pos { line: 0, column: 0 },
    start: 0,
    end: 0,
    newline: true,
    close: 0,
};

impl<'t> Parser<'t> {
    fn token_at(&self, index: usize) -> &'t Token {
        let end = const { &END };
        self.tokens
            .list
            .get(index)
            .or(self.tokens.list.last())
            .unwrap_or(end)
    }

    fn tok_at(&self, index: usize) -> &'t Tok {
        &self.token_at(index).tok
    }

    fn token(&self) -> &'t Token {
        self.token_at(self.pos)
    }

    fn tok(&self) -> &'t Tok {
        &self.token().tok
    }

    fn at(&self) -> Pos {
        self.token().at
    }

    /// Whether the current token begins a line, outside parentheses and brackets.
    fn newline(&self) -> bool {
        self.token().newline
    }

    /// The current token, which is passed.
    fn bump(&mut self) -> &'t Token {
        let token = self.token();
        if self.pos + 1 < self.tokens.list.len() {
            self.pos += 1;
        }
        token
    }

    fn sign(&self) -> Option<Sign> {
        self.sign_at(self.pos)
    }

    fn sign_at(&self, index: usize) -> Option<Sign> {
        match self.tok_at(index) {
            Tok::Sign(sign) => Some(*sign),
            _ => None,
        }
    }

    fn word(&self) -> Option<Word> {
        self.word_at(self.pos)
    }

    fn word_at(&self, index: usize) -> Option<Word> {
        match self.tok_at(index) {
            Tok::Word(word) => Some(*word),
            _ => None,
        }
    }

    fn is(&self, sign: Sign) -> bool {
        self.sign() == Some(sign)
    }

    fn is_word(&self, word: Word) -> bool {
        self.word() == Some(word)
    }

    fn eat(&mut self, sign: Sign) -> bool {
        let found = self.is(sign);
        if found {
            self.bump();
        }
        found
    }

    fn eat_word(&mut self, word: Word) -> bool {
        let found = self.is_word(word);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, sign: Sign, place: &str) -> Parsed<()> {
        if self.eat(sign) {
            return Ok(());
        }
        self.unexpected(&format!("`{}` {place}", sign.text()))
    }

    /// The error that `wanted` should stand here.
    fn unexpected<T>(&self, wanted: &str) -> Parsed<T> {
        let found = self.tok().describe();
        error(
            self.at(),
            format!("{wanted} is expected here, but {found} was found"),
        )
    }

    fn name(&mut self, what: &str) -> Parsed<String> {
        match self.tok() {
            Tok::Name(name) => {
                self.bump();
                Ok(name.to_string())
            }
            _ => self.unexpected(what),
        }
    }

    /// Reads something inside something else of its kind.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            let message = format!(
                "more than {} levels stand in each other here: name parts of it",
                self.limits.depth
            );
            return error(self.at(), message);
        }
        let value = stacker::maybe_grow(RED_ZONE, STACK, || read(self))?;
        self.depth -= 1;
        Ok(value)
    }

    /// One more operator or member follows what was read.
    fn grow(&mut self) -> Parsed<()> {
        self.height += 1;
        if self.height > self.limits.chain {
            let message = format!(
                "more than {} operators or members follow one another here: name parts of it",
                self.limits.chain
            );
            return error(self.at(), message);
        }
        Ok(())
    }

    fn script(&mut self) -> Parsed<Script> {
        let mut script = Script::default();
        loop {
            while self.eat(Sign::Semicolon) {}
            if matches!(self.tok(), Tok::End) {
                return Ok(script);
            }
            match self.tok_at(self.skip_modifiers(self.pos)) {
                Tok::Word(Word::Package) => script.package = Some(self.package()?),
                Tok::Word(Word::Import) => script.imports.push(self.import()?),
                _ => match self.item()? {
                    Item::Class(class) => script.classes.push(*class),
                    Item::Method(method) => script.methods.push(*method),
                    Item::Stmt(stmt) => script.body.push(*stmt),
                },
            }
            self.end_of_statement()?;
        }
    }

    fn package(&mut self) -> Parsed<String> {
        self.modifiers()?;
        self.bump();
        self.dotted_name()
    }

    fn import(&mut self) -> Parsed<Import> {
        let annotations = self.modifiers()?.annotations;
        let at = self.at();
        self.bump();
        let is_static = self.eat_word(Word::Static);
        let mut name = self.member_word()?;
        let mut star = false;
        while !star && self.eat(Sign::Dot) {
            if self.eat(Sign::Star) {
                star = true;
            } else {
                name.push('.');
                name.push_str(&self.member_word()?);
            }
        }
        let alias = if self.eat_word(Word::As) {
            Some(self.name("another name")?)
        } else {
            None
        };
        Ok(Import {
            at,
            annotations,
            name,
            alias,
            is_static,
            star,
        })
    }

    /// A name or a reserved word, where both can stand.
    fn member_word(&mut self) -> Parsed<String> {
        let text = match self.tok() {
            Tok::Name(name) => name.to_string(),
            Tok::Word(word) => word.text().to_owned(),
            _ => return self.unexpected("a name"),
        };
        self.bump();
        Ok(text)
    }

    /// After a statement: `;`, a newline, or the end of what it stands in.
    fn end_of_statement(&mut self) -> Parsed<()> {
        let over = matches!(
            self.tok(),
            Tok::End | Tok::Sign(Sign::Semicolon | Sign::RightBrace)
        );
        if over || self.newline() {
            return Ok(());
        }
        let found = self.tok().describe();
        let message = format!(
            "{found} does not continue the statement before it: begin a new line, or separate the two with `;`"
        );
        error(self.at(), message)
    }

    /// `{ statements }`
    fn block(&mut self) -> Parsed<Block> {
        self.expect(Sign::LeftBrace, "of a block")?;
        let body = self.nested(|parser| parser.statements(false))?;
        self.expect(Sign::RightBrace, "at the end of the block")?;
        Ok(body)
    }

    /// Statements up to `}`, or in a switch up to the next case.
    fn statements(&mut self, in_switch: bool) -> Parsed<Block> {
        let mut body = Vec::new();
        loop {
            while self.eat(Sign::Semicolon) {}
            let over = match self.tok() {
                Tok::End | Tok::Sign(Sign::RightBrace) => true,
                Tok::Word(Word::Case | Word::Default) => in_switch,
                _ => false,
            };
            if over {
                return Ok(body);
            }
            body.push(self.statement()?);
            if !(in_switch && matches!(self.tok(), Tok::Word(Word::Case | Word::Default))) {
                self.end_of_statement()?;
            }
        }
    }
}

/// The statement of an expression.
fn expression_statement(at: Pos, value: Expr) -> Stmt {
    Stmt {
        at,
        kind: StmtKind::Expr(value),
    }
}

fn expr(at: Pos, kind: ExprKind) -> Expr {
    Expr { at, kind }
}
