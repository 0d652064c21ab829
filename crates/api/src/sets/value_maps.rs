//! Entries of value mappings.

use async_trait::async_trait;
use lockgate_design::{Pair, ValueMap, Workspace};
use lockgate_odata::{
    Call, ComplexType, EntitySet, EntityType, Error, Key, List, Navigation, Operation, Parent,
    Property, Query, Result, Row,
};

use super::artifacts::parent;
use crate::failure::of_design;
use crate::roles::{PACKAGES_CONFIGURE, PACKAGES_READ};

static SCHEMA: EntityType = EntityType::new(
    "ValMapSchema",
    &[
        Property::text("SrcAgency").key(),
        Property::text("SrcId").key(),
        Property::text("TgtAgency").key(),
        Property::text("TgtId").key(),
        Property::text("State"),
    ],
)
.navigations(&[
    Navigation::many("ValMaps", "ValMaps"),
    Navigation::many("DefaultValMaps", "DefaultValMaps"),
]);

static VALUE: ComplexType = ComplexType {
    name: "ValMapValue",
    properties: &[Property::text("SrcValue"), Property::text("TgtValue")],
};

const MAP: &[Property] = &[
    Property::text("Id").key(),
    Property::complex("Value", &VALUE).required(),
];

static VALUE_MAP: EntityType = EntityType::new("ValMap", MAP);
static DEFAULT_VALUE_MAP: EntityType = EntityType::new("DefaultValMap", MAP);

fn roles(operation: Operation) -> &'static [&'static str] {
    match operation.reads() {
        true => &[PACKAGES_READ],
        false => &[PACKAGES_CONFIGURE],
    }
}

/// `ValMapSchema`
#[derive(Debug)]
pub(super) struct Schemas(pub(super) Workspace);

#[async_trait]
impl EntitySet for Schemas {
    fn name(&self) -> &'static str {
        "ValMapSchema"
    }

    fn entity(&self) -> &'static EntityType {
        &SCHEMA
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        roles(operation)
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let (_, id, version) = parent(call)?;
        let pairs = self.0.value_map_pairs(id, version).await;
        let pairs = pairs.map_err(of_design)?;
        Ok(List::All(pairs.into_iter().map(row_of_pair).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let (_, id, version) = parent(call)?;
        let pairs = self.0.value_map_pairs(id, version).await;
        let wanted = pair(key);
        let mut pairs = pairs.map_err(of_design)?.into_iter();
        Ok(pairs.find(|pair| *pair == wanted).map(row_of_pair))
    }
}

/// `ValMaps`, or those that are defaults: `DefaultValMaps`
#[derive(Debug)]
pub(super) struct ValueMaps {
    pub(super) defaults: bool,
    pub(super) workspace: Workspace,
}

#[async_trait]
impl EntitySet for ValueMaps {
    fn name(&self) -> &'static str {
        match self.defaults {
            false => "ValMaps",
            true => "DefaultValMaps",
        }
    }

    fn entity(&self) -> &'static EntityType {
        match self.defaults {
            false => &VALUE_MAP,
            true => &DEFAULT_VALUE_MAP,
        }
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        roles(operation)
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let maps = self.all(call).await?;
        Ok(List::All(maps.into_iter().map(row_of_map).collect()))
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let mut maps = self.all(call).await?.into_iter();
        let found = maps.find(|map| map.id == key.text("Id"));
        Ok(found.map(row_of_map))
    }
}

impl ValueMaps {
    async fn all(&self, call: &Call) -> Result<Vec<ValueMap>> {
        let schema = call.parent().ok_or_else(Error::not_implemented)?;
        let artifact: &Parent = schema.parent.as_ref().ok_or_else(Error::not_implemented)?;
        let (id, version) = (artifact.key.text("Id"), artifact.key.text("Version"));
        let pair = pair(&schema.key);
        let maps = self.workspace.value_maps(id, version, &pair);
        let mut maps = maps.await.map_err(of_design)?;
        maps.retain(|map| map.is_default || !self.defaults);
        Ok(maps)
    }
}

fn pair(key: &Key) -> Pair {
    let text = |name| key.text(name).to_owned();
    Pair {
        source: (text("SrcAgency"), text("SrcId")),
        target: (text("TgtAgency"), text("TgtId")),
    }
}

fn row_of_pair(pair: Pair) -> Row {
    Row::new()
        .with("SrcAgency", pair.source.0)
        .with("SrcId", pair.source.1)
        .with("TgtAgency", pair.target.0)
        .with("TgtId", pair.target.1)
        .with("State", "Configured")
}

fn row_of_map(map: ValueMap) -> Row {
    let value = Row::new()
        .with("SrcValue", map.source)
        .with("TgtValue", map.target);
    Row::new().with("Id", map.id).with("Value", value)
}
