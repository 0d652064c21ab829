//! What a script expects of its message: names of headers and properties, the shape of the body,
//! what it compares with, and which patterns its dates have.

use std::collections::HashMap;

use super::entries::{Entry, entries};
use super::tokens::{Token, tokens};

/// Names kept of one script.
const NAMES: usize = 150;
/// Nodes of the shape of a body.
const NODES: usize = 300;
/// Steps from the root of a body.
const DEPTH: usize = 6;

/// What a script expects.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) entries: Vec<Entry>,
    /// Names of headers and properties.
    pub(crate) names: Vec<String>,
    /// Texts that something is compared with.
    pub(crate) compared: Vec<String>,
    /// Patterns of dates.
    pub(crate) patterns: Vec<String>,
    /// What separates the fields of a line, when the body is lines.
    pub(crate) separator: char,
    /// Whether attachments are read.
    pub(crate) attachments: bool,
    pub(crate) shape: Shape,
}

/// The shape of a body; node 0 is the root.
#[derive(Debug)]
pub(crate) struct Shape(Vec<Node>);

#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) children: Vec<usize>,
    /// It is looped over.
    pub(crate) many: bool,
    /// It is converted to a number.
    pub(crate) number: bool,
    pub(crate) attribute: bool,
    depth: usize,
}

impl Shape {
    pub(crate) fn node(&self, index: usize) -> &Node {
        &self.0[index]
    }

    fn child(&mut self, of: usize, name: &str) -> usize {
        let (name, attribute) = match name.strip_prefix('@') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let local = name.rsplit(':').next().unwrap_or(name);
        let fits = local.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && local
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
        if !fits || self.0.len() >= NODES || self.0[of].depth >= DEPTH {
            return of;
        }
        let same = |child: &&usize| self.0[**child].name == local;
        if let Some(found) = self.0[of].children.iter().find(same) {
            return *found;
        }
        let depth = self.0[of].depth + 1;
        self.0.push(Node {
            name: local.to_owned(),
            attribute,
            depth,
            ..Node::default()
        });
        let new = self.0.len() - 1;
        self.0[of].children.push(new);
        new
    }
}

/// Reads a script.
pub(crate) fn expected(source: &str) -> Expected {
    let tokens = tokens(source);
    let mut reader = Reader {
        shape: Shape(vec![Node::default()]),
        names: Vec::new(),
        known: HashMap::new(),
        inner: Vec::new(),
        depth: 0,
        tokens: &tokens,
    };
    reader.read();
    let (shape, names) = (reader.shape, reader.names);
    let mut all = Expected {
        entries: entries(&tokens),
        names,
        compared: compared(&tokens),
        patterns: Vec::new(),
        separator: ',',
        attachments: tokens
            .iter()
            .any(|token| token.name() == Some("getAttachments")),
        shape,
    };
    for text in tokens.iter().filter_map(Token::text) {
        all.literal(text);
    }
    all.names.truncate(NAMES);
    all
}

impl Expected {
    fn literal(&mut self, text: &str) {
        if ["yy", "HH:mm", "dd.MM"]
            .iter()
            .any(|part| text.contains(part))
            && text.len() < 40
        {
            self.patterns.push(text.to_owned());
        }
        match text {
            ";" | "|" | "\t" | "~" => self.separator = text.chars().next().unwrap_or(','),
            "\\|" => self.separator = '|',
            _ => {}
        }
        let like_a_name = text.len() < 60
            && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c));
        if !like_a_name {
            return;
        }
        if !self.names.iter().any(|name| name == text) {
            self.names.push(text.to_owned());
        }
        let local = text.rsplit(':').next().unwrap_or(text);
        let known = self.shape.0.iter().any(|node| node.name == local);
        if !known && self.shape.0[0].children.len() < 40 {
            self.shape.child(0, text);
        }
    }
}

/// Literals beside `==`, or in `equals(…)` and the like, or behind `case`.
fn compared(tokens: &[Token]) -> Vec<String> {
    const METHODS: [&str; 6] = [
        "equals",
        "equalsIgnoreCase",
        "contains",
        "startsWith",
        "endsWith",
        "split",
    ];
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(text) = token.text() else { continue };
        let before = |n: usize| at.checked_sub(n).and_then(|at| tokens.get(at));
        let behind_equals = before(1).is_some_and(|t| t.is('='))
            && before(2).is_some_and(|t| t.is('=') || t.is('!'));
        let before_equals = tokens.get(at + 1).is_some_and(|t| t.is('='))
            && tokens.get(at + 2).is_some_and(|t| t.is('='));
        let in_method = before(1).is_some_and(|t| t.is('('))
            && before(2)
                .and_then(Token::name)
                .is_some_and(|name| METHODS.contains(&name));
        let case = before(1).and_then(Token::name) == Some("case");
        let counts = behind_equals || before_equals || in_method || case;
        if counts && text.len() < 60 && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}

