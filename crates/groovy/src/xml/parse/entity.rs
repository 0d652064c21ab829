//! References to characters and entities.

use super::{Fault, Parser};

/// How many entities a document may declare.
pub(super) const DECLARED: usize = 1_000;
/// How much text entities may stand for.
const EXPANDED: usize = 1 << 20;
/// How deep entities may refer to entities.
const NESTED: usize = 16;

impl Parser<'_> {
    /// A reference, behind its `&`.
    pub(super) fn reference(&mut self) -> Result<(), Fault> {
        if self.cursor.eat("#") {
            return self.character();
        }
        let name = self.cursor.name()?;
        if name.is_empty() {
            return Err(self.fault(
                "The entity name must immediately follow the '&' in the entity reference.",
            ));
        }
        if !self.cursor.eat(";") {
            return Err(self.fault(format!(
                "The reference to entity \"{name}\" must end with the ';' delimiter."
            )));
        }
        match predefined(name) {
            Some(c) => self.tree.texts.push(c),
            None => {
                let text = self.expand(name, 0)?;
                self.tree.texts.push_str(&text);
            }
        }
        Ok(())
    }

    fn character(&mut self) -> Result<(), Fault> {
        let start = self.cursor.at;
        let (radix, kind) = if self.cursor.eat("x") {
            (
                16,
                "hexadecimal representation must immediately follow the \"&#x\"",
            )
        } else {
            (
                10,
                "decimal representation must immediately follow the \"&#\"",
            )
        };
        let digits = self.cursor.at;
        while self
            .cursor
            .peek()
            .is_some_and(|b| char::from(b).is_digit(radix))
        {
            self.cursor.at += 1;
        }
        let number = self.cursor.slice(digits..self.cursor.at);
        if number.is_empty() {
            return Err(self.fault(format!("A {kind} in a character reference.")));
        }
        let written = self.cursor.slice(start..self.cursor.at);
        if !self.cursor.eat(";") {
            return Err(self.fault("The character reference must end with the ';' delimiter."));
        }
        match referred(number, radix) {
            Some(c) => self.tree.texts.push(c),
            None => {
                return Err(self.fault(format!(
                    "Character reference \"&#{written}\" is an invalid XML character."
                )));
            }
        }
        Ok(())
    }

    /// The text that an entity of the document stands for.
    fn expand(&mut self, name: &str, depth: usize) -> Result<String, Fault> {
        let declared = self.entities.iter().find(|(known, _)| *known == name);
        let Some(value) = declared.map(|(_, value)| value.clone()) else {
            return Err(self.fault(format!(
                "The entity \"{name}\" was referenced, but not declared."
            )));
        };
        self.expanded += value.len() + 1;
        if depth > NESTED || self.expanded > EXPANDED {
            return Err(self.fault(
                "The parser has encountered more entity expansions than this document may have.",
            ));
        }
        if value.contains('<') {
            return Err(self.fault(format!(
                "The entity \"{name}\" contains markup, which is not supported."
            )));
        }
        let mut text = String::new();
        let mut rest = value.as_str();
        while let Some((before, after)) = rest.split_once('&') {
            text.push_str(before);
            let Some((inner, after)) = after.split_once(';') else {
                return Err(self.fault(format!("The entity \"{name}\" is not well-formed.")));
            };
            rest = after;
            let number = inner
                .strip_prefix('#')
                .map(|number| match number.strip_prefix('x') {
                    Some(hex) => referred(hex, 16),
                    None => referred(number, 10),
                });
            match (predefined(inner), number) {
                (Some(c), _) | (None, Some(Some(c))) => text.push(c),
                (None, Some(None)) => {
                    return Err(self.fault(format!(
                        "Character reference \"&{inner}\" is an invalid XML character."
                    )));
                }
                (None, None) => text.push_str(&self.expand(inner, depth + 1)?),
            }
        }
        text.push_str(rest);
        Ok(text)
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The character of a reference, when XML allows it.
fn referred(digits: &str, radix: u32) -> Option<char> {
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..).then_some(c)
}
