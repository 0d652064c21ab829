//! Query options that page through a set.

use lockgate_engine::error::StepError;
use url::Url;

/// Query options split into those that page and all others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paged {
    others: String,
    skip: u64,
    top: Option<u64>,
}

impl Paged {
    /// Splits an encoded query.
    pub(super) fn parse(query: &str) -> Result<Self, StepError> {
        let number = |name: &str, value: &str| {
            value.parse().map_err(|_| {
                StepError::new(format!(
                    "Query option {name} must be a number, not {value:?}."
                ))
            })
        };
        let mut paged = Self {
            others: String::new(),
            skip: 0,
            top: None,
        };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("$top", value)) => paged.top = Some(number("$top", value)?),
                Some(("$skip", value)) => paged.skip = number("$skip", value)?,
                _ if paged.others.is_empty() => option.clone_into(&mut paged.others),
                _ => paged.others = format!("{}&{option}", paged.others),
            }
        }
        Ok(paged)
    }

    /// The query of the page that begins after `taken` entities, and how many it asks for. `None`
    /// when all that were wanted are there.
    pub(super) fn page(&self, taken: u64, size: u64) -> Option<(String, u64)> {
        let left = self.top.map_or(size, |top| top.saturating_sub(taken));
        let wanted = left.min(size);
        let skip = self.skip.saturating_add(taken);
        let separator = if self.others.is_empty() { "" } else { "&" };
        let query = format!("{}{separator}$skip={skip}&$top={wanted}", self.others);
        (wanted > 0).then_some((query, wanted))
    }
}

/// Where the next page is. Only its path and query count: a service behind a proxy may know itself
/// by another name, and credentials go nowhere else.
pub(super) fn next(current: &Url, href: &str) -> Result<Url, StepError> {
    let next = current.join(href).map_err(|error| {
        StepError::new(format!(
            "The service's next page {href:?} is no address: {error}."
        ))
    })?;
    let mut url = current.clone();
    url.set_path(next.path());
    url.set_query(next.query());
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_respect_what_the_channel_asks_for() {
        let page = |query: &str, taken, size| Paged::parse(query).unwrap().page(taken, size);
        let some = |query: &str, wanted| Some((query.to_owned(), wanted));
        assert_eq!(page("", 0, 10), some("$skip=0&$top=10", 10));
        assert_eq!(
            page("$select=A&sap-client=1", 10, 10),
            some("$select=A&sap-client=1&$skip=10&$top=10", 10)
        );
        assert_eq!(page("$top=15&$skip=3", 10, 10), some("$skip=13&$top=5", 5));
        assert_eq!(page("$top=20", 20, 10), None);
        assert!(Paged::parse("$top=x").is_err());
    }

    #[test]
    fn the_next_page_stays_at_the_same_server() {
        let current = Url::parse("https://host:1/odata/Set?$top=1").unwrap();
        let cases = [
            ("Set?$skiptoken=2", "https://host:1/odata/Set?$skiptoken=2"),
            (
                "http://inner.example/odata/Set?$skiptoken=2",
                "https://host:1/odata/Set?$skiptoken=2",
            ),
            ("//evil.example/x", "https://host:1/x"),
        ];
        for (href, expected) in cases {
            assert_eq!(next(&current, href).unwrap().as_str(), expected);
        }
    }
}
