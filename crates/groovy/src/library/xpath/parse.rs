//! XPath 1.0 expressions.

/// How deep expressions may nest.
const DEPTH: usize = 64;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Text(String),
    Number(f64),
    Negative(Box<Self>),
    Binary(&'static str, Box<Self>, Box<Self>),
    Call(String, Vec<Self>),
    Path(Path),
}

/// A path: from the root, from what an expression gives, or from the context.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) from: From,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum From {
    Context,
    Root,
    /// An expression with predicates.
    Expression(Box<Expression>, Vec<Expression>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expression>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Parent,
    Ancestor,
    AncestorOrSelf,
    Own,
    Attribute,
    Following,
    FollowingSibling,
    Preceding,
    PrecedingSibling,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Node,
    Text,
    Comment,
    Instruction(Option<String>),
    /// Prefix, and local name or `*`.
    Name(Option<String>, String),
}

/// Operators from weakest to strongest.
const LEVELS: &[&[&str]] = &[
    &["or"],
    &["and"],
    &["!=", "="],
    &["<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "div", "mod"],
];

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
    prefixes: Vec<String>,
}

type Parsed<T> = Result<T, String>;

/// Parses an expression; with it come the prefixes it uses.
pub(super) fn parse(text: &str) -> Parsed<(Expression, Vec<String>)> {
    let mut parser = Parser {
        rest: text,
        depth: 0,
        prefixes: Vec::new(),
    };
    let expression = parser.expression(0)?;
    parser.space();
    match parser.rest {
        "" => Ok((expression, parser.prefixes)),
        rest => Err(format!(
            "javax.xml.transform.TransformerException: Extra illegal tokens: '{rest}'"
        )),
    }
}

