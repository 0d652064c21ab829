//! `JsonOutput.prettyPrint`: lays out the tokens of a text, whatever their order.

use crate::thrown::Result;
use crate::vm::Vm;

use super::lexer::{Lexer, Token};
use super::write::quote;

/// The text with four spaces per level.
pub(super) fn pretty(vm: &mut Vm, text: &str) -> Result<String> {
    let mut out = String::with_capacity(text.len() * 2);
    let mut indent = 0_usize;
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next()? {
        vm.step(1 + indent as u64 / 64)?;
        if out.len() > 1 << 20 {
            vm.reserve(out.len())?;
        }
        match token {
            Token::Open(bracket) => {
                indent += 4;
                out.push(bracket);
                new_line(&mut out, indent);
            }
            Token::Close(bracket) => {
                indent = indent.saturating_sub(4);
                new_line(&mut out, indent);
                out.push(bracket);
            }
            Token::Comma => {
                out.push(',');
                new_line(&mut out, indent);
            }
            Token::Colon => out.push_str(": "),
            Token::String(text) => quote(&mut out, &text),
            Token::Plain(text) => out.push_str(text),
        }
    }
    Ok(out)
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}
