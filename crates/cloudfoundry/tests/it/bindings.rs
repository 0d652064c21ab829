//! Service keys.

use http::Method;
use serde_json::{Value, json};

use crate::world::{API, As, World, assert_failure, new_key};

const ALL: &str = "/v3/service_credential_bindings";

#[tokio::test]
async fn a_key_has_every_member_in_its_type() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let mut body = new_key(&instance, "k");
    body["metadata"] = json!({"annotations": {"note": "for the bank"}});
    let made = world.create(As::Developer, ALL, body).await;
    let guid = made["guid"].as_str().unwrap();
    let at = "2026-09-21T14:13:20Z";
    let link = |path: String| json!({"href": format!("{API}/v3/{path}")});
    assert_eq!(
        made,
        json!({
            "guid": guid, "name": "k", "type": "key", "created_at": at, "updated_at": at,
            "last_operation": {
                "type": "create", "state": "succeeded", "description": null,
                "created_at": at, "updated_at": at,
            },
            "relationships": {"service_instance": {"data": {"guid": instance}}},
            "metadata": {"labels": {}, "annotations": {"note": "for the bank"}},
            "links": {
                "self": link(format!("service_credential_bindings/{guid}")),
                "details": link(format!("service_credential_bindings/{guid}/details")),
                "parameters": link(format!("service_credential_bindings/{guid}/parameters")),
                "service_instance": link(format!("service_instances/{instance}")),
            },
        })
    );
    assert_eq!(
        world.get(As::Auditor, &format!("{ALL}/{guid}")).await,
        (200, made)
    );
}

#[tokio::test]
async fn credentials_are_wrapped_and_one_level_deeper() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let key = world.key(&instance, "k").await;
    let (status, details) = world
        .get(As::Developer, &format!("{ALL}/{key}/details"))
        .await;
    assert_eq!(status, 200);
    assert_eq!(details.as_object().unwrap().len(), 1);
    let oauth = details["credentials"]["oauth"].as_object().unwrap();
    for member in ["clientid", "clientsecret", "url", "createdate", "tokenurl"] {
        assert!(oauth[member].is_string(), "{member}");
    }
    assert!(oauth["clientid"].as_str().unwrap().contains(&instance));
}

#[tokio::test]
async fn requests_that_cannot_be_carried_out_say_why() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    world.key(&instance, "taken").await;
    let taken = "The binding name is invalid. Key binding names must be unique. The service \
                 instance already has a key binding with name 'taken'.";
    let unknown = "00000000-0000-4000-8000-000000000000";
    let missing = format!("The service instance could not be found: '{unknown}'");
    let cases: [(&str, Value, &str); 9] = [
        ("/strategy", json!("single"), "Unknown field(s): 'strategy'"),
        (
            "/type",
            json!("app"),
            "type: must be 'key'; there are no apps to bind",
        ),
        ("/type", json!(null), "type: is required"),
        ("/name", json!(null), "name: is required"),
        ("/name", json!("taken"), taken),
        ("/parameters", json!("{}"), "parameters: must be an object"),
        (
            "/relationships/app",
            json!({"data": {"guid": "x"}}),
            "relationships.app: is unknown; known here: service_instance",
        ),
        (
            "/relationships/service_instance",
            json!({"data": {"guid": "x"}}),
            "The service instance could not be found: 'x'",
        ),
        (
            "/relationships/service_instance",
            json!({"data": {"guid": unknown}}),
            &missing,
        ),
    ];
    for (pointer, value, detail) in cases {
        let mut body = new_key(&instance, "new");
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[member] = value;
        let answer = world
            .call(As::Developer, Method::POST, ALL, Some(body))
            .await;
        assert_failure(&answer, 422, 10008, detail);
    }
    assert_eq!(world.names(As::Admin, ALL).await, ["taken"]);
    let mut body = new_key(&instance, "new");
    body["parameters"] = json!({"key-type": "nonsense"});
    let (status, answer) = world
        .call(As::Developer, Method::POST, ALL, Some(body))
        .await;
    let detail = answer["errors"][0]["detail"].as_str().unwrap();
    assert_eq!(status, 422);
    assert!(detail.starts_with("parameters.key-type"), "{detail}");
}

#[tokio::test]
async fn only_labels_and_annotations_of_a_key_change() {
    let world = World::new().await;
    let key = world.key(&world.instance("one").await, "k").await;
    let path = format!("{ALL}/{key}");
    let patch = async |body: Value| {
        world
            .call(As::Developer, Method::PATCH, &path, Some(body))
            .await
    };
    let (status, labelled) = patch(json!({"metadata": {"labels": {"a": "1"}}})).await;
    assert_eq!(
        (status, &labelled["metadata"]["labels"]),
        (200, &json!({"a": "1"}))
    );
    assert_eq!(patch(json!({})).await, (200, labelled));
    let refused = patch(json!({"name": "other"})).await;
    assert_failure(&refused, 422, 10008, "Unknown field(s): 'name'");
    let selected = format!("{ALL}?label_selector=a");
    assert_eq!(world.names(As::Auditor, &selected).await, ["k"]);
}

