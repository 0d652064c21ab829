//! Reads request targets: resource path and query options.

use http::StatusCode;

use super::model::{self, FUNCTIONS, Function, Navigation, Row, Set};
use super::{Refusal, not_found};
use crate::http::Request;

/// What a request is about.
#[derive(Debug, Default)]
pub(super) struct Address {
    /// Resource.
    pub(super) target: Target,
    /// `$filter`: properties and the values they must have.
    pub(super) filter: Vec<(String, String)>,
    /// `$top`.
    pub(super) top: Option<usize>,
    /// `$skip`.
    pub(super) skip: usize,
    /// Where a page begins among the wanted entities.
    pub(super) skip_token: usize,
    /// `$select`; empty selects all.
    pub(super) select: Vec<String>,
    /// `$expand`.
    pub(super) expand: Vec<String>,
    /// Base URL of the service.
    pub(super) base: String,
    /// Path below the base and query without `$skiptoken`.
    relative: String,
}

/// A resource.
#[derive(Debug, Default)]
pub(super) enum Target {
    #[default]
    Service,
    Metadata,
    Set(&'static Set),
    Entity(&'static Set, String),
    Navigation(&'static Set, String, &'static Navigation),
    Function(&'static Function, String),
}

impl Address {
    pub(super) fn parse(request: &Request, root: &str) -> Result<Self, Refusal> {
        let below = request.path().strip_prefix(root).ok_or_else(not_found)?;
        let host = request.header("host").unwrap_or_default();
        let options: Vec<(String, String)> = request
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|option| option.split_once('='))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let mut address = Self {
            base: format!("http://{host}{root}/"),
            relative: relative(below, request.query()),
            target: target(&decode(below.trim_start_matches('/')), &options)?,
            ..Self::default()
        };
        for (name, value) in &options {
            match name.as_str() {
                "$top" => address.top = Some(number(value)?),
                "$skip" => address.skip = number(value)?,
                "$skiptoken" => address.skip_token = number(value)?,
                "$select" => address.select = list(value),
                "$expand" => address.expand = list(value),
                "$filter" => address.filter = filter(value)?,
                _ => {}
            }
        }
        Ok(address)
    }

    pub(super) fn matches(&self, row: &Row) -> bool {
        self.filter
            .iter()
            .all(|(name, value)| row.get(name).is_some_and(|have| have == value))
    }

    /// The same service without any query options.
    pub(super) fn plain(&self) -> Self {
        Self {
            base: self.base.clone(),
            ..Self::default()
        }
    }

    /// The address of the page that begins at `shown`.
    pub(super) fn next_page(&self, shown: usize) -> String {
        let separator = if self.relative.contains('?') {
            '&'
        } else {
            '?'
        };
        format!(
            "{}{}{separator}$skiptoken={shown}",
            self.base, self.relative
        )
    }
}

fn relative(below: &str, query: Option<&str>) -> String {
    let path = below.trim_start_matches('/');
    let kept: Vec<&str> = query
        .unwrap_or_default()
        .split('&')
        .filter(|option| !option.is_empty() && !option.starts_with("$skiptoken"))
        .collect();
    match kept.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", kept.join("&")),
    }
}

fn target(path: &str, options: &[(String, String)]) -> Result<Target, Refusal> {
    match path {
        "" => return Ok(Target::Service),
        "$metadata" => return Ok(Target::Metadata),
        _ => {}
    }
    if let Some(function) = FUNCTIONS.iter().find(|function| function.name == path) {
        let argument = options.iter().find(|(name, _)| name == function.parameter);
        let argument = argument.and_then(|(_, value)| literal(value));
        let missing = || bad(format!("Parameter {} is missing", function.parameter));
        return Ok(Target::Function(function, argument.ok_or_else(missing)?));
    }
    let (name, rest) = path.split_at(path.find('(').unwrap_or(path.len()));
    let set = model::set(name).ok_or_else(not_found)?;
    let Some(rest) = rest.strip_prefix('(') else {
        return Ok(Target::Set(set));
    };
    let (key, rest) = rest.rsplit_once(')').ok_or_else(not_found)?;
    let key = key.strip_prefix(&format!("{}=", set.key())).unwrap_or(key);
    let key = literal(key).ok_or_else(|| bad(format!("Key {key} is not a string")))?;
    match rest.strip_prefix('/') {
        None if rest.is_empty() => Ok(Target::Entity(set, key)),
        Some(nav) => {
            let nav = set.navigation(nav).ok_or_else(not_found)?;
            Ok(Target::Navigation(set, key, nav))
        }
        None => Err(not_found()),
    }
}

/// `A eq 'x' and B eq 2`.
fn filter(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let term = |term: &str| {
        let (name, value) = term.split_once(" eq ")?;
        let value = literal(value).unwrap_or_else(|| value.trim().to_owned());
        Some((name.trim().to_owned(), value))
    };
    text.split(" and ")
        .map(|part| term(part).ok_or_else(|| bad(format!("Filter {part:?} is not known"))))
        .collect()
}

/// The content of `'…'`.
fn literal(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_owned()).collect()
}

fn number(text: &str) -> Result<usize, Refusal> {
    text.parse()
        .map_err(|_| bad(format!("{text:?} is not a number")))
}

pub(super) fn bad(text: String) -> Refusal {
    (StatusCode::BAD_REQUEST, "SHOP/400", text)
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let hex = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        match (*first, tail) {
            (b'%', [high, low, after @ ..]) => {
                if let Some((high, low)) = hex(*high).zip(hex(*low)) {
                    bytes.push(high * 16 + low);
                    rest = after;
                }
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
