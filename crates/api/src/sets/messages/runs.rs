//! How a message ran: its run and the steps.

use async_trait::async_trait;
use lockgate_odata::{
    Call, EntitySet, EntityType, Error, Expanded, Key, List, Navigation, Operation, Parent,
    Property, Query, Result, Row,
};
use lockgate_operations::Operations;
use lockgate_store::messages::{Message, Step};

use super::message_of;
use crate::failure::of_operations;
use crate::roles::MONITORING_READ;

static RUN: EntityType = EntityType::new(
    "MessageProcessingLogRun",
    &[
        Property::text("Id").key(),
        Property::time("RunStart"),
        Property::time("RunStop"),
        Property::text("LogLevel"),
        Property::text("OverallState"),
        Property::text("ProcessId"),
    ],
)
.navigations(&[Navigation::many("RunSteps", "MessageProcessingLogRunSteps")]);

static STEP: EntityType = EntityType::new(
    "MessageProcessingLogRunStep",
    &[
        Property::text("RunId").key(),
        Property::int32("ChildCount").key(),
        Property::time("StepStart"),
        Property::time("StepStop"),
        Property::text("StepId"),
        Property::text("ModelStepId"),
        Property::text("BranchId"),
        Property::text("Status"),
        Property::text("Error"),
        Property::text("Activity"),
    ],
)
.navigations(&[
    Navigation::many("RunStepProperties", "MessageProcessingLogRunStepProperties"),
    Navigation::many("TraceMessages", "TraceMessages"),
]);

static PROPERTY: EntityType = EntityType::new(
    "MessageProcessingLogRunStepProperty",
    &[
        Property::text("RunId").key(),
        Property::int32("ChildCount").key(),
        Property::text("Name").key(),
        Property::text("Value"),
    ],
);

/// `MessageProcessingLogRuns`. A message has one run, with the id of the message.
#[derive(Debug)]
pub(in crate::sets) struct Runs(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for Runs {
    fn name(&self) -> &'static str {
        "MessageProcessingLogRuns"
    }

    fn entity(&self) -> &'static EntityType {
        &RUN
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let message = self.0.message(message_of(call.parent())?).await;
        Ok(List::All(vec![run(&message.map_err(of_operations)?)]))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let message = self.0.message(key.text("Id")).await;
        Ok(Some(run(&message.map_err(of_operations)?)))
    }
}

fn run(message: &Message) -> Row {
    Row::new()
        .with("Id", message.id.to_string())
        .with("RunStart", message.started_at)
        .with("RunStop", message.changed_at())
        .with("LogLevel", message.log_level.as_str())
        .with("OverallState", message.status.as_str())
        .with("ProcessId", message.worker.as_str())
}

/// `MessageProcessingLogRunSteps`
#[derive(Debug)]
pub(in crate::sets) struct RunSteps(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for RunSteps {
    fn name(&self) -> &'static str {
        "MessageProcessingLogRunSteps"
    }

    fn entity(&self) -> &'static EntityType {
        &STEP
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let message = self.0.message(message_of(call.parent())?).await;
        let message = message.map_err(of_operations)?;
        let steps = message.steps.iter().map(|step| row(&message, step));
        Ok(List::All(steps.collect()))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let message = self.0.message(key.text("RunId")).await;
        let message = message.map_err(of_operations)?;
        Ok(step_of(&message, key.number("ChildCount")).map(|step| row(&message, step)))
    }
}

fn row(message: &Message, step: &Step) -> Row {
    let node = message.node(step);
    let status = match step.error {
        Some(_) => "FAILED",
        None => "COMPLETED",
    };
    Row::new()
        .with("RunId", message.id.to_string())
        .with("ChildCount", step.seq)
        .with("StepStart", step.started_at)
        .with("StepStop", step.ended_at)
        .with("StepId", format!("{}-{}", node.id, step.seq))
        .with("ModelStepId", node.id)
        .with("Status", status)
        .with("Error", step.error.as_deref())
        .with("Activity", activity(&node.name, node.kind))
        .with_expanded(
            "RunStepProperties",
            Expanded::Many(property_rows(message, step)),
        )
}

/// What a step is called; its kind, where it has no name.
fn activity(name: &str, kind: String) -> String {
    match name.is_empty() {
        true => kind,
        false => format!("{kind}: {name}"),
    }
}

fn step_of(message: &Message, number: i64) -> Option<&Step> {
    message
        .steps
        .iter()
        .find(|step| i64::from(step.seq) == number)
}

/// `MessageProcessingLogRunStepProperties`
#[derive(Debug)]
pub(in crate::sets) struct StepProperties(pub(in crate::sets) Operations);

#[async_trait]
impl EntitySet for StepProperties {
    fn name(&self) -> &'static str {
        "MessageProcessingLogRunStepProperties"
    }

    fn entity(&self) -> &'static EntityType {
        &PROPERTY
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[MONITORING_READ]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let (message, number) = step_in(&self.0, call.parent()).await?;
        let step = step_of(&message, number).ok_or_else(Error::not_found)?;
        Ok(List::All(property_rows(&message, step)))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let message = self.0.message(key.text("RunId")).await;
        let message = message.map_err(of_operations)?;
        let step = step_of(&message, key.number("ChildCount")).ok_or_else(Error::not_found)?;
        let mut rows = property_rows(&message, step).into_iter();
        Ok(rows.find(|row| row.text("Name") == key.text("Name")))
    }
}

/// The properties of a step, each name once: the last value counts.
fn property_rows(message: &Message, step: &Step) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (name, value) in &step.properties {
        let row = Row::new()
            .with("RunId", message.id.to_string())
            .with("ChildCount", step.seq)
            .with("Name", name.as_str())
            .with("Value", value.as_str());
        match rows.iter_mut().find(|row| row.text("Name") == name) {
            Some(earlier) => *earlier = row,
            None => rows.push(row),
        }
    }
    rows
}

/// The message and the number of the step that a navigation began at.
pub(super) async fn step_in(
    operations: &Operations,
    parent: Option<&Parent>,
) -> Result<(Message, i64)> {
    let step = parent.filter(|parent| parent.set == "MessageProcessingLogRunSteps");
    let step = step.ok_or_else(Error::not_implemented)?;
    let message = operations.message(step.key.text("RunId")).await;
    Ok((
        message.map_err(of_operations)?,
        step.key.number("ChildCount"),
    ))
}
