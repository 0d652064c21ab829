//! Sets of characters.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, HirKind};

/// A set that is asked often.
#[derive(Clone, Debug)]
pub(super) struct Set {
    ascii: u128,
    ranges: Box<[(char, char)]>,
}

impl Set {
    pub(super) fn new(class: &ClassUnicode) -> Self {
        let ranges: Box<[_]> = class
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect();
        let holds = |c: u8| {
            ranges
                .iter()
                .any(|(a, b)| (*a..=*b).contains(&char::from(c)))
        };
        let ascii = (0..128_u8).fold(0, |bits, c| bits | (u128::from(holds(c)) << c));
        Self { ascii, ranges }
    }

    pub(super) fn contains(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.ascii >> u32::from(c) & 1 == 1;
        }
        let found = self.ranges.binary_search_by(|(first, last)| {
            if c < *first {
                std::cmp::Ordering::Greater
            } else if c > *last {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Equal
            }
        });
        found.is_ok()
    }
}

/// The set of these ranges.
pub(super) fn of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|(a, b)| ClassUnicodeRange::new(*a, *b)))
}

/// All but these.
pub(super) fn not(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

/// What `.` matches.
pub(super) fn dot(all: bool, unix: bool) -> ClassUnicode {
    match (all, unix) {
        (true, _) => of(&[('\0', char::MAX)]),
        (false, true) => not(of(&[('\n', '\n')])),
        (false, false) => not(of(&[
            ('\n', '\n'),
            ('\r', '\r'),
            ('\u{85}', '\u{85}'),
            ('\u{2028}', '\u{2029}'),
        ])),
    }
}

const DIGIT: &[(char, char)] = &[('0', '9')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: &[(char, char)] = &[('\t', '\r'), (' ', ' ')];
const HORIZONTAL: &[(char, char)] = &[
    ('\t', '\t'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
];
const VERTICAL: &[(char, char)] = &[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')];

/// `\d`, `\W` and so on.
pub(super) fn shorthand(letter: char, unicode: bool) -> Option<ClassUnicode> {
    let class = match letter.to_ascii_lowercase() {
        'd' if unicode => property("Nd")?,
        'w' if unicode => perl(r"\w")?,
        's' if unicode => perl(r"\s")?,
        'd' => of(DIGIT),
        'w' => of(WORD),
        's' => of(SPACE),
        'h' => of(HORIZONTAL),
        'v' => of(VERTICAL),
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() {
        not(class)
    } else {
        class
    })
}

/// `\p{name}`
pub(super) fn named(name: &str) -> Option<ClassUnicode> {
    let ascii: &[(char, char)] = match name {
        "Lower" => &[('a', 'z')],
        "Upper" => &[('A', 'Z')],
        "ASCII" => &[('\0', '\x7f')],
        "Alpha" => &[('A', 'Z'), ('a', 'z')],
        "Digit" => DIGIT,
        "Alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "Punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "Graph" => &[('!', '~')],
        "Print" => &[(' ', '~')],
        "Blank" => &[('\t', '\t'), (' ', ' ')],
        "Cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        "XDigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        "Space" => SPACE,
        "L1" => &[('\0', '\u{ff}')],
        "InBasicLatin" | "InBASIC_LATIN" => &[('\0', '\x7f')],
        "InLatin-1Supplement" | "InLATIN_1_SUPPLEMENT" => &[('\u{80}', '\u{ff}')],
        "InGreek" | "InGREEK" => &[('\u{370}', '\u{3ff}')],
        "InCyrillic" | "InCYRILLIC" => &[('\u{400}', '\u{4ff}')],
        "InCombiningDiacriticalMarks" | "InCOMBINING_DIACRITICAL_MARKS" => {
            &[('\u{300}', '\u{36f}')]
        }
        "javaWhitespace" => return java_whitespace(),
        "javaLowerCase" => return property("Lowercase"),
        "javaUpperCase" => return property("Uppercase"),
        "javaDigit" => return property("Nd"),
        "javaLetter" | "javaAlphabetic" => return property("L"),
        "javaLetterOrDigit" => return letters_and_digits(),
        "all" => &[('\0', char::MAX)],
        _ => return unicode(name),
    };
    Some(of(ascii))
}

fn unicode(name: &str) -> Option<ClassUnicode> {
    let name = match name.split_once('=') {
        Some(("gc" | "general_category" | "sc" | "script", value)) => value,
        Some(_) => return None,
        None => name.strip_prefix("Is").unwrap_or(name),
    };
    match name {
        "LC" => property("Cased_Letter"),
        "White_Space" | "WhiteSpace" => perl(r"\s"),
        name => property(name),
    }
}

fn letters_and_digits() -> Option<ClassUnicode> {
    let mut class = property("L")?;
    class.union(&property("Nd")?);
    Some(class)
}

fn java_whitespace() -> Option<ClassUnicode> {
    let mut class = property("Z")?;
    class.difference(&of(&[
        ('\u{a0}', '\u{a0}'),
        ('\u{2007}', '\u{2007}'),
        ('\u{202f}', '\u{202f}'),
    ]));
    class.union(&of(&[('\t', '\r'), ('\u{1c}', '\u{1f}')]));
    Some(class)
}

/// A Unicode property or script.
fn property(name: &str) -> Option<ClassUnicode> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then(|| perl(&format!(r"\p{{{name}}}"))).flatten()
}

fn perl(pattern: &str) -> Option<ClassUnicode> {
    match regex_syntax::parse(pattern).ok()?.into_kind() {
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => Some(class),
        _ => None,
    }
}

/// Both cases of what it holds: of ASCII letters, or of all.
pub(super) fn fold(class: &mut ClassUnicode, unicode: bool) {
    if unicode {
        class.case_fold_simple();
        return;
    }
    let mut more = Vec::new();
    for (lower, upper) in ('a'..='z').zip('A'..='Z') {
        let holds = |c: char| {
            class
                .iter()
                .any(|range| (range.start()..=range.end()).contains(&c))
        };
        if holds(lower) != holds(upper) {
            more.push((lower, lower));
            more.push((upper, upper));
        }
    }
    class.union(&of(&more));
}
