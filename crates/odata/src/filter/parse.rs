//! `$filter` from text: or, and, not, comparisons, in that order of precedence.

use lockgate_core::limits;

use super::{Comparison, Filter, Function};
use crate::error::{Error, Result};
use crate::literal;
use crate::model::{Edm, EntityType, Property};
use crate::value::Value;

impl Filter {
    /// Reads a condition on entities of type `entity`.
    ///
    /// # Errors
    /// When it is malformed, names something that such an entity does not have, compares what cannot
    /// be compared, or is larger than [`limits::ODATA_FILTER_TERMS`] and [`limits::ODATA_FILTER_DEPTH`]
    /// allow.
    pub fn parse(text: &str, entity: &'static EntityType) -> Result<Self> {
        let mut parser = Parser {
            rest: text,
            entity,
            terms: 0,
            depth: 0,
        };
        let filter = parser.either()?;
        parser.skip_space();
        if !parser.rest.is_empty() {
            return Err(parser.unexpected());
        }
        if !filter.is_condition(entity) {
            return Err(Error::bad_request("$filter has to be a condition."));
        }
        Ok(filter)
    }

    /// Whether it holds or does not, rather than being a value.
    fn is_condition(&self, entity: &'static EntityType) -> bool {
        match self {
            Self::And(..) | Self::Or(..) | Self::Not(_) | Self::Compare(..) => true,
            Self::Call(function, _) => function.is_condition(),
            Self::Literal(value) => matches!(value, Value::Bool(_)),
            Self::Path(path) => {
                let property = property(path, entity);
                property.is_some_and(|one| matches!(one.edm, Edm::Boolean))
            }
        }
    }
}

