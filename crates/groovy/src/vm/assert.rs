//! `assert`, with the values of what it asserts drawn under its text.

use crate::code::Assert;
use crate::throwable::throw;
use crate::thrown::Result;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Frame;

impl Vm {
    /// Notes a value for the message.
    pub(crate) fn note(&mut self, column: u32, value: &Value) {
        self.notes.push((column, value.clone()));
    }

    pub(crate) fn assertion(&mut self, f: &Frame<'_>, assert: &Assert) -> Result<()> {
        let before = self.notes.len();
        let result = self.condition(f, &assert.cond);
        let notes = self.notes.split_off(before.min(self.notes.len()));
        if result? {
            return Ok(());
        }
        if let Some(message) = &assert.message {
            let message = self.eval(f, message)?;
            let message = self.text(&message)?;
            let mut text = format!("{message}. Expression: {}", assert.text);
            for (index, (name, value)) in assert.values.iter().enumerate() {
                let value = self.eval(f, value)?;
                let value = self.text(&value)?;
                let before = if index == 0 { ". Values: " } else { ", " };
                text.push_str(&format!("{before}{name} = {value}"));
            }
            return Err(throw("AssertionError", text));
        }
        let drawn = self.drawn(assert, notes)?;
        Err(throw("PowerAssertionError", drawn))
    }

    /// The text with each value under the place it belongs to, the rightmost first.
    fn drawn(&mut self, assert: &Assert, mut notes: Vec<(u32, Value)>) -> Result<String> {
        let text = format!("assert {}", assert.text);
        if text.contains('\n') {
            return Ok(text);
        }
        notes.sort_by_key(|(column, _)| std::cmp::Reverse(*column));
        let mut rows: Vec<String> = vec![String::new()];
        for (column, value) in notes {
            let at =
                (column.saturating_sub(assert.column) as usize).saturating_add("assert ".len());
            let shown = self.text(&value)?;
            draw(&mut rows, at, &shown);
        }
        let mut drawn = text;
        for row in rows {
            drawn.push('\n');
            drawn.push_str(row.trim_end());
        }
        Ok(drawn)
    }
}

/// Puts a value under its bar, in the first row with room for it.
fn draw(rows: &mut Vec<String>, at: usize, value: &str) {
    put(rows, 0, at, "|");
    for row in 1.. {
        if rows.len() <= row {
            rows.push(String::new());
        }
        let taken = rows.get(row).is_some_and(|text| {
            let begin = text.chars().position(|c| c != ' ').unwrap_or(usize::MAX);
            begin <= at + value.chars().count()
        });
        if !taken {
            put(rows, row, at, value);
            return;
        }
        put(rows, row, at, "|");
    }
}

fn put(rows: &mut [String], row: usize, at: usize, text: &str) {
    let Some(line) = rows.get_mut(row) else {
        return;
    };
    let old: Vec<char> = line.chars().collect();
    let new = text.chars().count();
    let length = old.len().max(at + new);
    let char_at = |index: usize| {
        let own = index
            .checked_sub(at)
            .and_then(|index| text.chars().nth(index));
        own.or_else(|| old.get(index).copied()).unwrap_or(' ')
    };
    *line = (0..length).map(char_at).collect();
}