#[tokio::test]
async fn parameters_are_those_that_were_asked_for() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let mut body = new_key(&instance, "k");
    body["parameters"] = json!({"key-type": "clientsecret"});
    let made = world.create(As::Developer, ALL, body).await;
    let path = format!("{ALL}/{}/parameters", made["guid"].as_str().unwrap());
    let asked = json!({"key-type": "clientsecret"});
    assert_eq!(world.get(As::Auditor, &path).await, (200, asked));
    let plain = world.key(&instance, "plain").await;
    let path = format!("{ALL}/{plain}/parameters");
    assert_eq!(world.get(As::Auditor, &path).await, (200, json!({})));
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let world = World::new().await;
    let one = world.instance("one").await;
    let body = world.new_instance("two", "api", json!({"roles": ["MonitoringDataRead"]}));
    let two = world
        .create(As::Developer, "/v3/service_instances", body)
        .await;
    let two = two["guid"].as_str().unwrap();
    world.key(&one, "a").await;
    let b = world.key(&one, "b").await;
    world.key(two, "c").await;
    let api = lockgate_catalog::catalogue::plan_id(lockgate_core::tenant::Plan::Api);
    let offering = lockgate_catalog::catalogue::OFFERING_ID;
    let cases = [
        (String::new(), vec!["a", "b", "c"]),
        (
            format!("service_instance_guids={one},{two}&type=key"),
            vec!["a", "b", "c"],
        ),
        (format!("service_instance_guids={two}"), vec!["c"]),
        ("service_instance_names=one".to_owned(), vec!["a", "b"]),
        ("service_instance_names=One".to_owned(), vec![]),
        (format!("guids={b}"), vec!["b"]),
        ("names=a,c".to_owned(), vec!["a", "c"]),
        ("type=app".to_owned(), vec![]),
        (format!("service_plan_guids={api}"), vec!["c"]),
        (
            "service_plan_names=Integration-Flow".to_owned(),
            vec!["a", "b"],
        ),
        (
            format!("service_offering_guids={offering}"),
            vec!["a", "b", "c"],
        ),
        (format!("service_offering_guids={one}"), vec![]),
        (
            "service_offering_names=it-rt".to_owned(),
            vec!["a", "b", "c"],
        ),
        ("service_offering_names=other".to_owned(), vec![]),
        ("app_guids=x".to_owned(), vec![]),
        ("app_names=x".to_owned(), vec![]),
    ];
    for (query, expected) in cases {
        let found = world
            .names(As::Auditor, &format!("{ALL}?order_by=name&{query}"))
            .await;
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(
        world.get(As::Admin, &format!("{ALL}?type=route")).await.0,
        400
    );
}

#[tokio::test]
async fn instances_come_along_where_asked_for() {
    let world = World::new().await;
    let one = world.instance("one").await;
    world.key(&one, "a").await;
    let b = world.key(&one, "b").await;
    let (_, list) = world
        .get(
            As::Auditor,
            &format!("{ALL}?include=app,service_instance&names=a"),
        )
        .await;
    let instances = list["included"]["service_instances"].as_array().unwrap();
    assert_eq!((instances.len(), &instances[0]["name"]), (1, &json!("one")));
    assert_eq!(list["included"]["apps"], json!([]));
    let (_, key) = world
        .get(As::Auditor, &format!("{ALL}/{b}?include=service_instance"))
        .await;
    assert_eq!(key["included"]["service_instances"][0]["guid"], one);
    assert_eq!(
        world
            .get(As::Admin, &format!("{ALL}?include=space"))
            .await
            .0,
        400
    );
}

/// Instances by plan, their keys, each key's details: how scripts find certificates that expire.
#[tokio::test]
async fn the_documented_sequence_finds_the_certificates_that_expire() {
    let world = World::new().await;
    for (instance, days) in [("one", 30), ("two", 365)] {
        let instance = world.instance(instance).await;
        world.key(&instance, "secret").await;
        let mut body = new_key(&instance, "certificate");
        body["parameters"] = json!({"key-type": "certificate", "validity": days});
        world.create(As::Developer, ALL, body).await;
    }
    let guids = |list: &Value| -> Vec<String> {
        let resources = list["resources"].as_array().unwrap().iter();
        resources
            .map(|one| one["guid"].as_str().unwrap().to_owned())
            .collect()
    };
    let path = "/v3/service_instances?service_plan_names=integration-flow";
    let (_, instances) = world.get(As::Developer, path).await;
    let instances = guids(&instances).join(",");
    let path = format!("{ALL}?service_instance_guids={instances}");
    let (_, keys) = world.get(As::Developer, &path).await;
    let keys = guids(&keys);
    assert_eq!(keys.len(), 4);
    let mut ends = Vec::new();
    for key in keys {
        let (status, details) = world
            .get(As::Developer, &format!("{ALL}/{key}/details"))
            .await;
        assert_eq!(status, 200);
        let oauth = &details["credentials"]["oauth"];
        assert!(oauth["clientid"].is_string());
        if let Some(end) = oauth["certificatedetails"]["validuntil"].as_str() {
            ends.push(end.to_owned());
        }
    }
    ends.sort();
    let days: Vec<&str> = ends.iter().map(|end| &end[..10]).collect();
    assert_eq!(days, ["2026-10-21", "2027-09-21"]);
}

#[tokio::test]
async fn credentials_that_are_not_kept_are_in_the_answer_to_the_creation() {
    let world = World::with(false).await;
    let instance = world.instance("one").await;
    let made = world
        .create(As::Developer, ALL, new_key(&instance, "k"))
        .await;
    assert!(made["credentials"]["oauth"]["clientsecret"].is_string());
    let path = format!("{ALL}/{}", made["guid"].as_str().unwrap());
    let (_, again) = world.get(As::Developer, &path).await;
    assert!(again.get("credentials").is_none());
    let details = world.get(As::Developer, &format!("{path}/details")).await;
    let detail = "The credentials of the service key \"k\" were shown once, when it was created.";
    assert_failure(&details, 404, 10010, detail);
}
