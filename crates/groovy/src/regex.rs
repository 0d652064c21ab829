//! Regular expressions with the syntax and meaning that Java gives them.
//!
//! A pattern is parsed here. What needs no backtracking then runs on `regex-automata`, in time
//! linear in the text; the rest (look-around, back references, possessive quantifiers) on a
//! backtracking matcher that counts its steps.

mod backtrack;
mod class;
mod compile;
mod linear;
mod syntax;

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use lru::LruCache;

use backtrack::Program;
use linear::Linear;
use syntax::Parsed;

pub(crate) use syntax::Fault;

/// Flags of `Pattern`, by their Java numbers.
pub(crate) mod flag {
    pub(crate) const UNIX_LINES: i32 = 1;
    pub(crate) const CASE_INSENSITIVE: i32 = 2;
    pub(crate) const COMMENTS: i32 = 4;
    pub(crate) const MULTILINE: i32 = 8;
    pub(crate) const LITERAL: i32 = 16;
    pub(crate) const DOTALL: i32 = 32;
    pub(crate) const UNICODE_CASE: i32 = 64;
    pub(crate) const CANON_EQ: i32 = 128;
    pub(crate) const UNICODE_CHARACTER_CLASS: i32 = 256;
}

/// Compiled patterns that are kept for the next use.
const KEPT: NonZeroUsize = NonZeroUsize::new(512).expect("invariant: not zero");

type Cache = LruCache<(i32, Box<str>), Arc<Regex>, foldhash::fast::RandomState>;

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(|| {
    Mutex::new(LruCache::with_hasher(
        KEPT,
        foldhash::fast::RandomState::default(),
    ))
});

/// A compiled pattern.
pub(crate) struct Regex {
    /// The pattern as written.
    pub(crate) pattern: String,
    /// Its flags.
    pub(crate) flags: i32,
    /// Number of groups, without that of the whole match.
    pub(crate) groups: usize,
    /// Names of groups.
    pub(crate) names: Vec<(String, usize)>,
    linear: Option<Linear>,
    parsed: Parsed,
    /// Made when the first text needs it.
    program: OnceLock<Option<Program>>,
}

/// Where a match lies, and its groups: bytes of the text.
pub(crate) type Groups = Vec<Option<(usize, usize)>>;

/// How a match has to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Anywhere at or after the start.
    Find,
    /// At the start.
    Prefix,
    /// From the start to the end.
    Whole,
}

/// The step limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Regex {
    /// Compiles a pattern, or finds it compiled.
    pub(crate) fn new(pattern: &str, flags: i32) -> Result<Arc<Self>, Fault> {
        let key = (flags, Box::from(pattern));
        let cache = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = cache().get(&key) {
            return Ok(Arc::clone(found));
        }
        let made = Arc::new(Self::compile(pattern, flags)?);
        if pattern.len() <= 10_000 {
            cache().put(key, Arc::clone(&made));
        }
        Ok(made)
    }

    fn compile(pattern: &str, flags: i32) -> Result<Self, Fault> {
        let parsed = syntax::parse(pattern, flags)?;
        let linear = Linear::new(&parsed.node);
        let program = OnceLock::new();
        if linear.is_none() {
            let _ = program.set(Some(compile::program(&parsed)?));
        }
        Ok(Self {
            pattern: pattern.to_owned(),
            flags,
            groups: parsed.groups,
            names: parsed.names.clone(),
            linear,
            program,
            parsed,
        })
    }

    /// The first match at or after byte `from`. `last` is where `\G` holds.
    pub(crate) fn find(
        &self,
        text: &str,
        from: usize,
        last: usize,
        mode: Mode,
        steps: &mut u64,
    ) -> Result<Option<Groups>, Exhausted> {
        if let Some(linear) = &self.linear
            && linear.takes(text)
        {
            let searched = (text.len().saturating_sub(from)) as u64 / 32;
            *steps = steps.checked_sub(searched).ok_or(Exhausted)?;
            return Ok(linear.find(text, from, mode));
        }
        let program = self
            .program
            .get_or_init(|| compile::program(&self.parsed).ok());
        let program = program.as_ref().ok_or(Exhausted)?;
        program.find(text, from, last, mode, steps)
    }

    /// The number of a named group.
    pub(crate) fn named(&self, name: &str) -> Option<usize> {
        let found = self.names.iter().find(|(known, _)| known == name);
        found.map(|(_, number)| *number)
    }
}

/// The ends of lines other than `\r\n`.
pub(crate) fn is_terminator(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
