//! The parameters of instances and keys as JSON schemas, for people and for tools that make forms.
//!
//! Draft 4, because that is what every platform understands. What a schema allows may still be
//! refused when parameters are read, and of several spellings a schema names the usual one.

use lockgate_core::limits;
use lockgate_core::role::API_ROLES;
use lockgate_core::tenant::Plan;
use serde_json::{Value, json};

use crate::key_type::{CERTIFICATE, EXTERNAL, KEY_LENGTHS, SECRET, VALIDITY_DAYS};
use crate::parameters::{GRANT_TYPES, TOKEN_VALIDITY};

const DRAFT: &str = "http://json-schema.org/draft-04/schema#";

/// The schemas of one plan, one for each operation that takes parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Schemas {
    /// Creating an instance.
    pub instance_create: Value,
    /// Updating an instance.
    pub instance_update: Value,
    /// Creating a key.
    pub key_create: Value,
}

/// The schemas of `plan`.
#[must_use]
pub fn schemas(plan: Plan) -> Schemas {
    Schemas {
        instance_create: instance(plan, true),
        instance_update: instance(plan, false),
        key_create: key(plan),
    }
}

impl Schemas {
    /// The member `schemas` of a plan, as the Cloud Foundry and the broker API write it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "service_instance": {
                "create": {"parameters": self.instance_create},
                "update": {"parameters": self.instance_update},
            },
            "service_binding": {"create": {"parameters": self.key_create}},
        })
    }
}

fn instance(plan: Plan, create: bool) -> Value {
    let most = limits::INSTANCE_LIST;
    let (role, least_roles) = match plan {
        Plan::IntegrationFlow => {
            let role = json!({"type": "string", "pattern": "^[A-Za-z0-9_.]{1,64}$"});
            (role, 0)
        }
        Plan::Api => (json!({"type": "string", "enum": API_ROLES.as_slice()}), 1),
    };
    let grant = json!({"type": "string", "enum": GRANT_TYPES});
    let uri = json!({"type": "string", "maxLength": limits::REDIRECT_URI});
    let mut schema = json!({
        "$schema": DRAFT,
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "roles": {
                "description": "Roles that the client has",
                "type": "array", "items": role, "minItems": least_roles, "maxItems": most,
            },
            "grant-types": {
                "description": "How the client may get tokens",
                "type": "array", "items": grant, "minItems": 1, "maxItems": most,
            },
            "redirect-uris": {
                "description": "Where authorization codes may be sent",
                "type": "array", "items": uri, "maxItems": most,
            },
            "token-validity": {
                "description": "Life of tokens in seconds",
                "type": "integer",
                "minimum": TOKEN_VALIDITY.start(), "maximum": TOKEN_VALIDITY.end(),
            },
        },
    });
    if create && plan == Plan::Api {
        schema["required"] = json!(["roles"]);
    }
    schema
}

fn key(plan: Plan) -> Value {
    let kind = |name: &str, description: &str| json!({"description": description, "type": "string", "enum": [name]});
    let validity = json!({
        "description": "Life of the certificate in days",
        "type": "integer",
        "minimum": VALIDITY_DAYS.start(), "maximum": VALIDITY_DAYS.end(),
    });
    let length = json!({
        "description": "Bits of the RSA key", "type": "integer", "enum": KEY_LENGTHS,
    });
    let pem = json!({
        "description": "One certificate in PEM; line breaks may be missing",
        "type": "string", "minLength": 1, "maxLength": limits::CERTIFICATE_TEXT,
    });
    let mut external = json!({
        "key-type": kind(EXTERNAL, "A certificate of yours"),
        "X.509": pem,
        // Examples that people copy carry these two; they mean nothing here.
        "validity": {"type": "integer"},
        "key-length": {"type": "integer"},
    });
    if plan == Plan::IntegrationFlow {
        let pinning = "Whether exactly this certificate is accepted, or renewed ones too";
        external["certificate-pinning"] = json!({"description": pinning, "type": "boolean"});
        external["pin-certificate"] = json!({"description": pinning, "type": "boolean"});
    }
    json!({
        "$schema": DRAFT,
        "type": "object",
        "oneOf": [
            {
                "additionalProperties": false,
                "properties": {"key-type": kind(SECRET, "Client id and secret; the default")},
            },
            {
                "additionalProperties": false,
                "required": ["key-type"],
                "properties": {
                    "key-type": kind(CERTIFICATE, "A key pair and a certificate made here"),
                    "validity": validity, "key-length": length,
                },
            },
            {
                "additionalProperties": false,
                "required": ["key-type", "X.509"],
                "properties": external,
            },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that has a name in `schema`, at any depth.
    fn names(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(members) => {
                for (name, value) in members {
                    found.push(name.clone());
                    names(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => {}
        }
    }

    /// Members that later drafts brought, or that lead out of the document.
    #[test]
    fn schemas_say_nothing_that_draft_4_does_not_know() {
        for plan in Plan::ALL {
            let json = schemas(plan).to_json();
            let text = json.to_string();
            assert!(text.len() < 64 * 1024, "{}", text.len());
            let mut found = Vec::new();
            names(&json, &mut found);
            for later in [
                "const", "examples", "if", "contains", "$ref", "$id", "$defs",
            ] {
                assert!(!found.iter().any(|name| name == later), "{later}");
            }
        }
    }

    #[test]
    fn the_plans_differ_where_their_rules_do() {
        let (flow, api) = (schemas(Plan::IntegrationFlow), schemas(Plan::Api));
        assert_eq!(flow.instance_create, flow.instance_update);
        assert_eq!(api.instance_create["required"], json!(["roles"]));
        assert_eq!(api.instance_update.get("required"), None);
        let pinning = "/oneOf/2/properties/certificate-pinning";
        assert!(flow.key_create.pointer(pinning).is_some());
        assert!(api.key_create.pointer(pinning).is_none());
    }
}
