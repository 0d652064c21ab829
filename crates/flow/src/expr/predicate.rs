//! Parses conditions.

use lockgate_core::limits;

use super::error::{Problem, SyntaxError, excerpt};
use super::template::{function_length, opener};
use super::{Comparison, Connective, Operand, Operator, Predicate, Template};

/// Operators made of signs; the longer of two that begin alike comes first.
const SIGNS: [(&str, Operator); 7] = [
    ("==", Operator::Equal),
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    ("<", Operator::Less),
    (">=", Operator::GreaterOrEqual),
    (">", Operator::Greater),
];
/// Operators that are words.
const WORDS: [(&str, Operator, Operator); 3] = [
    ("contains", Operator::Contains, Operator::NotContains),
    ("in", Operator::In, Operator::NotIn),
    ("regex", Operator::Regex, Operator::NotRegex),
];

impl Predicate {
    /// Parses a condition. White space around it means nothing.
    ///
    /// # Errors
    /// The first thing that is not a condition, with its position.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        if source.len() > limits::EXPRESSION {
            let limit = limits::EXPRESSION;
            return Err(SyntaxError::new(source, 0, Problem::TooLong { limit }));
        }
        let mut parser = Parser { source, at: 0 };
        let first = parser.comparison()?;
        let mut rest = Vec::new();
        while let Some(connective) = parser.connective()? {
            rest.push((connective, parser.comparison()?));
        }
        Ok(Self {
            source: source.to_owned(),
            first,
            rest,
        })
    }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn error(&self, problem: Problem) -> SyntaxError {
        SyntaxError::new(self.source, self.at, problem)
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at = self.source.len() - self.rest().trim_start().len();
    }

    /// Takes `word` when it stands here as a word of its own.
    fn take_word(&mut self, word: &str) -> bool {
        let Some(after) = self.rest().strip_prefix(word) else {
            return false;
        };
        let ends = after
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '\'' | '"' | '$'));
        if ends {
            self.at += word.len();
        }
        ends
    }

    fn connective(&mut self) -> Result<Option<Connective>, SyntaxError> {
        self.skip_blanks();
        if self.rest().is_empty() {
            return Ok(None);
        }
        for (word, connective) in [
            ("and", Connective::And),
            ("&&", Connective::And),
            ("or", Connective::Or),
            ("||", Connective::Or),
        ] {
            if self.take_word(word) {
                return Ok(Some(connective));
            }
        }
        Err(self.error(Problem::MissingConnective(excerpt(self.rest()))))
    }

    fn comparison(&mut self) -> Result<Comparison, SyntaxError> {
        let left = self.operand()?;
        let test = match self.operator()? {
            Some(operator) => Some((operator, self.operand()?)),
            None => None,
        };
        Ok(Comparison { left, test })
    }

    /// The operator here; none before the end or a connective.
    fn operator(&mut self) -> Result<Option<Operator>, SyntaxError> {
        self.skip_blanks();
        let start = self.at;
        if self.rest().is_empty() {
            return Ok(None);
        }
        for (sign, operator) in SIGNS {
            if self.rest().starts_with(sign) {
                self.at += sign.len();
                if self.rest().starts_with('~') {
                    self.at = start;
                    return Err(self.error(Problem::UnknownOperator(format!("{sign}~"))));
                }
                return Ok(Some(operator));
            }
        }
        let negated = self.take_word("not");
        self.skip_blanks();
        for (word, plain, negative) in WORDS {
            if self.take_word(word) {
                return Ok(Some(if negated { negative } else { plain }));
            }
        }
        self.at = start;
        if self.connective().is_ok() {
            self.at = start;
            return Ok(None);
        }
        let word = self.rest().split_whitespace().next().unwrap_or_default();
        Err(self.error(Problem::UnknownOperator(excerpt(word))))
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        self.skip_blanks();
        match self.rest().chars().next() {
            None => Err(self.error(Problem::MissingValue)),
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            Some(_) => self.bare(),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Operand, SyntaxError> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            let rest = &self.source[end..];
            match rest.chars().next() {
                None => return Err(self.error(Problem::UnclosedQuote(quote))),
                Some(c) if c == quote => break,
                Some(_) if opener(rest).is_some() => {
                    end += function_length(rest).ok_or_else(|| {
                        SyntaxError::new(self.source, end, Problem::UnclosedFunction)
                    })?;
                }
                Some(c) => end += c.len_utf8(),
            }
        }
        let template = self.template(start, end)?;
        self.at = end + 1;
        Ok(Operand::Template(template))
    }

    /// A `${…}`, a number, `true`, `false`, `null`, or any other text up to a blank or a sign.
    fn bare(&mut self) -> Result<Operand, SyntaxError> {
        let start = self.at;
        let mut end = start;
        while let Some(c) = self.source[end..].chars().next() {
            let rest = &self.source[end..];
            if opener(rest).is_some() {
                end += function_length(rest).unwrap_or(rest.len());
            } else if c.is_whitespace() || matches!(c, '=' | '<' | '>') || rest.starts_with("!=") {
                break;
            } else {
                end += c.len_utf8();
            }
        }
        let text = &self.source[start..end];
        let operand = match text {
            "" => return Err(self.error(Problem::MissingValue)),
            "null" => Operand::Null,
            "true" => Operand::Boolean(true),
            "false" => Operand::Boolean(false),
            number if is_number(number) => Operand::Number(number.to_owned()),
            _ => Operand::Template(self.template(start, end)?),
        };
        self.at = end;
        Ok(operand)
    }

    fn template(&self, start: usize, end: usize) -> Result<Template, SyntaxError> {
        Template::parse(&self.source[start..end]).map_err(|error| SyntaxError {
            at: error.at + self.source[..start].chars().count(),
            problem: error.problem,
        })
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}
