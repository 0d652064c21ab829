//! Answers as text.

mod atom;
mod json;
mod metadata;
mod scalar;
mod service_document;

use std::sync::Arc;

use lockgate_core::clock::Timestamp;

pub(crate) use metadata::metadata;
pub(crate) use scalar::text;

use crate::error::{Error, Result};
use crate::key::Key;
use crate::model::{EntityType, Navigation, Property};
use crate::query::Format;
use crate::service::Service;
use crate::set::EntitySet;
use crate::uri;
use crate::value::{Row, Value};

/// The namespace of every type.
pub(crate) const NAMESPACE: &str = "com.sap.hci.api";

/// Text with its content type.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) content_type: &'static str,
    pub(crate) text: String,
}

pub(crate) const JSON: &str = "application/json";
pub(crate) const XML: &str = "application/xml;charset=utf-8";

/// Entities of one set, as somebody wants to see them.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(crate) service: &'a Service,
    /// Where the service is reached, such as `https://host:443/api/v1`.
    pub(crate) base: &'a str,
    pub(crate) set: &'a Arc<dyn EntitySet>,
    /// Paths of `$select`; empty for everything.
    pub(crate) select: Vec<String>,
    pub(crate) expand: Expand,
    /// The navigation that led here, such as `Packages('p')/Flows`.
    pub(crate) inside: Option<String>,
    /// What Atom wants to know of every entity.
    pub(crate) now: Timestamp,
}

/// Navigations to be followed, and those to be followed from there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expand(pub(crate) Vec<(&'static Navigation, Expand)>);

impl Expand {
    /// Puts paths of `$expand` together, starting at `entity`.
    pub(crate) fn plan(
        paths: &[Vec<String>],
        entity: &'static EntityType,
        service: &Service,
    ) -> Result<Self> {
        let mut plan = Self::default();
        for path in paths {
            plan.add(path, entity, service)?;
        }
        Ok(plan)
    }

    fn add(
        &mut self,
        path: &[String],
        entity: &'static EntityType,
        service: &Service,
    ) -> Result<()> {
        let Some((name, rest)) = path.split_first() else {
            return Ok(());
        };
        let navigation = entity.navigation(name).ok_or_else(|| {
            let message = format!("{} has no navigation {name}.", entity.name);
            Error::bad_request(message)
        })?;
        let target = service.set(navigation.set);
        let target = target.ok_or_else(Error::not_implemented)?.entity();
        let known = self.0.iter().position(|(one, _)| one.name == *name);
        let index = known.unwrap_or_else(|| {
            self.0.push((navigation, Self::default()));
            self.0.len() - 1
        });
        self.0[index].1.add(rest, target, service)
    }

    fn of(&self, navigation: &str) -> Option<&Self> {
        let found = self.0.iter().find(|(one, _)| one.name == navigation);
        found.map(|(_, inner)| inner)
    }
}

/// The key that a row has.
pub(crate) fn key_of(row: &Row, entity: &'static EntityType) -> Key {
    let parts = entity.key_properties().map(|property| {
        let value = property.shown(row.get(property.name)).into_owned();
        (property.name, value)
    });
    Key::new(parts.collect())
}

impl<'a> View<'a> {
    /// Where a row is, below the base.
    pub(crate) fn address(&self, row: &Row) -> String {
        let entity = self.set.entity();
        let key = uri::spell(&key_of(row, entity), entity);
        match &self.inside {
            Some(navigation) if entity.contained => format!("{navigation}{key}"),
            _ => format!("{}{key}", self.set.name()),
        }
    }

    fn type_name(&self) -> String {
        format!("{NAMESPACE}.{}", self.set.entity().name)
    }

    /// The properties to show.
    fn properties(&self) -> impl Iterator<Item = &'static Property> {
        let all = self.set.entity().all_properties();
        all.filter(|property| self.is_selected(property.name))
    }

    /// The navigations to show, with what of them is to be expanded.
    fn navigations(&self) -> impl Iterator<Item = (&'static Navigation, Option<&Expand>)> {
        let all = self.set.entity().all_navigations();
        all.map(|one| (one, self.expand.of(one.name)))
            .filter(|(one, expand)| expand.is_some() || self.is_selected(one.name))
    }

    fn is_selected(&self, name: &str) -> bool {
        let mut heads = self.select.iter().map(|path| path.split('/').next());
        self.select.is_empty() || heads.any(|head| head == Some(name))
    }

    /// The view of what `navigation` leads to from the row at `address`.
    fn behind(
        &self,
        navigation: &'static Navigation,
        expand: &Expand,
        address: &str,
    ) -> Option<View<'a>> {
        let prefix = format!("{}/", navigation.name);
        let inner = |path: &String| path.strip_prefix(&prefix).map(str::to_owned);
        Some(View {
            set: self.service.set(navigation.set)?,
            select: self.select.iter().filter_map(inner).collect(),
            expand: expand.clone(),
            inside: Some(format!("{address}/{}", navigation.name)),
            ..*self
        })
    }

    /// One entity.
    pub(crate) fn entity(&self, row: &Row, format: Format) -> Rendered {
        match format {
            Format::Json => json::entity(self, row),
            Format::Atom => atom::entry(self, row),
        }
    }

    /// A list of entities.
    pub(crate) fn entities(
        &self,
        rows: &[Row],
        total: Option<u64>,
        next: Option<&str>,
        format: Format,
    ) -> Rendered {
        match format {
            Format::Json => json::entities(self, rows, total, next),
            Format::Atom => atom::feed(self, rows, total, next),
        }
    }

    /// One property.
    pub(crate) fn property(
        &self,
        property: &'static Property,
        value: Option<&Value>,
        format: Format,
    ) -> Rendered {
        match format {
            Format::Json => json::property(property, value),
            Format::Atom => atom::property(property, value),
        }
    }
}

/// The list of sets.
pub(crate) fn service_document(service: &Service, base: &str, format: Format) -> Rendered {
    match format {
        Format::Json => service_document::json(service),
        Format::Atom => service_document::atom(service, base),
    }
}

/// An error.
pub(crate) fn error(error: &Error, format: Format) -> Rendered {
    match format {
        Format::Json => json::error(error),
        Format::Atom => atom::error(error),
    }
}
