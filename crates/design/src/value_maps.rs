//! Entries of value mappings.

use std::collections::BTreeSet;

use lockgate_core::audit::Actor;
use lockgate_flow::values::{Entry, FILE, Group, Place, ValueMapping};
use lockgate_store::artifacts::{Artifact, ArtifactHead, ArtifactKind};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::resources::edited;
use crate::service::{Workspace, Written, blocking, open};

/// The entries of a value mapping.
#[derive(Debug)]
struct Document(ValueMapping);

/// From where to where values are mapped. Both have an agency and a schema, in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// From where.
    pub source: Place,
    /// To where.
    pub target: Place,
}

/// A value and what it is mapped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueMap {
    /// Its id.
    pub id: String,
    /// The value.
    pub source: String,
    /// What it is mapped to.
    pub target: String,
    /// Whether this is taken when the value is mapped to several.
    pub is_default: bool,
}

impl Workspace {
    /// Between what a value mapping maps.
    ///
    /// # Errors
    /// When there is no such value mapping, or its entries cannot be read.
    pub async fn value_map_pairs(&self, id: &str, version: &str) -> Result<Vec<Pair>> {
        let document = self.value_document(id, version).await?;
        Ok(document.pairs().into_iter().collect())
    }

    /// What is mapped from somewhere to somewhere.
    ///
    /// # Errors
    /// When there is no such value mapping, or it does not map between these.
    pub async fn value_maps(&self, id: &str, version: &str, pair: &Pair) -> Result<Vec<ValueMap>> {
        let document = self.value_document(id, version).await?;
        document.check(pair)?;
        Ok(document.maps(pair))
    }

    /// Maps a value. An entry with this id is changed; without one, an entry is added unless there is one
    /// for these values.
    ///
    /// # Errors
    /// When there is no such value mapping or entry, or it does not map between these.
    pub async fn upsert_value_map(
        &self,
        actor: &Actor,
        which: (&str, &str),
        pair: Pair,
        entry: Option<&str>,
        values: (&str, &str),
    ) -> Result<ArtifactHead> {
        let entry = entry.map(str::to_owned);
        let values = (values.0.to_owned(), values.1.to_owned());
        let fresh = self.random.uuid();
        self.change_values(actor, which, move |document| {
            document.check(&pair)?;
            document.upsert(&pair, entry.as_deref(), &values, fresh)
        })
        .await
    }

    /// Makes an entry the default for its value.
    ///
    /// # Errors
    /// When there is no such value mapping or entry, or its value is mapped to nothing else.
    pub async fn set_default_value_map(
        &self,
        actor: &Actor,
        which: (&str, &str),
        pair: Pair,
        entry: &str,
    ) -> Result<ArtifactHead> {
        let entry = entry.to_owned();
        self.change_values(actor, which, move |document| {
            document.check(&pair)?;
            document.set_default(&pair, &entry)
        })
        .await
    }

    /// Deletes everything that is mapped from somewhere to somewhere.
    ///
    /// # Errors
    /// When there is no such value mapping, or it does not map between these.
    pub async fn delete_value_maps(
        &self,
        actor: &Actor,
        which: (&str, &str),
        pair: Pair,
    ) -> Result<ArtifactHead> {
        self.change_values(actor, which, move |document| {
            document.check(&pair)?;
            document.delete(&pair);
            Ok(())
        })
        .await
    }

    async fn value_document(&self, id: &str, version: &str) -> Result<Document> {
        let kind = ArtifactKind::ValueMapping;
        let artifact = self.find_artifact(kind, id, version).await?;
        blocking(move || {
            let bundle = open(&artifact.archive)?;
            Document::parse(bundle.file(FILE))
        })
        .await
    }