impl<'t> Parser<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let Some(rest) = self.rest.strip_prefix(token) else {
            return false;
        };
        self.rest = rest;
        true
    }

    fn expect(&mut self, token: &str) -> Parsed<()> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(self.unexpected(token))
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        format!(
            "javax.xml.transform.TransformerException: Expected {wanted}, but found: '{}'",
            self.rest
        )
    }

    fn name(&mut self) -> Option<&'t str> {
        self.space();
        if !self
            .rest
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
        {
            return None;
        }
        let more = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = self.rest.find(|c| !more(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(name)
    }

    /// An operator of a level, if one is here.
    fn operator(&mut self, level: &'static [&'static str]) -> Option<&'static str> {
        self.space();
        let found = level.iter().copied().find(|operator| {
            self.rest.strip_prefix(operator).is_some_and(|after| {
                let word = operator.starts_with(char::is_alphabetic);
                !word || !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'))
            })
        })?;
        self.rest = self.rest.get(found.len()..).unwrap_or_default();
        Some(found)
    }

    fn expression(&mut self, level: usize) -> Parsed<Expression> {
        let Some(operators) = LEVELS.get(level) else {
            return self.negative();
        };
        if level == 0 {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err("javax.xml.transform.TransformerException: too deep".to_owned());
            }
        }
        let mut left = self.expression(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.expression(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        if level == 0 {
            self.depth -= 1;
        }
        Ok(left)
    }

    fn negative(&mut self) -> Parsed<Expression> {
        let mut negated = false;
        while self.eat("-") {
            negated = !negated;
        }
        let mut left = self.path()?;
        while self.eat("|") {
            let right = self.path()?;
            left = Expression::Binary("|", Box::new(left), Box::new(right));
        }
        Ok(if negated {
            Expression::Negative(Box::new(left))
        } else {
            left
        })
    }

    fn path(&mut self) -> Parsed<Expression> {
        let mut steps = Vec::new();
        let from = if let Some(primary) = self.primary()? {
            let predicates = self.predicates()?;
            self.space();
            if predicates.is_empty() && !self.rest.starts_with('/') {
                return Ok(primary);
            }
            From::Expression(Box::new(primary), predicates)
        } else if self.eat("//") {
            steps.push(everything());
            steps.push(self.step()?);
            From::Root
        } else if self.eat("/") {
            self.space();
            let stepping = |c: char| c.is_alphabetic() || matches!(c, '_' | '@' | '.' | '*');
            if self.rest.starts_with(stepping) {
                steps.push(self.step()?);
            }
            From::Root
        } else {
            steps.push(self.step()?);
            From::Context
        };
        loop {
            if self.eat("//") {
                steps.push(everything());
            } else if !self.eat("/") {
                break;
            }
            steps.push(self.step()?);
        }
        Ok(Expression::Path(Path { from, steps }))
    }

    /// What is no step: a literal, a number, a call, something in parentheses.
    fn primary(&mut self) -> Parsed<Option<Expression>> {
        self.space();
        for quote in ['"', '\''] {
            if let Some(rest) = self.rest.strip_prefix(quote) {
                let Some((text, rest)) = rest.split_once(quote) else {
                    return Err(self.unexpected("the end of a literal"));
                };
                self.rest = rest;
                return Ok(Some(Expression::Text(text.to_owned())));
            }
        }
        if self.eat("(") {
            let inner = self.expression(0)?;
            self.expect(")")?;
            return Ok(Some(inner));
        }
        let digits = self.rest.strip_prefix('.').unwrap_or(self.rest);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            self.rest = rest;
            let number = number.parse().map_err(|_| self.unexpected("a number"))?;
            return Ok(Some(Expression::Number(number)));
        }
        self.call()
    }

    fn call(&mut self) -> Parsed<Option<Expression>> {
        let before = self.rest;
        let Some(name) = self.name() else {
            return Ok(None);
        };
        let is_test = matches!(name, "node" | "text" | "comment" | "processing-instruction");
        if is_test || !self.eat("(") {
            self.rest = before;
            return Ok(None);
        }
        let mut given = Vec::new();
        while !self.eat(")") {
            if !given.is_empty() {
                self.expect(",")?;
            }
            given.push(self.expression(0)?);
        }
        Ok(Some(Expression::Call(name.to_owned(), given)))
    }

    fn predicates(&mut self) -> Parsed<Vec<Expression>> {
        let mut predicates = Vec::new();
        while self.eat("[") {
            predicates.push(self.expression(0)?);
            self.expect("]")?;
        }
        Ok(predicates)
    }

    fn step(&mut self) -> Parsed<Step> {
        let short = if self.eat("..") {
            Some(Axis::Parent)
        } else if self.eat(".") {
            Some(Axis::Own)
        } else {
            None
        };
        if let Some(axis) = short {
            return Ok(Step {
                axis,
                test: Test::Node,
                predicates: self.predicates()?,
            });
        }
        let axis = self.axis()?;
        let test = self.test()?;
        Ok(Step {
            axis,
            test,
            predicates: self.predicates()?,
        })
    }

    fn axis(&mut self) -> Parsed<Axis> {
        if self.eat("@") {
            return Ok(Axis::Attribute);
        }
        let before = self.rest;
        let name = self.name();
        if name.is_none() || !self.eat("::") {
            self.rest = before;
            return Ok(Axis::Child);
        }
        Ok(match name.unwrap_or_default() {
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "parent" => Axis::Parent,
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "self" => Axis::Own,
            "attribute" => Axis::Attribute,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            other => {
                return Err(format!(
                    "javax.xml.transform.TransformerException: illegal axis name: {other}"
                ));
            }
        })
    }

    fn test(&mut self) -> Parsed<Test> {
        if self.eat("*") {
            return Ok(Test::Name(None, "*".to_owned()));
        }
        let Some(name) = self.name() else {
            return Err(self.unexpected("a location step"));
        };
        if self.eat("(") {
            let test = match name {
                "node" => Test::Node,
                "text" => Test::Text,
                "comment" => Test::Comment,
                _ => match self.primary()? {
                    Some(Expression::Text(target)) => Test::Instruction(Some(target)),
                    _ => Test::Instruction(None),
                },
            };
            self.expect(")")?;
            return Ok(test);
        }
        let Some(rest) = self
            .rest
            .strip_prefix(':')
            .filter(|rest| !rest.starts_with(':'))
        else {
            return Ok(Test::Name(None, name.to_owned()));
        };
        self.rest = rest;
        if !self.prefixes.iter().any(|known| known == name) {
            self.prefixes.push(name.to_owned());
        }
        let local = if self.eat("*") {
            "*"
        } else {
            self.name().unwrap_or_default()
        };
        Ok(Test::Name(Some(name.to_owned()), local.to_owned()))
    }
}

/// The step that `//` stands for.
fn everything() -> Step {
    Step {
        axis: Axis::DescendantOrSelf,
        test: Test::Node,
        predicates: Vec::new(),
    }
}
