//! Query parameters. One that a request does not have is refused: a filter that is overlooked would
//! make clients change the wrong thing.

mod fields;
mod order;
mod selector;
mod spec;
mod times;

use std::collections::{BTreeMap, HashSet};

use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_store::metadata::Metadata;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use crate::failure::Failure;
pub(crate) use fields::{Fields, pick};
use order::Order;
use selector::Selector;
pub(crate) use spec::Spec;
use spec::family;
use times::TimeFilters;

/// Items of a page when the request does not say.
const PER_PAGE: u32 = 50;

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Query {
    /// As sent, decoded once; the links to other pages repeat them.
    pairs: Vec<(String, String)>,
    filters: BTreeMap<String, HashSet<String>>,
    folded: &'static [&'static str],
    /// Which page, from 1 on.
    pub(crate) page: u32,
    /// Items of a page.
    pub(crate) per_page: u32,
    order: Order,
    include: Vec<&'static str>,
    fields: Vec<(&'static str, Vec<&'static str>)>,
    selector: Selector,
    times: TimeFilters,
}

/// What every listed thing has.
pub(crate) trait Listed {
    fn guid(&self) -> Uuid;
    /// Its name; empty for things without.
    fn name(&self) -> &str;
    fn created_at(&self) -> Timestamp;
    fn updated_at(&self) -> Timestamp;
    /// Its labels and annotations, for things that can have some.
    fn metadata(&self) -> Option<&Metadata>;
}

impl Query {
    /// Reads `raw`, the query of a request, which may hold what `spec` says and nothing else.
    pub(crate) fn read(raw: Option<&str>, spec: &Spec) -> Result<Self, Failure> {
        let mut query = Self {
            pairs: Vec::new(),
            filters: BTreeMap::new(),
            folded: spec.folded,
            page: 1,
            per_page: PER_PAGE,
            order: Order::default(),
            include: Vec::new(),
            fields: Vec::new(),
            selector: Selector::default(),
            times: TimeFilters::default(),
        };
        let pairs = form_urlencoded::parse(raw.unwrap_or_default().as_bytes());
        query.pairs = pairs.into_owned().collect();
        spec.check(&query.pairs)?;
        for (name, value) in std::mem::take(&mut query.pairs) {
            query.take(&name, &value, spec)?;
            query.pairs.push((name, value));
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str, spec: &Spec) -> Result<(), Failure> {
        match family(name) {
            "page" => {
                let page = value.parse().ok().filter(|page| *page >= 1);
                self.page =
                    page.ok_or_else(|| Failure::query("Page must be a positive integer"))?;
            }
            "per_page" => {
                let most = limits::CLOUD_FOUNDRY_PAGE;
                let number = value.parse().ok();
                let number = number.filter(|number| (1..=most).contains(number));
                self.per_page = number.ok_or_else(|| {
                    Failure::query(format!("Per page must be between 1 and {most}"))
                })?;
            }
            "order_by" => self.order = Order::parse(value, spec.named)?,
            "label_selector" => self.selector = Selector::parse(value)?,
            "created_ats" | "updated_ats" => self.times.add(name, value)?,
            "include" => self.include = spec.included(value)?,
            "fields" => self.fields.push(fields::read(name, value, spec.fields)?),
            _ => {
                let folded = self.folded.contains(&name);
                let values = elements(value).map(|value| fold(value, folded));
                self.filters.insert(name.to_owned(), values.collect());
            }
        }
        Ok(())
    }

    /// Whether the filter `name` is absent, or names `value`.
    pub(crate) fn allows(&self, name: &str, value: &str) -> bool {
        self.allows_any(name, [value])
    }

    /// Whether the filter `name` is absent, or names one of `values`.
    pub(crate) fn allows_any<'a>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = &'a str>,
    ) -> bool {
        let Some(wanted) = self.filters.get(name) else {
            return true;
        };
        let folded = self.folded.contains(&name);
        let mut values = values.into_iter();
        values.any(|value| wanted.contains(&fold(value.to_owned(), folded)))
    }

    /// Whether the filter `name` is absent, or names the guid `id`.
    pub(crate) fn allows_guid(&self, name: &str, id: Uuid) -> bool {
        !self.filters.contains_key(name) || self.allows(name, &id.hyphenated().to_string())
    }

    /// What the filter `name` names, if it is there.
    pub(crate) fn wanted(&self, name: &str) -> Option<&HashSet<String>> {
        self.filters.get(name)
    }

    /// The filter `name` as true or false, if it is there.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.single(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => {
                let reason = format!("{name} only accepts values 'true' or 'false'");
                Err(Failure::query(reason))
            }
        }
    }

    /// The filter `name` as one of `values`, if it is there.
    pub(crate) fn one_of(
        &self,
        name: &str,
        values: &[&'static str],
    ) -> Result<Option<&str>, Failure> {
        match self.single(name)? {
            Some(value) if !values.contains(&value) => {
                let reason = format!("{name} must be one of {}", quoted(values));
                Err(Failure::query(reason))
            }
            value => Ok(value),
        }
    }

    fn single(&self, name: &str) -> Result<Option<&str>, Failure> {
        let Some(values) = self.filters.get(name) else {
            return Ok(None);
        };
        let mut values = values.iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(Some(value)),
            _ => Err(Failure::query(format!("{name} must have one value"))),
        }
    }

    /// Whether `resource` is to be included whole.
    pub(crate) fn includes(&self, resource: &str) -> bool {
        self.include.contains(&resource)
    }

    /// The attributes of `resource` that are to be included, if there are any.
    pub(crate) fn fields(&self, resource: &str) -> Option<&[&'static str]> {
        let mut fields = self.fields.iter();
        let (_, attributes) = fields.find(|(name, _)| *name == resource)?;
        Some(attributes)
    }

    /// Whether the request asked for anything to be included, even if there is nothing.
    pub(crate) fn wants_included(&self) -> bool {
        !self.include.is_empty() || !self.fields.is_empty()
    }

    /// The parameters that the links to other pages repeat.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = &(String, String)> {
        let paging = |name: &str| matches!(name, "page" | "per_page");
        self.pairs.iter().filter(move |(name, _)| !paging(name))
    }

    /// Takes the filter `guids` out, for things whose guid is not a UUID.
    pub(crate) fn take_guids(&mut self) -> Option<HashSet<String>> {
        self.filters.remove("guids")
    }

    /// Whether `item` passes the filters that every list has.
    pub(crate) fn keeps(&self, item: &impl Listed) -> bool {
        self.allows_guid("guids", item.guid())
            && self.allows("names", item.name())
            && self.selector.matches(item.metadata())
            && self.times.admit(item.created_at(), item.updated_at())
    }

    /// Orders `items` as asked for; without being asked, by creation. What is equal stays in place.
    pub(crate) fn order<T: Listed>(&self, items: &mut [T]) {
        items.sort_by(|a, b| self.order.compare(a, b));
    }
}

/// The elements of a list. A comma within one is percent-encoded once more than the rest.
pub(crate) fn elements(value: &str) -> impl Iterator<Item = String> {
    let decode = |element: &str| percent_decode_str(element).decode_utf8_lossy().into_owned();
    value.split(',').map(decode)
}

fn fold(text: String, folded: bool) -> String {
    if folded { text.to_lowercase() } else { text }
}

/// `'a', 'b'`
pub(crate) fn quoted(names: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| format!("'{}'", name.as_ref()))
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
