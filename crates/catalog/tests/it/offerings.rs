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
    let validity = &api["schemas"]["instance"]["properties"]["token-validity"];
    assert_eq!(
        *validity,
        json!({"type": "integer", "minimum": 3600, "maximum": 86_400})
    );
    assert_eq!(
        api["schemas"]["instance"]["properties"]["roles"]["minItems"],
        1
    );
    let key_types = &flow["schemas"]["key"]["properties"]["key-type"];
    assert_eq!(*key_types, json!({"enum": ["clientsecret"]}));
}
