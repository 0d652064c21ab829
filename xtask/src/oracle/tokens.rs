//! Cuts a script into words, roughly: enough to see which names it uses, whatever the dialect.

/// A word of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// An identifier, keyword or number.
    Name(String),
    /// A string literal, up to its first inserted expression.
    Text(String),
    /// Anything else: `?.` and `*.` are a dot.
    Sign(char),
}

impl Token {
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }
}

/// All words. Expressions inserted into a string follow it, between `;`.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut scan = Scan {
        chars: source.chars().collect(),
        at: 0,
        out: Vec::new(),
    };
    while scan.at < scan.chars.len() {
        scan.one();
    }
    scan.out
}

struct Scan {
    chars: Vec<char>,
    at: usize,
    out: Vec<Token>,
}

impl Scan {
    fn sees(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    fn skip_to(&mut self, end: &str) {
        while self.at < self.chars.len() && !self.sees(end) {
            self.at += 1;
        }
        self.at += end.len();
    }

    fn one(&mut self) {
        let c = self.chars[self.at];
        if self.sees("//") {
            self.skip_to("\n");
        } else if self.sees("/*") {
            self.skip_to("*/");
        } else if self.sees("\"\"\"") {
            self.string("\"\"\"", true);
        } else if self.sees("'''") {
            self.string("'''", false);
        } else if c == '"' {
            self.string("\"", true);
        } else if c == '\'' {
            self.string("'", false);
        } else if c == '/' && self.starts_a_regex() {
            self.string("/", true);
        } else if c.is_alphanumeric() || c == '_' {
            self.word();
        } else {
            self.at += 1;
            let joins = matches!(c, '?' | '*') && self.sees(".");
            if !c.is_whitespace() && !joins {
                self.out.push(Token::Sign(c));
            }
        }
    }

    /// A slash where no operand stands before it, with its partner in the same line.
    fn starts_a_regex(&self) -> bool {
        let operand = match self.out.last() {
            Some(Token::Sign(sign)) => matches!(sign, ')' | ']' | '}'),
            Some(_) => true,
            None => false,
        };
        let line = self.chars[self.at + 1..].iter().take_while(|c| **c != '\n');
        !operand && line.into_iter().any(|c| *c == '/')
    }

    fn word(&mut self) {
        let from = self.at;
        while self
            .chars
            .get(self.at)
            .is_some_and(|c| c.is_alphanumeric() || *c == '_')
        {
            self.at += 1;
        }
        let word = self.chars[from..self.at].iter().collect();
        self.out.push(Token::Name(word));
    }

    fn string(&mut self, quote: &str, inserts: bool) {
        self.at += quote.len();
        let place = self.out.len();
        self.out.push(Token::Text(String::new()));
        let mut text = String::new();
        let mut whole = true;
        while self.at < self.chars.len() && !self.sees(quote) {
            if inserts && self.sees("${") {
                whole = false;
                self.inserted();
                continue;
            }
            let mut c = self.chars[self.at];
            if c == '\\' && quote != "/" {
                self.at += 1;
                c = match self.chars.get(self.at) {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(other) => *other,
                    None => break,
                };
            }
            if whole {
                text.push(c);
            }
            self.at += 1;
        }
        self.at += quote.len();
        self.out[place] = Token::Text(text);
    }

    fn inserted(&mut self) {
        self.at += 2;
        self.out.push(Token::Sign(';'));
        let mut depth = 1;
        while self.at < self.chars.len() {
            match self.chars[self.at] {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at += 1;
                break;
            }
            self.one();
        }
        self.out.push(Token::Sign(';'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        let show = |token: &Token| match token {
            Token::Name(name) => name.clone(),
            Token::Text(text) => format!("<{text}>"),
            Token::Sign(sign) => sign.to_string(),
        };
        tokens(source)
            .iter()
            .map(show)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn words_strings_and_comments() {
        assert_eq!(shown("a?.b*.c // d\n/* e */ f"), "a . b . c f");
        assert_eq!(
            shown(r#"x = "a ${b.c} d" + 'e\n'"#),
            "x = <a > ; b . c ; + <e\n>"
        );
        assert_eq!(
            shown("y =~ /a.b/; z = a / b / c"),
            "y = ~ <a.b> ; z = a / b / c"
        );
        assert_eq!(shown("'''a'b''' \"\"\"c\"d\"\"\""), "<a'b> <c\"d>");
        assert_eq!(shown("\"open ${"), "<open > ; ;");
        assert_eq!(shown("'open"), "<open>");
    }
}
