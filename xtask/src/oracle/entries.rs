//! The functions of a script that the platform could call.

use super::tokens::Token;

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
}

/// What to hand a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    Message,
    Context,
    Output,
    Text(String),
    Texts(String),
    Number(String),
    Unknown,
}

/// Functions that take a message, `processData` alone if there is one; else those that mappings
/// could call.
pub(crate) fn entries(tokens: &[Token]) -> Vec<Entry> {
    const STEPS: usize = 3;
    const MAPPING: usize = 8;
    let all = functions(tokens);
    let takes_message = |entry: &&Entry| entry.parameters == [Parameter::Message];
    let steps: Vec<Entry> = all.iter().filter(takes_message).cloned().collect();
    if let Some(default) = steps.iter().find(|entry| entry.name == "processData") {
        return vec![default.clone()];
    }
    if !steps.is_empty() {
        return steps.into_iter().take(STEPS).collect();
    }
    let known = |entry: &Entry| {
        !entry.parameters.is_empty()
            && !entry.parameters.contains(&Parameter::Unknown)
            && !entry.parameters.contains(&Parameter::Message)
    };
    let mut names = Vec::new();
    let mut found: Vec<Entry> = all.into_iter().filter(known).collect();
    found.retain(|entry| {
        let new = !names.contains(&entry.name);
        names.push(entry.name.clone());
        new
    });
    found.truncate(MAPPING);
    if found.is_empty() {
        found.push(Entry {
            name: "processData".to_owned(),
            parameters: vec![Parameter::Message],
        });
    }
    found
}

/// `type name(parameters) {` outside of every brace.
fn functions(tokens: &[Token]) -> Vec<Entry> {
    const NO_TYPES: [&str; 4] = ["new", "return", "else", "throw"];
    let mut found = Vec::new();
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('{') => depth += 1,
            Token::Sign('}') => depth -= 1,
            Token::Name(name) if depth == 0 && at > 0 => {
                let typed = match &tokens[at - 1] {
                    Token::Name(before) => !NO_TYPES.contains(&before.as_str()),
                    Token::Sign(sign) => matches!(sign, ']' | '>'),
                    Token::Text(_) => false,
                };
                if !typed {
                    continue;
                }
                if let Some(parameters) = parameters(&tokens[at + 1..]) {
                    found.push(Entry {
                        name: name.clone(),
                        parameters,
                    });
                }
            }
            _ => {}
        }
    }
    found
}

/// Reads `(A a, B b) {` or `(A a) throws C {`.
fn parameters(tokens: &[Token]) -> Option<Vec<Parameter>> {
    if !tokens.first()?.is('(') {
        return None;
    }
    let end = tokens.iter().position(|token| token.is(')'))?;
    let opens = match tokens.get(end + 1)? {
        Token::Name(word) => word == "throws",
        other => other.is('{'),
    };
    if !opens {
        return None;
    }
    let inside = &tokens[1..end];
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let all: Vec<&[Token]> = inside.split(|token| token.is(',')).collect();
    let alone = all.len() == 1;
    Some(all.into_iter().map(|one| parameter(one, alone)).collect())
}

fn parameter(tokens: &[Token], alone: bool) -> Parameter {
    let words: Vec<&str> = tokens.iter().filter_map(Token::name).collect();
    let Some((name, types)) = words.split_last() else {
        return Parameter::Unknown;
    };
    let name = (*name).to_owned();
    let array = tokens.iter().any(|token| token.is('['));
    match types.last().copied() {
        Some("Message") => Parameter::Message,
        Some("MappingContext") => Parameter::Context,
        Some("Output") => Parameter::Output,
        Some("String") if array => Parameter::Texts(name),
        Some("String") => Parameter::Text(name),
        Some("int" | "Integer" | "long" | "Long") => Parameter::Number(name),
        None | Some("def") if alone && name.to_lowercase().contains("message") => {
            Parameter::Message
        }
        None | Some("def" | "Object") if !array => Parameter::Text(name),
        _ => Parameter::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn found(source: &str) -> Vec<Entry> {
        entries(&tokens(source))
    }

    #[test]
    fn the_default_function_comes_alone() {
        let source = "def Message processData(Message message) { if (x) { } }\n\
                      def Message other(Message m) throws Exception {}";
        assert_eq!(found(source).len(), 1);
        assert_eq!(found(source)[0].name, "processData");
        let two = "Message a(Message m) {}\nString b(String s) {}";
        assert_eq!(found(two).len(), 1);
        assert_eq!(found("println 1")[0].name, "processData");
    }

    #[test]
    fn functions_of_mappings_are_recognised_by_their_parameters() {
        let source = "def void f(String[] is, Output out, MappingContext c) {}\n\
                      public String g(int n, b){ return h(n) }\n\
                      def z(Map m) {}";
        let all = found(source);
        let texts = Parameter::Texts("is".to_owned());
        assert_eq!(all.len(), 2);
        assert_eq!(
            all[0].parameters,
            [texts, Parameter::Output, Parameter::Context]
        );
        assert_eq!(
            all[1].parameters,
            [
                Parameter::Number("n".to_owned()),
                Parameter::Text("b".to_owned())
            ]
        );
    }
}