/// The property that a path leads to.
pub(crate) fn property(path: &[String], entity: &'static EntityType) -> Option<&'static Property> {
    let (first, rest) = path.split_first()?;
    let mut found = entity.property(first)?;
    for name in rest {
        let Edm::Complex(complex) = found.edm else {
            return None;
        };
        found = complex.properties.iter().find(|one| one.name == name)?;
    }
    Some(found)
}

struct Parser<'a> {
    rest: &'a str,
    entity: &'static EntityType,
    terms: usize,
    depth: usize,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Filter> {
        let mut left = self.both()?;
        while self.word("or") {
            let right = self.both()?;
            left = Filter::Or(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Filter> {
        let mut left = self.one()?;
        while self.word("and") {
            let right = self.one()?;
            left = Filter::And(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter> {
        if self.word("not") {
            let inner = self.deeper(Self::one)?;
            return Ok(Filter::Not(Box::new(inner)));
        }
        let left = self.operand()?;
        for (word, comparison) in Comparison::WORDS {
            if self.word(word) {
                let right = self.operand()?;
                return self.compare(left, comparison, right);
            }
        }
        Ok(left)
    }

    /// A comparison of values of the same type. What only spells a condition longer becomes short.
    fn compare(&self, left: Filter, comparison: Comparison, right: Filter) -> Result<Filter> {
        let (left, right) = match (left, right) {
            (Filter::Path(path), Filter::Literal(value)) => {
                let value = literal::coerce(value, self.property(&path)?)?;
                (Filter::Path(path), Filter::Literal(value))
            }
            (Filter::Literal(value), Filter::Path(path)) => {
                let value = literal::coerce(value, self.property(&path)?)?;
                (Filter::Literal(value), Filter::Path(path))
            }
            (condition @ Filter::Call(function, _), Filter::Literal(Value::Bool(holds)))
                if function.is_condition() =>
            {
                let negated = match comparison {
                    Comparison::Equal => !holds,
                    Comparison::NotEqual => holds,
                    _ => return Err(Error::bad_request("Conditions have no order.")),
                };
                return Ok(match negated {
                    true => Filter::Not(Box::new(condition)),
                    false => condition,
                });
            }
            other => other,
        };
        Ok(Filter::Compare(Box::new(left), comparison, Box::new(right)))
    }

    fn operand(&mut self) -> Result<Filter> {
        self.skip_space();
        self.terms += 1;
        if self.terms > limits::ODATA_FILTER_TERMS {
            let limit = limits::ODATA_FILTER_TERMS;
            let message = format!("$filter has more than {limit} properties and values.");
            return Err(Error::bad_request(message));
        }
        if self.symbol('(') {
            let inner = self.deeper(Self::either)?;
            self.expect(')')?;
            return Ok(inner);
        }
        if let Some((value, rest)) = literal::read(self.rest) {
            self.rest = rest;
            return Ok(Filter::Literal(value));
        }
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/');
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err(self.unexpected());
        }
        if rest.trim_start().starts_with('(') {
            self.rest = rest;
            return self.call(name);
        }
        let path: Vec<_> = name.split('/').map(str::to_owned).collect();
        self.property(&path)?;
        self.rest = rest;
        Ok(Filter::Path(path))
    }

    fn call(&mut self, name: &str) -> Result<Filter> {
        let function = Function::named(name).ok_or_else(|| {
            Error::bad_request(format!("$filter does not know the function {name}."))
        })?;
        self.expect('(')?;
        let mut arguments = vec![self.deeper(Self::operand)?];
        while self.symbol(',') {
            arguments.push(self.deeper(Self::operand)?);
        }
        self.expect(')')?;
        if arguments.len() != function.arity() {
            let message = format!("{name} takes {} arguments.", function.arity());
            return Err(Error::bad_request(message));
        }
        Ok(Filter::Call(function, arguments))
    }

    fn property(&self, path: &[String]) -> Result<&'static Property> {
        property(path, self.entity).ok_or_else(|| {
            let (path, name) = (path.join("/"), self.entity.name);
            Error::bad_request(format!("{name} has no property {path}."))
        })
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Result<Filter>) -> Result<Filter> {
        self.depth += 1;
        if self.depth > limits::ODATA_FILTER_DEPTH {
            let limit = limits::ODATA_FILTER_DEPTH;
            let message = format!("$filter is nested deeper than {limit} levels.");
            return Err(Error::bad_request(message));
        }
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Whether the next word is `word`, which is taken then.
    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some(start) = self.rest.get(..word.len()) else {
            return false;
        };
        let behind = &self.rest[word.len()..];
        let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/'));
        let found = start.eq_ignore_ascii_case(word) && ends;
        if found {
            self.rest = behind;
        }
        found
    }

    fn symbol(&mut self, symbol: char) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(symbol) {
            Some(behind) => {
                self.rest = behind;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, symbol: char) -> Result<()> {
        match self.symbol(symbol) {
            true => Ok(()),
            false => Err(self.unexpected()),
        }
    }

    fn unexpected(&self) -> Error {
        let near: String = self.rest.chars().take(40).collect();
        match near.is_empty() {
            true => Error::bad_request("$filter ends too early."),
            false => Error::bad_request(format!("$filter is malformed near {near:?}.")),
        }
    }
}

impl Comparison {
    const WORDS: [(&'static str, Self); 6] = [
        ("eq", Self::Equal),
        ("ne", Self::NotEqual),
        ("gt", Self::Greater),
        ("ge", Self::GreaterOrEqual),
        ("lt", Self::Less),
        ("le", Self::LessOrEqual),
    ];
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        let all = [
            ("substringof", Self::SubstringOf),
            ("startswith", Self::StartsWith),
            ("endswith", Self::EndsWith),
            ("tolower", Self::ToLower),
            ("toupper", Self::ToUpper),
            ("trim", Self::Trim),
            ("length", Self::Length),
            ("concat", Self::Concat),
        ];
        let found = all
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, function)| *function)
    }

    const fn arity(self) -> usize {
        match self {
            Self::SubstringOf | Self::StartsWith | Self::EndsWith | Self::Concat => 2,
            Self::ToLower | Self::ToUpper | Self::Trim | Self::Length => 1,
        }
    }

    const fn is_condition(self) -> bool {
        matches!(self, Self::SubstringOf | Self::StartsWith | Self::EndsWith)
    }
}
