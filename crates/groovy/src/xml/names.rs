//! Names of elements and attributes, each kept once per document.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use smol_str::SmolStr;

use crate::text::Str;

/// A string of a document.
pub(crate) type Symbol = u32;

/// A name of a document.
pub(crate) type NameId = u32;

/// The namespace of declarations of namespaces.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// The namespace of the prefix `xml`.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A name with its namespace.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) prefix: Symbol,
    pub(crate) local: Symbol,
    /// As written: `prefix:local`.
    pub(crate) written: Symbol,
    /// Empty when it has none.
    pub(crate) uri: Symbol,
}

/// The names of a document.
pub(crate) struct Names {
    symbols: HashMap<SmolStr, Symbol, FixedState>,
    texts: Vec<Str>,
    ids: HashMap<(Symbol, Symbol), NameId, FixedState>,
    names: Vec<Name>,
}

/// The symbol of the empty string.
pub(crate) const EMPTY: Symbol = 0;

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            symbols: HashMap::default(),
            texts: Vec::new(),
            ids: HashMap::default(),
            names: Vec::new(),
        };
        names.symbol("");
        names
    }
}

impl Names {
    /// The symbol of a string, which is added when it is new.
    pub(crate) fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(&known) = self.symbols.get(text) {
            return known;
        }
        let symbol = u32::try_from(self.texts.len()).unwrap_or(EMPTY);
        let key = SmolStr::new(text);
        self.texts.push(Str::new(key.clone()));
        self.symbols.insert(key, symbol);
        symbol
    }

    /// The symbol of a string, when the document has it.
    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    /// The string of a symbol.
    pub(crate) fn text(&self, symbol: Symbol) -> Str {
        self.texts
            .get(symbol as usize)
            .cloned()
            .unwrap_or_else(|| "".into())
    }

    /// The string of a symbol, to look at.
    pub(crate) fn str(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol as usize).map_or("", Str::as_str)
    }

    /// The name written so in this namespace.
    pub(crate) fn name(&mut self, written: &str, split: bool, uri: Symbol) -> NameId {
        let whole = self.symbol(written);
        if let Some(&known) = self.ids.get(&(whole, uri)) {
            return known;
        }
        let (prefix, local) = match written.split_once(':') {
            Some((prefix, local)) if split && !prefix.is_empty() => {
                (self.symbol(prefix), self.symbol(local))
            }
            _ => (EMPTY, whole),
        };
        let id = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(Name {
            prefix,
            local,
            written: whole,
            uri,
        });
        self.ids.insert((whole, uri), id);
        id
    }

    /// A name; every node's is known.
    pub(crate) fn get(&self, id: NameId) -> Option<&Name> {
        self.names.get(id as usize)
    }
}