    async fn change_values(
        &self,
        actor: &Actor,
        which: (&str, &str),
        change: impl Fn(&mut Document) -> Result<()> + Clone + Send + 'static,
    ) -> Result<ArtifactHead> {
        let edit = move |artifact: Artifact| -> Result<Written> {
            let bundle = open(&artifact.archive)?;
            let mut document = Document::parse(bundle.file(FILE))?;
            change(&mut document)?;
            let xml = document.0.to_xml();
            let note = "entries changed".to_owned();
            edited(artifact, bundle, note, FILE, Some(xml.as_bytes()))
        };
        let which = (ArtifactKind::ValueMapping, which.0, which.1);
        self.change(actor, which, true, edit).await
    }
}

impl Document {
    fn parse(bytes: Option<&[u8]>) -> Result<Self> {
        let mapping = ValueMapping::parse(bytes).map_err(|error| {
            Error::Invalid(format!(
                "The entries of the value mapping cannot be read: {error}"
            ))
        });
        mapping.map(Self)
    }

    /// Every pair, in order.
    fn pairs(&self) -> BTreeSet<Pair> {
        let mut pairs = BTreeSet::new();
        for group in &self.0.groups {
            for source in &group.entries {
                let others = group.entries.iter();
                let others = others.filter(|other| other.place != source.place);
                pairs.extend(others.map(|target| Pair {
                    source: source.place.clone(),
                    target: target.place.clone(),
                }));
            }
        }
        pairs
    }

    fn check(&self, pair: &Pair) -> Result<()> {
        let between =
            |group: &Group| group.at(&pair.source).is_some() && group.at(&pair.target).is_some();
        match self.0.groups.iter().any(between) && pair.source != pair.target {
            true => Ok(()),
            false => {
                let name = |(agency, schema): &Place| format!("{agency}/{schema}");
                Err(Error::NoSchema(name(&pair.source), name(&pair.target)))
            }
        }
    }

    fn maps(&self, pair: &Pair) -> Vec<ValueMap> {
        let map = |group: &Group| {
            let (source, target) = (group.at(&pair.source)?, group.at(&pair.target)?);
            Some(ValueMap {
                id: group.id.clone(),
                source: source.value.clone(),
                target: target.value.clone(),
                is_default: target.is_default,
            })
        };
        self.0.groups.iter().filter_map(map).collect()
    }

    fn upsert(
        &mut self,
        pair: &Pair,
        id: Option<&str>,
        (source, target): &(String, String),
        fresh: Uuid,
    ) -> Result<()> {
        if let Some(id) = id {
            let group = self.0.groups.iter_mut().find(|group| group.id == id);
            let group = group.ok_or(Error::NotFound)?;
            group.set(&pair.source, source);
            group.set(&pair.target, target);
            return Ok(());
        }
        let mut maps = self.maps(pair).into_iter();
        if maps.any(|map| map.source == *source && map.target == *target) {
            return Ok(());
        }
        let entry = |place: &Place, value: &str| Entry {
            is_default: false,
            place: place.clone(),
            value: value.to_owned(),
        };
        self.0.groups.push(Group {
            id: fresh.simple().to_string(),
            entries: vec![entry(&pair.source, source), entry(&pair.target, target)],
        });
        Ok(())
    }

    fn set_default(&mut self, pair: &Pair, id: &str) -> Result<()> {
        let maps = self.maps(pair);
        let chosen = maps.iter().find(|map| map.id == id);
        let chosen = chosen.ok_or(Error::NotFound)?;
        let rivals: Vec<&str> = maps
            .iter()
            .filter(|map| map.source == chosen.source)
            .map(|map| map.id.as_str())
            .collect();
        if rivals.len() < 2 {
            return Err(Error::NoChoice);
        }
        for group in &mut self.0.groups {
            let is_chosen = group.id == id;
            if rivals.contains(&group.id.as_str())
                && let Some(entry) = group.at_mut(&pair.target)
            {
                entry.is_default = is_chosen;
            }
        }
        Ok(())
    }

    /// Groups with other places than these two lose the target only.
    fn delete(&mut self, pair: &Pair) {
        for group in &mut self.0.groups {
            if group.at(&pair.source).is_some() {
                group.entries.retain(|entry| entry.place != pair.target);
            }
        }
        self.0.groups.retain(|group| group.entries.len() > 1);
    }
}
