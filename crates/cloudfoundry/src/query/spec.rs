//! What a request may ask for. Everything else is refused.

use std::collections::HashSet;

use crate::failure::Failure;
use crate::query::{Fields, elements, quoted};

/// Parameters that every list has.
const OF_LISTS: [&str; 6] = [
    "created_ats",
    "label_selector",
    "order_by",
    "page",
    "per_page",
    "updated_ats",
];

/// What a request may ask for.
#[derive(Debug)]
pub(crate) struct Spec {
    /// Whether it is a list, which has pages and an order.
    pub(crate) list: bool,
    /// Whether its items have names to filter and order by.
    pub(crate) named: bool,
    /// Filters: lists of values, of which the item has to have one.
    pub(crate) filters: &'static [&'static str],
    /// Those of them, `names` included, whose values are compared regardless of case.
    pub(crate) folded: &'static [&'static str],
    /// Related resources that can be had along, whole.
    pub(crate) include: &'static [&'static str],
    /// Related resources of which attributes can be had along.
    pub(crate) fields: Fields,
}

impl Spec {
    /// A request for a single thing, without any parameter.
    pub(crate) const ONE: Self = Self {
        list: false,
        named: false,
        filters: &[],
        folded: &[],
        include: &[],
        fields: &[],
    };

    /// A list with nothing but what every list has.
    pub(crate) const LIST: Self = Self {
        list: true,
        named: true,
        ..Self::ONE
    };

    fn valid(&self) -> Vec<&'static str> {
        let mut valid = self.filters.to_vec();
        if self.list {
            valid.extend(OF_LISTS);
            valid.push("guids");
        }
        if self.list && self.named {
            valid.push("names");
        }
        if !self.include.is_empty() {
            valid.push("include");
        }
        if !self.fields.is_empty() {
            valid.push("fields");
        }
        valid.sort_unstable();
        valid
    }

    /// Refuses parameters that the request does not have, and those that are there twice.
    pub(super) fn check(&self, pairs: &[(String, String)]) -> Result<(), Failure> {
        let valid = self.valid();
        let known = |name: &str| {
            let bracketed = matches!(family(name), "fields" | "created_ats" | "updated_ats");
            valid.contains(&family(name)) && (bracketed || family(name) == name)
        };
        let unknown: Vec<&str> = pairs
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !known(name))
            .collect();
        if !unknown.is_empty() {
            let (unknown, valid) = (quoted(&unknown), quoted(&valid));
            return Err(Failure::query(format!(
                "Unknown query parameter(s): {unknown}. Valid parameters are: {valid}"
            )));
        }
        let mut seen = HashSet::new();
        match pairs.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            Some((name, _)) => Err(Failure::query(format!("'{name}' is there twice"))),
            None => Ok(()),
        }
    }

    /// The related resources that `value` asks for.
    pub(super) fn included(&self, value: &str) -> Result<Vec<&'static str>, Failure> {
        let allowed = self.include;
        let find = |wanted: String| {
            let found = allowed.iter().find(|name| **name == wanted).copied();
            found.ok_or_else(|| {
                let allowed = quoted(allowed);
                Failure::query(format!(
                    "Invalid included resource: '{wanted}'. Valid included resources are: {allowed}"
                ))
            })
        };
        elements(value).map(find).collect()
    }
}

/// The name before a bracket: `fields` of `fields[space]`.
pub(super) fn family(name: &str) -> &str {
    match name.split_once('[') {
        Some((family, rest)) if rest.ends_with(']') => family,
        _ => name,
    }
}
