//! An instance as clients see it.

use lockgate_catalog::catalogue::plan_id;
use lockgate_core::clock::Timestamp;
use lockgate_store::instances::Instance;
use lockgate_store::metadata::Metadata;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ALL;
use crate::answer::{Base, time, to_one};
use crate::metadata;
use crate::query::Listed;

impl Listed for Instance {
    fn guid(&self) -> Uuid {
        self.id.0
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn created_at(&self) -> Timestamp {
        self.created_at
    }
    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
    fn metadata(&self) -> Option<&Metadata> {
        Some(&self.metadata)
    }
}

/// An instance as a resource.
pub(in crate::resources) fn view(base: Base<'_>, instance: &Instance) -> Value {
    let path = format!("{ALL}/{}", instance.id);
    let (created_at, updated_at) = (time(instance.created_at), time(instance.updated_at));
    let operation = match instance.updated_at > instance.created_at {
        true => "update",
        false => "create",
    };
    let space = instance.space.map(|space| space.to_string());
    let link = |name: &str| base.link(&format!("{path}/{name}"));
    json!({
        "guid": instance.id,
        "name": instance.name,
        "type": "managed",
        "tags": instance.tags,
        "created_at": created_at,
        "updated_at": updated_at,
        "last_operation": {
            "type": operation,
            "state": "succeeded",
            "description": "",
            "created_at": created_at,
            "updated_at": updated_at,
        },
        "maintenance_info": {},
        "upgrade_available": false,
        "dashboard_url": null,
        "relationships": {
            "space": {"data": {"guid": space}},
            "service_plan": to_one(plan_id(instance.plan)),
        },
        "metadata": metadata::view(&instance.metadata),
        "links": {
            "self": base.link(&path),
            "space": base.link(&format!("/v3/spaces/{}", space.unwrap_or_default())),
            "service_plan": base.link(&format!("/v3/service_plans/{}", plan_id(instance.plan))),
            "service_credential_bindings": base.link(&format!(
                "/v3/service_credential_bindings?service_instance_guids={}",
                instance.id
            )),
            "service_route_bindings": base.link(&format!(
                "/v3/service_route_bindings?service_instance_guids={}",
                instance.id
            )),
            "parameters": link("parameters"),
            "shared_spaces": link("relationships/shared_spaces"),
        },
    })
}