/// What a variable holds.
#[derive(Clone, Copy)]
enum Held {
    /// A node of the body.
    Node(usize),
    /// The headers or properties.
    Names,
}

struct Reader<'a> {
    tokens: &'a [Token],
    shape: Shape,
    names: Vec<String>,
    known: HashMap<String, Held>,
    /// What closures that are open call their parameter, and at which depth.
    inner: Vec<(String, usize, usize)>,
    depth: usize,
}

/// Methods that look at each item.
const LOOPS: [&str; 19] = [
    "each",
    "eachWithIndex",
    "find",
    "findAll",
    "collect",
    "any",
    "every",
    "sort",
    "groupBy",
    "sum",
    "unique",
    "collectEntries",
    "inject",
    "size",
    "first",
    "last",
    "max",
    "min",
    "iterator",
];
/// Of them, those that give such items.
const SAME: [&str; 6] = ["find", "findAll", "sort", "unique", "first", "last"];
/// Methods that make a number.
const NUMBERS: [&str; 7] = [
    "toInteger",
    "toLong",
    "toDouble",
    "toFloat",
    "toBigDecimal",
    "toBigInteger",
    "isNumber",
];
/// Methods that take the name of a child.
const GETS: [&str; 9] = [
    "get",
    "getAt",
    "opt",
    "optString",
    "getString",
    "getJSONObject",
    "getJSONArray",
    "getElementsByTagName",
    "getAttribute",
];
/// Variables that never hold a body.
const OTHERS: [&str; 26] = [
    "message",
    "messageLog",
    "messageLogFactory",
    "log",
    "this",
    "super",
    "java",
    "javax",
    "com",
    "org",
    "groovy",
    "sun",
    "body",
    "writer",
    "builder",
    "xml",
    "new",
    "return",
    "import",
    "package",
    "def",
    "if",
    "for",
    "while",
    "sdf",
    "it",
];

