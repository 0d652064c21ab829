//! Number ranges.

use async_trait::async_trait;
use lockgate_odata::{
    Body, Call, EntitySet, EntityType, Error, Key, List, Operation, Property, Query, Reply, Result,
    Row,
};
use lockgate_operations::Operations;
use lockgate_store::number_ranges::{Note, NumberRange};
use serde_json::{Value as Json, json};

use crate::failure::of_operations;
use crate::roles::{MONITORING_DEPLOY, MONITORING_READ};

static ENTITY: EntityType = EntityType::new(
    "NumberRange",
    &[
        Property::text("Name").key(),
        Property::text("Description"),
        Property::text("MinValue"),
        Property::text("MaxValue"),
        Property::text("CurrentValue"),
        Property::text("FieldLength"),
        Property::text("Rotate"),
        Property::text("DeployedBy"),
        Property::time("DeployedOn"),
    ],
);

/// `NumberRanges`
#[derive(Debug)]
pub(super) struct NumberRanges(pub(super) Operations);

#[async_trait]
impl EntitySet for NumberRanges {
    fn name(&self) -> &'static str {
        "NumberRanges"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[MONITORING_READ],
            false => &[MONITORING_DEPLOY],
        }
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let ranges = self.0.noted_number_ranges().await.map_err(of_operations)?;
        Ok(List::All(ranges.into_iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        Ok(self.find(key.text("Name")).await?.map(row))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let name = body.required("Name")?;
        check_name(&name)?;
        if self.find(&name).await?.is_some() {
            let message = format!("A number range with the name {name} already exists.");
            return Err(Error::conflict(message));
        }
        self.define(call, &name, request(body, false)?).await
    }

    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let name = key.text("Name");
        if body.required("Name")? != name {
            return Err(Error::bad_request("A number range cannot be renamed."));
        }
        self.find(name).await?.ok_or_else(Error::not_found)?;
        self.define(call, name, request(body, true)?).await
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let deleted = self
            .0
            .delete_number_range(call.actor(), key.text("Name"))
            .await;
        deleted.map_err(of_operations)?;
        Ok(Reply::accepted())
    }
}

impl NumberRanges {
    async fn find(&self, name: &str) -> Result<Option<(NumberRange, Note)>> {
        let ranges = self.0.noted_number_ranges().await.map_err(of_operations)?;
        Ok(ranges.into_iter().find(|(range, _)| range.name == name))
    }

    async fn define(&self, call: &Call, name: &str, request: Json) -> Result<Reply> {
        let defined = self.0.define_number_range(call.actor(), name, request);
        defined.await.map_err(of_operations)?;
        Ok(Reply::accepted())
    }
}

fn row((range, note): (NumberRange, Note)) -> Row {
    Row::new()
        .with("Name", range.name)
        .with("Description", note.description)
        .with("DeployedBy", note.deployed_by)
        .with("DeployedOn", note.deployed_at)
        .with("MinValue", range.min.to_string())
        .with("MaxValue", range.max.to_string())
        .with("CurrentValue", range.next.to_string())
        .with("FieldLength", range.length.to_string())
        .with("Rotate", range.rotate.to_string())
}

/// What `operations` is asked for.
fn request(body: &Body, is_complete: bool) -> Result<Json> {
    let number = |name: &str| -> Result<i64> {
        let missing = || Error::bad_request(format!("{name} cannot be empty."));
        body.number(name)?.ok_or_else(missing)
    };
    let mut request = json!({
        "min": number("MinValue")?,
        "max": number("MaxValue")?,
        "length": body.number("FieldLength")?.unwrap_or_default(),
        "rotate": body.boolean("Rotate")?.unwrap_or_default(),
        "description": body.text_or_empty("Description")?,
    });
    let next = match is_complete {
        true => Some(number("CurrentValue")?),
        false => body.number("CurrentValue")?,
    };
    if let Some(next) = next {
        request["next"] = next.into();
    }
    Ok(request)
}

/// Names of the original: other ones are a server error there, which clients know.
fn check_name(name: &str) -> Result<()> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_');
    match name.chars().all(legal) {
        true => Ok(()),
        false => Err(Error::internal(
            "The name of a number range has letters, digits, spaces and underscores only.",
        )),
    }
}
