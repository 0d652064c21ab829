//! `groovy.json.JsonSlurperClassic`: stricter than `JsonSlurper`, and its objects are hash maps.

use num_bigint::BigInt;

use crate::map::{Map, MapKind};
use crate::throwable::throw_bare;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;

use super::lexer::{Lexer, Token, failed};
use super::number;
use super::parse::DEPTH;

/// The array or object that `text` begins with.
pub(super) fn parse(vm: &mut Vm, text: &str) -> Result<Value> {
    vm.reserve(text.len())?;
    let mut parser = Parser {
        vm,
        lexer: Lexer::new(text),
        depth: 0,
    };
    match parser.lexer.next()? {
        Some(Token::Open(bracket)) => parser.container(bracket),
        None => Err(throw_bare("NullPointerException")),
        Some(_) => {
            let (token, place) = (parser.lexer.token(), parser.lexer.place_of_token(", "));
            Err(failed(&format!(
                "A JSON payload should start with an openning curly brace '{{' \
                 or an openning square bracket '['.\nInstead, '{token}' was found on {place}"
            )))
        }
    }
}

/// What is wanted behind a member of an object.
const MEMBER_END: &str = "a closing curly brace '}' or a comma ','";

struct Parser<'v, 'a> {
    vm: &'v mut Vm,
    lexer: Lexer<'a>,
    depth: u32,
}

impl<'a> Parser<'_, 'a> {
    fn container(&mut self, bracket: char) -> Result<Value> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(throw_bare("StackOverflowError"));
        }
        let value = if bracket == '{' {
            self.object()
        } else {
            self.array()
        };
        self.depth -= 1;
        value
    }

    fn next(&mut self, wanted: &str, container: &str) -> Result<Token<'a>> {
        self.vm.step(1)?;
        match self.lexer.next()? {
            Some(token) => Ok(token),
            None => {
                let place = match wanted {
                    MEMBER_END => self.lexer.place_before(),
                    _ => self.lexer.place(", "),
                };
                Err(failed(&format!(
                    "Expected {wanted} on {place}.\nBut got an unterminated {container}."
                )))
            }
        }
    }

    fn instead<T>(&self, wanted: &str, between: &str) -> Result<T> {
        let (place, token) = (self.lexer.place_of_token(between), self.lexer.token());
        Err(failed(&format!(
            "Expected {wanted} on {place}.\nBut got '{token}' instead."
        )))
    }

    fn value(&mut self, token: Token<'_>) -> Result<Value> {
        Ok(match token {
            Token::Open(bracket) => return self.container(bracket),
            Token::String(text) => Value::text(text),
            Token::Plain("true") => Value::Bool(true),
            Token::Plain("false") => Value::Bool(false),
            Token::Plain("null") => Value::Null,
            Token::Plain(text) => scalar(text),
            _ => return self.instead("a value, an array, or an object", ", "),
        })
    }

    fn array(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        loop {
            match self.next("a value", "array")? {
                Token::Close(']') => break,
                token => items.push(self.value(token)?),
            }
            match self.next("a closing square bracket ']' or a comma ','", "array")? {
                Token::Close(']') => break,
                Token::Comma => {}
                _ => return self.instead("a value or a closing square bracket ']'", " "),
            }
        }
        Ok(Value::list(items))
    }

    fn object(&mut self) -> Result<Value> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next("a String key", "object")? {
                Token::Close('}') => break,
                Token::String(key) => key,
                _ => return self.instead("a string key", ", "),
            };
            if self.next("a a colon ':'", "object")? != Token::Colon {
                return self.instead("a colon ':'", ", ");
            }
            let token = self.next("a value", "object")?;
            let value = self.value(token)?;
            entries.push((Value::text(key), value));
            match self.next(MEMBER_END, "object")? {
                Token::Close('}') => break,
                Token::Comma => {}
                _ => return self.instead("a value or a closing curly brace '}'", ", "),
            }
        }
        Ok(Value::Map(Map::of(MapKind::Hash, entries)))
    }
}

/// A number; integers of any size keep their value.
fn scalar(text: &str) -> Value {
    if text.contains(['.', 'e', 'E']) {
        return number::parse(text, 0).map_or(Value::Null, |(value, _)| value);
    }
    match text.parse::<i64>() {
        Ok(number) => i32::try_from(number).map_or(Value::Long(number), Value::Int),
        Err(_) => BigInt::parse_bytes(text.as_bytes(), 10).map_or(Value::Null, Value::big),
    }
}
