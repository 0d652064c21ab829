use lockgate_catalog::catalogue::{OFFERING_ID, plan_id};
use lockgate_core::tenant::Plan;
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn the_service_has_two_plans_with_defaults_and_schemas() {
    let (status, answer) = Server::start().await.get("offerings").await;
    assert_eq!(status, 200);
    let service = &answer["items"][0];
    assert_eq!(service["name"], "it-rt");
    assert_eq!(service["description"], "Process Integration Runtime");
    let [flow, api] = &service["plans"].as_array().unwrap()[..] else {
        panic!("{service}");
    };
    assert_eq!(flow["name"], "integration-flow");
    let defaults = json!({
        "roles": ["ESBMessaging.send"], "grant-types": ["client_credentials"],
        "redirect-uris": [], "token-validity": 3600,
    });
    assert_eq!(flow["defaults"], defaults);
    assert_eq!(api["name"], "api");
    assert_eq!(api["defaults"]["token-validity"], 43_200);
    let create = "/schemas/service_instance/create/parameters";
    let api_roles = format!("{create}/properties/roles/minItems");
    assert_eq!(api.pointer(&api_roles), Some(&json!(1)));
    let key_types = "/schemas/service_binding/create/parameters/oneOf";
    let kinds = flow.pointer(key_types).unwrap().as_array().unwrap();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|kind| &kind["properties"]["key-type"]["enum"][0])
        .collect();
    assert_eq!(
        kinds,
        ["clientsecret", "certificate", "certificate_external"]
    );
    assert_eq!(service["guid"], OFFERING_ID.to_string());
    assert_eq!(flow["guid"], plan_id(Plan::IntegrationFlow).to_string());
}