impl Reader<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            match token {
                Token::Sign('{') => self.depth += 1,
                Token::Sign('}') => {
                    self.depth = self.depth.saturating_sub(1);
                    let depth = self.depth;
                    self.inner.retain(|(_, _, at)| *at <= depth);
                }
                Token::Name(word) if word == "import" || word == "package" => {
                    at += 1;
                    while self.is(at + 1, '.') {
                        at += 2;
                    }
                }
                Token::Name(word) if at == 0 || !self.is(at - 1, '.') => self.chain(word, at),
                Token::Name(word) => self.result(word, at),
                _ => {}
            }
            at += 1;
        }
    }

    fn is(&self, at: usize, sign: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(sign))
    }

    fn name(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.name()
    }

    /// The variable that a call at `at` is assigned to.
    fn assigned(&self, at: usize) -> Option<String> {
        let from = at.saturating_sub(14);
        let equals = (from..at).rev().find(|at| self.is(*at, '='))?;
        Some(self.name(equals.checked_sub(1)?)?.to_owned())
    }

    /// `x = ….parseText(…)` and `x = ….getProperties()`.
    fn result(&mut self, method: &str, at: usize) {
        let held = match method {
            "parse" | "parseText" => Held::Node(0),
            "getProperties" | "getHeaders" | "properties" | "headers" => Held::Names,
            _ => return,
        };
        if let Some(variable) = self.assigned(at) {
            self.known.insert(variable, held);
        }
    }

    fn held(&self, variable: &str) -> Option<Held> {
        let inner = self
            .inner
            .iter()
            .rev()
            .find(|(name, _, _)| name == variable);
        match inner {
            Some((_, node, _)) => Some(Held::Node(*node)),
            None => self.known.get(variable).copied(),
        }
    }

    /// `variable.child['child'].get('child').each { …`
    fn chain(&mut self, variable: &str, start: usize) {
        let mut node = match self.held(variable) {
            Some(Held::Names) => {
                if self.is(start + 1, '.')
                    && let Some(name) = self.name(start + 2)
                    && !self.is(start + 3, '(')
                {
                    self.names.push(name.to_owned());
                }
                return;
            }
            Some(Held::Node(node)) => node,
            None if OTHERS.contains(&variable) => return,
            None if variable.starts_with(|c: char| !c.is_lowercase() && c != '_') => return,
            None => 0,
        };
        let mut at = start + 1;
        let known = self.held(variable).is_some();
        loop {
            if self.is(at, '.') && self.is(at + 1, '@') {
                let Some(name) = self.name(at + 2).map(str::to_owned) else {
                    break;
                };
                node = self.shape.child(node, &format!("@{name}"));
                at += 3;
            } else if self.is(at, '.') {
                let name = match self.tokens.get(at + 1) {
                    Some(Token::Name(name) | Token::Text(name)) => name.clone(),
                    _ => break,
                };
                if self.is(at + 2, '(') || self.is(at + 2, '{') {
                    match self.called(&name, node, at + 2) {
                        Some((next, behind)) => (node, at) = (next, behind),
                        None => break,
                    }
                } else {
                    node = self.shape.child(node, &name);
                    at += 2;
                }
            } else if self.is(at, '[') {
                match self.tokens.get(at + 1) {
                    Some(Token::Text(name)) if self.is(at + 2, ']') => {
                        node = self.shape.child(node, name);
                        at += 3;
                    }
                    _ => {
                        let Some(end) = (at..at + 12).find(|at| self.is(*at, ']')) else {
                            break;
                        };
                        self.shape.0[node].many |= node != 0;
                        at = end + 1;
                    }
                }
            } else {
                break;
            }
        }
        if known || node != 0 {
            self.used(node, start, at);
        }
    }

    /// A method on a node; `Some` when a node comes out of it and the chain goes on behind it.
    fn called(&mut self, method: &str, node: usize, open: usize) -> Option<(usize, usize)> {
        if GETS.contains(&method) && self.is(open + 2, ')') {
            let Token::Text(name) = self.tokens.get(open + 1)? else {
                return None;
            };
            let child = self.shape.child(node, name);
            return Some((child, open + 3));
        }
        if NUMBERS.contains(&method) {
            self.shape.0[node].number = true;
        }
        if method == "text" && self.is(open + 1, ')') {
            return Some((node, open + 2));
        }
        if LOOPS.contains(&method) {
            self.shape.0[node].many |= node != 0;
            let brace = (open..open + 2).find(|at| self.is(*at, '{'));
            if let Some(brace) = brace {
                let named =
                    self.is(brace + 2, ',') || self.is(brace + 2, '-') && self.is(brace + 3, '>');
                let parameter = self.name(brace + 1).filter(|_| named).unwrap_or("it");
                let parameter = parameter.to_owned();
                self.inner.push((parameter, node, self.depth + 1));
            }
        }
        None
    }

    /// What becomes of the end of a chain: a number, a variable, items.
    fn used(&mut self, node: usize, start: usize, end: usize) {
        if self.name(end) == Some("as")
            && matches!(
                self.name(end + 1),
                Some("Integer" | "int" | "Long" | "BigDecimal" | "Double" | "double")
            )
        {
            self.shape.0[node].number = true;
        }
        let method = self.name(end + 1).unwrap_or_default();
        let gives_node = !self.is(end, '.') || SAME.contains(&method);
        let Some(before) = start.checked_sub(2) else {
            return;
        };
        let Some(variable) = self.name(before).map(str::to_owned) else {
            return;
        };
        if self.is(start - 1, '=') && gives_node {
            self.known.insert(variable, Held::Node(node));
        } else if self.is(start - 1, ':') || self.name(start - 1) == Some("in") {
            self.shape.0[node].many |= node != 0;
            self.known.insert(variable, Held::Node(node));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(source: &str) -> String {
        fn show(shape: &Shape, index: usize) -> String {
            let node = shape.node(index);
            let children: Vec<String> = node.children.iter().map(|c| show(shape, *c)).collect();
            let inside = if children.is_empty() {
                String::new()
            } else {
                format!("({})", children.join(" "))
            };
            let (at, many) = (
                if node.attribute { "@" } else { "" },
                if node.many { "*" } else { "" },
            );
            let number = if node.number { "#" } else { "" };
            format!("{at}{}{many}{number}{inside}", node.name)
        }
        show(&expected(source).shape, 0)
    }

    #[test]
    fn closures_and_variables_lead_into_the_body() {
        let source = "def root = new XmlSlurper().parseText(body)\n\
            def order = root.Order\n\
            order.Items.Item.each { item -> x(item.Sku.text(), item.@no, item.Qty.toInteger())\n\
              item.Note.each { it.Text } }\n\
            for (p in order.'n:Partner') { p.Id as Integer }";
        assert_eq!(
            shape(source),
            "(Order(Items(Item*(Sku @no Qty# Note*(Text))) Partner*(Id#)))"
        );
    }

    #[test]
    fn maps_and_lists_of_json() {
        let source = r#"json = new JsonSlurper().parse(r); json["a"][0].get("b").c; "${json.d.e}""#;
        assert_eq!(shape(source), "(a*(b(c)) d(e))");
    }

    #[test]
    fn names_patterns_and_what_is_compared() {
        let source = "def p = message.getProperties(); p.Region; p.get('Plant'); if (x == 'DE') {}\n\
            new SimpleDateFormat(\"yyyy-MM-dd\"); line.split(';')";
        let found = expected(source);
        assert!(
            ["Region", "Plant", "DE"]
                .iter()
                .all(|n| found.names.iter().any(|m| m == n))
        );
        assert_eq!(found.compared, ["DE", ";"]);
        assert_eq!(found.patterns, ["yyyy-MM-dd"]);
    }
}
