//! Values that suit names.

use serde_json::{Value, json};

use super::names::Expected;

/// What all values of a message are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// What the name suggests.
    Named,
    /// Numbers.
    Numbers,
    /// Dates, in the pattern of the script if it has one.
    Dates,
    /// What the script compares with.
    Compared,
    /// Empty texts.
    Empty,
}

/// Values of one message.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    theme: Theme,
    expected: &'a Expected,
}

/// FNV-1a, to choose the same on every machine.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn choose<'a>(all: &[&'a str], by: &str) -> &'a str {
    let index = usize::try_from(hash(by) % all.len().max(1) as u64).unwrap_or(0);
    all.get(index).copied().unwrap_or_default()
}

impl<'a> Values<'a> {
    pub(crate) fn new(theme: Theme, expected: &'a Expected) -> Self {
        Self { theme, expected }
    }

    /// A text for this name.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.theme {
            Theme::Named => self.named(name),
            Theme::Numbers => number(name),
            Theme::Dates => self.date(name),
            Theme::Empty => String::new(),
            Theme::Compared => {
                let all: Vec<&str> = self.expected.compared.iter().map(String::as_str).collect();
                if all.is_empty() || hash(name).is_multiple_of(5) {
                    self.named(name)
                } else {
                    choose(&all, name).to_owned()
                }
            }
        }
    }

    /// A header or property.
    pub(crate) fn property(&self, name: &str) -> Value {
        if name == "CamelExceptionCaught" {
            return exception(self.theme);
        }
        Value::from(self.text(name))
    }

    /// A number, if the script wants one.
    pub(crate) fn leaf(&self, name: &str, number_wanted: bool) -> String {
        if number_wanted && self.theme != Theme::Empty {
            number(name)
        } else {
            self.text(name)
        }
    }

    /// A JSON value: a number, `true` or `null` now and then.
    pub(crate) fn json(&self, name: &str, number_wanted: bool) -> Value {
        let text = self.leaf(name, number_wanted);
        let plain = matches!(self.theme, Theme::Named | Theme::Numbers);
        match hash(name) % 8 {
            _ if !plain => Value::from(text),
            0..=2 => match text.parse::<serde_json::Number>() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::from(text),
            },
            3 if text.len() > 2 && !number_wanted => Value::Bool(true),
            4 if name.len() > 8 && !number_wanted => Value::Null,
            _ => Value::from(text),
        }
    }

    fn named(&self, name: &str) -> String {
        const OTHERS: [&str; 10] = [
            "12",
            "ABC",
            "2024-01-15",
            "true",
            "4.50",
            "a,b,c",
            "DE",
            " x ",
            "Müller & Söhne",
            "0",
        ];
        let lower = name.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
        if has(&["date", "time", "stamp"]) || lower.ends_with("at") {
            return self.date(name);
        }
        if has(&["enable", "is_", "flag", "log"]) {
            return choose(&["true", "false", "TRUE"], name).to_owned();
        }
        if has(&["url", "uri", "address", "host"]) {
            return "https://example.com:443/a/b?c=d".to_owned();
        }
        if has(&[
            "count", "num", "qty", "quantity", "amount", "index", "size", "delay",
        ]) || lower.ends_with("id")
        {
            return number(name);
        }
        choose(&OTHERS, name).to_owned()
    }

    fn date(&self, name: &str) -> String {
        const PATTERNS: [&str; 3] = [
            "yyyy-MM-dd",
            "yyyy-MM-dd'T'HH:mm:ss",
            "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
        ];
        let own: Vec<&str> = self.expected.patterns.iter().map(String::as_str).collect();
        let pattern = choose(if own.is_empty() { &PATTERNS } else { &own }, name);
        dated(pattern, u32::try_from(hash(name) % 27).unwrap_or(0) + 1)
    }
}

fn number(name: &str) -> String {
    choose(&["1", "12", "4.50", "0", "100", "7", "1234567", "-3"], name).to_owned()
}

/// What a failed call leaves in the property of that name.
fn exception(theme: Theme) -> Value {
    let class = match theme {
        Theme::Named | Theme::Compared => {
            "org.apache.camel.component.ahc.AhcOperationFailedException"
        }
        _ => "java.lang.IllegalStateException",
    };
    json!({
        "exception": class,
        "message": "Internal Server Error",
        "statusCode": 500,
        "statusText": "Internal Server Error",
        "responseBody": "<error><code>4711</code></error>",
    })
}

/// 14:05:07.123 on a day of March 2024, as a pattern of `SimpleDateFormat` shows it.
fn dated(pattern: &str, day: u32) -> String {
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == '\'' {
            out.extend(rest.by_ref().take_while(|c| *c != '\''));
            continue;
        }
        let mut count = 1;
        while rest.next_if_eq(&letter).is_some() {
            count += 1;
        }
        let field = |number: u32| format!("{number:0count$}");
        let text = match letter {
            'y' | 'Y' | 'u' if count == 2 => "24".to_owned(),
            'y' | 'Y' | 'u' => "2024".to_owned(),
            'M' if count >= 4 => "March".to_owned(),
            'M' if count == 3 => "Mar".to_owned(),
            'M' => field(3),
            'd' => field(day),
            'H' | 'k' => field(14),
            'h' | 'K' => field(2),
            'm' => field(5),
            's' => field(7),
            'S' => field(123),
            'a' => "PM".to_owned(),
            'E' => "Sat".to_owned(),
            'z' => "UTC".to_owned(),
            'Z' => "+0000".to_owned(),
            'X' => "Z".to_owned(),
            other => other.to_string().repeat(count),
        };
        out.push_str(&text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::names::expected;
    use super::*;

    #[test]
    fn dates_follow_the_pattern_of_the_script() {
        assert_eq!(
            dated("yyyy-MM-dd'T'HH:mm:ss.SSSX", 9),
            "2024-03-09T14:05:07.123Z"
        );
        assert_eq!(dated("d MMM yy hh.mm a", 9), "9 Mar 24 02.05 PM");
        let script = expected("new SimpleDateFormat('dd.MM.yyyy')");
        let date = Values::new(Theme::Dates, &script).text("anything");
        assert!(date.ends_with(".03.2024"), "{date}");
    }

    #[test]
    fn values_suit_the_theme() {
        let script = expected("if (x == 'Blue') {}");
        let text = |theme| Values::new(theme, &script).text("colour");
        assert!(text(Theme::Numbers).parse::<f64>().is_ok());
        assert_eq!(text(Theme::Compared), "Blue");
        assert_eq!(text(Theme::Empty), "");
        let caught = Values::new(Theme::Named, &script).property("CamelExceptionCaught");
        assert_eq!(caught["statusCode"], 500);
    }
}
