//! Variables that flows keep between messages.

use std::io::{Cursor, Write as _};

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Key, List, Media, Operation, Property, Query, Reply,
    Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::variables::{Scope, Variable};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::failure::of_operations;
use crate::roles::{DATA_STORE_PAYLOADS_READ, DATA_STORES_DELETE};

static ENTITY: EntityType = EntityType::new(
    "Variable",
    &[
        Property::text("VariableName").key(),
        Property::text("IntegrationFlow").key(),
        Property::text("Visibility"),
        Property::time("UpdatedAt"),
        Property::time("RetainUntil"),
    ],
)
.media();

/// `Variables`
#[derive(Debug)]
pub(super) struct Variables(pub(super) Operations);

#[async_trait]
impl EntitySet for Variables {
    fn name(&self) -> &'static str {
        "Variables"
    }

    fn entity(&self) -> &'static EntityType {
        &ENTITY
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation.reads() {
            true => &[DATA_STORE_PAYLOADS_READ],
            false => &[DATA_STORES_DELETE],
        }
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        let variables = self.0.variables(None).await.map_err(of_operations)?;
        Ok(List::All(variables.iter().map(row).collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        Ok(Some(row(&self.find(key).await?)))
    }

    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let (scope, name) = (scope(key), key.text("VariableName"));
        let deleted = self.0.delete_variable(call.actor(), &scope, name).await;
        deleted.map_err(of_operations)?;
        Ok(Reply::accepted())
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let variable = self.find(key).await?;
        let file = format!("{}.zip", variable.name);
        Ok(Some(
            Media::new(archive(&variable)?, "application/zip").file(file),
        ))
    }
}

impl Variables {
    async fn find(&self, key: &Key) -> Result<Variable> {
        let found = self.0.variable(&scope(key), key.text("VariableName")).await;
        found.map_err(of_operations)
    }
}

fn scope(key: &Key) -> Scope {
    match key.text("IntegrationFlow") {
        "" => Scope::Global,
        flow => Scope::Local(flow.to_owned()),
    }
}

fn row(variable: &Variable) -> Row {
    let (flow, visibility) = match &variable.scope {
        Scope::Global => ("", "Global"),
        Scope::Local(flow) => (flow.as_str(), "Integration Flow"),
    };
    Row::new()
        .with("VariableName", variable.name.as_str())
        .with("IntegrationFlow", flow)
        .with("Visibility", visibility)
        .with("UpdatedAt", variable.updated_at)
}

/// The value as the original hands it out: a property in `headers.prop` inside a zip.
fn archive(variable: &Variable) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::error::Error| Error::failed(error);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let added = zip.start_file("headers.prop", SimpleFileOptions::default());
    added.map_err(|error| failed(&error))?;
    let value = String::from_utf8_lossy(&variable.value);
    let line = format!("{}={}\n", escaped(&variable.name), escaped(&value));
    let written = zip.write_all(line.as_bytes());
    written.map_err(|error| failed(&error))?;
    let finished = zip.finish().map_err(|error| failed(&error))?;
    Ok(finished.into_inner())
}

/// Text in a line of Java properties.
fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\\' | '=' | ':' | '#' | '!' => line.extend(['\\', c]),
            ' ' => line.push_str("\\ "),
            c => line.push(c),
        }
    }
    line
}
