//! The catalogue as platforms read it.

use lockgate_catalog::catalogue;
use lockgate_catalog::schemas::schemas;
use lockgate_core::tenant::Plan;
use serde_json::{Value, json};

use crate::version::Version;

/// The catalogue for a platform of this version. `retrievable` says whether credentials are shown
/// again.
///
/// Members that a version does not know are left out: older clients refuse plans that have them.
pub(crate) fn offerings(version: Version, retrievable: bool) -> Value {
    let plans: Vec<Value> = Plan::ALL
        .into_iter()
        .map(|plan| offered(plan, version))
        .collect();
    json!({"services": [{
        "id": catalogue::OFFERING_ID,
        "name": catalogue::OFFERING,
        "description": catalogue::DESCRIPTION,
        "bindable": true,
        "instances_retrievable": true,
        "bindings_retrievable": retrievable,
        "allow_context_updates": true,
        "plan_updateable": false,
        "metadata": {
            "displayName": catalogue::DISPLAY_NAME,
            "providerDisplayName": "Lockgate",
        },
        "plans": plans,
    }]})
}

fn offered(plan: Plan, version: Version) -> Value {
    let mut offered = json!({
        "id": catalogue::plan_id(plan),
        "name": plan.name(),
        "description": catalogue::plan_description(plan),
        "free": true,
        "bindable": true,
        "schemas": schemas(plan).to_json(),
    });
    if version >= Version::ROTATION {
        offered["binding_rotatable"] = true.into();
    }
    offered
}
