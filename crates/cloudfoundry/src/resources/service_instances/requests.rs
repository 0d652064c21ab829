//! What requests ask for: instances to create, and changes.

use lockgate_catalog::catalogue::plan_of;
use lockgate_catalog::service::{InstanceChange, NewInstance};
use lockgate_core::ids::SpaceId;
use lockgate_core::input::Fields;
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_store::instances::Instance;
use lockgate_store::metadata::Metadata;
use serde_json::Value;

use crate::body::{Body, Relationships};
use crate::failure::Failure;
use crate::metadata;
use crate::path::guid;
use crate::sight::Sight;

/// The instance that `body` asks for, in a space that the sender sees and may change.
pub(super) fn create(body: Body, sight: &Sight) -> Result<NewInstance, Failure> {
    let known = [
        "type",
        "name",
        "parameters",
        "tags",
        "metadata",
        "relationships",
    ];
    let (space, plan, mut new) = body.read(&known, |fields| {
        managed(fields);
        let to = Relationships::read(fields, &["space", "service_plan"]);
        let space = to.guid(fields, "space");
        let plan = to.guid(fields, "service_plan");
        let new = NewInstance {
            space: None,
            name: fields.required_text("name").unwrap_or_default(),
            plan: Plan::IntegrationFlow,
            parameters: parameters(fields),
            tags: fields
                .texts("tags", limits::INSTANCE_LIST)
                .unwrap_or_default(),
            metadata: metadata::read(fields, &Metadata::default()).unwrap_or_default(),
        };
        (space, plan, new)
    })?;
    let space = space.as_deref().and_then(guid).map(SpaceId);
    let space = sight.referenced_space(space)?;
    sight.require(|rights| rights.can_write_space(space))?;
    new.space = Some(space);
    new.plan = plan
        .as_deref()
        .and_then(guid)
        .and_then(plan_of)
        .ok_or_else(no_plan)?;
    Ok(new)
}

/// The change that `body` asks for. Members that are absent leave things as they are.
pub(super) fn update(body: Body, instance: &Instance) -> Result<InstanceChange, Failure> {
    let known = [
        "name",
        "parameters",
        "tags",
        "metadata",
        "relationships",
        "maintenance_info",
    ];
    let (plan, version, mut change) = body.read(&known, |fields| {
        let to = Relationships::read(fields, &["service_plan"]);
        let plan = match to.has("service_plan") {
            true => Some(to.guid(fields, "service_plan")),
            false => None,
        };
        let renamed = fields.has("name");
        let change = InstanceChange {
            name: renamed.then(|| fields.required_text("name")).flatten(),
            plan: None,
            parameters: parameters(fields),
            tags: fields.texts("tags", limits::INSTANCE_LIST),
            metadata: metadata::read(fields, &instance.metadata),
        };
        (plan, maintenance_version(fields), change)
    })?;
    if version {
        return Err(Failure::no_maintenance());
    }
    if let Some(plan) = plan {
        let plan = plan.as_deref().and_then(guid).and_then(plan_of);
        let plan = plan.ok_or_else(no_plan)?;
        if plan != instance.plan {
            let detail = "The service does not support changing plans.";
            return Err(Failure::unprocessable(detail));
        }
        change.plan = Some(plan);
    }
    Ok(change)
}

fn managed(fields: &mut Fields<'_>) {
    let kind = fields.required_text("type");
    if kind.is_some_and(|kind| kind != "managed") {
        fields.error("type", "must be 'managed'; there are no other instances");
    }
}

fn parameters(fields: &mut Fields<'_>) -> Option<Value> {
    let parameters = fields.value("parameters")?;
    if !parameters.is_object() {
        fields.error("parameters", "must be an object");
    }
    Some(parameters)
}

/// Whether the request names a version to upgrade to. Plans have none.
fn maintenance_version(fields: &mut Fields<'_>) -> bool {
    match fields.value("maintenance_info") {
        None => false,
        Some(Value::Object(info)) => !info.is_empty(),
        Some(_) => {
            fields.error("maintenance_info", "must be an object");
            false
        }
    }
}

fn no_plan() -> Failure {
    Failure::unprocessable(
        "Invalid service plan. Ensure that the service plan exists, is available, and you have \
         access to it.",
    )
}
