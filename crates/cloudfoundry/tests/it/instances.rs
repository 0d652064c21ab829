//! Service instances: what requests may say, and what becomes of them.

use http::Method;
use lockgate_catalog::service::NewInstance;
use lockgate_core::tenant::Plan;
use lockgate_store::metadata::Metadata;
use serde_json::{Value, json};

use crate::world::{API, As, World, assert_failure, somebody};

const ALL: &str = "/v3/service_instances";

#[tokio::test]
async fn an_instance_has_every_member_in_its_type() {
    let world = World::new().await;
    let mut body = world.new_instance("one", "api", json!({"roles": ["MonitoringDataRead"]}));
    body["tags"] = json!(["a", "b"]);
    let plan = body["relationships"]["service_plan"].clone();
    let made = world.create(As::Developer, ALL, body).await;
    let guid = made["guid"].as_str().unwrap();
    let at = "2026-09-21T14:13:20Z";
    let link = |path: &str| json!({"href": format!("{API}/v3/{path}")});
    let plan_guid = plan["data"]["guid"].as_str().unwrap();
    assert_eq!(
        made,
        json!({
            "guid": guid, "name": "one", "type": "managed", "tags": ["a", "b"],
            "created_at": at, "updated_at": at,
            "last_operation": {
                "type": "create", "state": "succeeded", "description": "",
                "created_at": at, "updated_at": at,
            },
            "maintenance_info": {}, "upgrade_available": false, "dashboard_url": null,
            "relationships": {
                "space": {"data": {"guid": world.space}},
                "service_plan": plan,
            },
            "metadata": {"labels": {}, "annotations": {}},
            "links": {
                "self": link(&format!("service_instances/{guid}")),
                "space": link(&format!("spaces/{}", world.space)),
                "service_plan": link(&format!("service_plans/{plan_guid}")),
                "service_credential_bindings": link(&format!(
                    "service_credential_bindings?service_instance_guids={guid}"
                )),
                "service_route_bindings": link(&format!(
                    "service_route_bindings?service_instance_guids={guid}"
                )),
                "parameters": link(&format!("service_instances/{guid}/parameters")),
                "shared_spaces": link(&format!(
                    "service_instances/{guid}/relationships/shared_spaces"
                )),
            },
        })
    );
    assert_eq!(
        world.get(As::Developer, &format!("{ALL}/{guid}")).await,
        (200, made)
    );
}

/// Changes a good request and says how the answer complains.
#[tokio::test]
async fn requests_that_cannot_be_carried_out_say_why() {
    let world = World::new().await;
    world.instance("taken").await;
    let bad_space = "Invalid space. Ensure that the space exists and you have access to it.";
    let bad_plan = "Invalid service plan. Ensure that the service plan exists, is available, and \
                    you have access to it.";
    let unknown = "00000000-0000-4000-8000-000000000000";
    let guid = |guid: Value| json!({"data": {"guid": guid}});
    let cases: [(&str, Value, &str); 16] = [
        ("/nonsense", json!(1), "Unknown field(s): 'nonsense'"),
        (
            "/type",
            json!("user-provided"),
            "type: must be 'managed'; there are no other instances",
        ),
        ("/type", json!(null), "type: is required"),
        ("/name", json!(""), "name: is required"),
        ("/name", json!(7), "name: must be text, not a number"),
        (
            "/name",
            json!("taken"),
            "The service instance name is taken: taken.",
        ),
        ("/parameters", json!([]), "parameters: must be an object"),
        (
            "/tags",
            json!("a,b"),
            "tags: must be a list of texts, not text",
        ),
        (
            "/metadata",
            json!({"labels": {"a": 1}}),
            "metadata: labels a: must be text or null",
        ),
        (
            "/relationships",
            json!([]),
            "relationships: must be an object; \
          relationships.space: must be {\"data\": {\"guid\": \"…\"}}; \
          relationships.service_plan: must be {\"data\": {\"guid\": \"…\"}}",
        ),
        (
            "/relationships/app",
            guid(json!("x")),
            "relationships.app: is unknown; known here: space, service_plan",
        ),
        (
            "/relationships/space",
            json!({"data": null}),
            "relationships.space: must be {\"data\": {\"guid\": \"…\"}}",
        ),
        ("/relationships/space", guid(json!("x")), bad_space),
        ("/relationships/space", guid(json!(unknown)), bad_space),
        ("/relationships/service_plan", guid(json!("x")), bad_plan),
        (
            "/relationships/service_plan",
            guid(json!(unknown)),
            bad_plan,
        ),
    ];
    for (pointer, value, detail) in cases {
        // An administrator, who may do everything in spaces that do not exist either.
        for who in [As::Developer, As::Admin] {
            let mut body = world.new_instance("new", "integration-flow", json!({}));
            let (parent, member) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[member] = value.clone();
            let answer = world.call(who, Method::POST, ALL, Some(body)).await;
            assert_failure(&answer, 422, 10008, detail);
        }
    }
    assert_eq!(world.names(As::Admin, ALL).await, ["taken"]);
}

#[tokio::test]
async fn parameters_are_refused_where_they_are_wrong_and_leave_nothing_behind() {
    let world = World::new().await;
    let cases = [
        ("integration-flow", json!({"roles": ["no such role"]})),
        ("integration-flow", json!({"token-validity": "3600"})),
        ("integration-flow", json!({"grant-types": ["client_x509"]})),
        ("integration-flow", json!({"nonsense": true})),
        ("api", json!({})),
        ("api", json!({"roles": []})),
    ];
    for (plan, parameters) in cases {
        let body = world.new_instance("new", plan, parameters.clone());
        let answer = world
            .call(As::Developer, Method::POST, ALL, Some(body))
            .await;
        assert_eq!(answer.0, 422, "{parameters}: {}", answer.1);
        let detail = answer.1["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.starts_with("parameters."), "{detail}");
    }
    assert_eq!(world.names(As::Admin, ALL).await, [""; 0]);
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let world = World::new().await;
    let instance = format!("{ALL}/{}", world.instance("one").await);
    world.wait(5);
    let patch = async |body: Value| {
        world
            .call(As::Developer, Method::PATCH, &instance, Some(body))
            .await
    };
    let (status, same) = patch(json!({})).await;
    assert_eq!((status, &same["name"]), (200, &json!("one")));
    let (_, labelled) = patch(json!({"metadata": {"labels": {"a": "1", "b": "2"}}})).await;
    assert_eq!(labelled["last_operation"]["type"], "update");
    assert_eq!(labelled["updated_at"], "2026-09-21T14:13:25Z");
    let (_, labelled) = patch(json!({"metadata": {"labels": {"a": null}}})).await;
    assert_eq!(labelled["metadata"]["labels"], json!({"b": "2"}));
    let plan =
        json!({"relationships": {"service_plan": labelled["relationships"]["service_plan"]}});
    assert_eq!(patch(plan).await.0, 200);
    assert_eq!(patch(json!({"maintenance_info": {}})).await.0, 200);
    let (_, tagged) = patch(json!({"tags": ["x"], "name": "two"})).await;
    assert_eq!(
        (&tagged["tags"], &tagged["name"]),
        (&json!(["x"]), &json!("two"))
    );
    let refused = patch(json!({"maintenance_info": {"version": "1.0.0"}})).await;
    let detail = "The maintenance_info.version requested is invalid: the plans of this service \
                  have no versions.";
    assert_failure(&refused, 422, 390_009, detail);
    let refused = patch(json!({"space": "x"})).await;
    assert_failure(&refused, 422, 10008, "Unknown field(s): 'space'");
    world.instance("three").await;
    let refused = patch(json!({"name": "three"})).await;
    assert_failure(
        &refused,
        422,
        10008,
        "The service instance name is taken: three.",
    );
    assert_eq!(patch(json!({"name": null})).await.0, 422);
}

#[tokio::test]
async fn an_instance_goes_with_its_keys_and_its_name_is_free_again() {
    let world = World::new().await;
    let instance = world.instance("one").await;
    let key = world.key(&instance, "k").await;
    let path = format!("{ALL}/{instance}?purge=true");
    assert_eq!(
        world.call(As::Admin, Method::DELETE, &path, None).await,
        (204, Value::Null)
    );
    let gone = world.get(As::Admin, &format!("{ALL}/{instance}")).await;
    assert_failure(&gone, 404, 10010, "Service instance not found");
    let gone = world
        .get(As::Admin, &format!("/v3/service_credential_bindings/{key}"))
        .await;
    assert_failure(&gone, 404, 10010, "Service credential binding not found");
    let again = world
        .call(
            As::Admin,
            Method::DELETE,
            &format!("{ALL}/{instance}"),
            None,
        )
        .await;
    assert_eq!(again.0, 404);
    world.instance("one").await;
}

#[tokio::test]
async fn filters_narrow_the_list_and_names_are_case_sensitive() {
    let world = World::new().await;
    let one = world.instance("one").await;
    let two = world.new_instance("ONE", "api", json!({"roles": ["MonitoringDataRead"]}));
    world.create(As::Developer, ALL, two).await;
    let org =
        json!({"name": "test", "relationships": {"organization": {"data": {"guid": world.org}}}});
    let elsewhere = world.create(As::Manager, "/v3/spaces", org).await;
    let mut body = world.new_instance("one", "integration-flow", json!({}));
    body["relationships"]["space"]["data"]["guid"] = elsewhere["guid"].clone();
    world.create(As::Admin, ALL, body).await;
    let plans = lockgate_catalog::catalogue::plan_id(Plan::Api);
    let (space, org) = (world.space, world.org);
    let cases = [
        ("names=one".to_owned(), vec!["one", "one"]),
        (format!("names=one&space_guids={space}"), vec!["one"]),
        ("names=One".to_owned(), vec![]),
        (format!("guids={one}"), vec!["one"]),
        (
            format!("space_guids={space}&order_by=name"),
            vec!["ONE", "one"],
        ),
        (
            format!("organization_guids={org}&order_by=-name"),
            vec!["one", "one", "ONE"],
        ),
        (format!("organization_guids={one}"), vec![]),
        ("service_plan_names=API".to_owned(), vec!["ONE"]),
        (format!("service_plan_guids={plans}"), vec!["ONE"]),
        (format!("service_plan_guids={one}"), vec![]),
        ("type=user-provided".to_owned(), vec![]),
        ("type=managed&names=ONE".to_owned(), vec!["ONE"]),
    ];
    for (query, expected) in cases {
        let found = world.names(As::Admin, &format!("{ALL}?{query}")).await;
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(
        world.get(As::Admin, &format!("{ALL}?type=app")).await.0,
        400
    );
}

#[tokio::test]
async fn instances_of_broker_platforms_are_not_seen() {
    let world = World::new().await;
    let new = NewInstance {
        space: None,
        name: "foreign".to_owned(),
        plan: Plan::IntegrationFlow,
        parameters: None,
        tags: vec![],
        metadata: Metadata::default(),
    };
    let made = world.catalog.create(&somebody(), new).await.unwrap();
    assert_eq!(world.names(As::Admin, ALL).await, [""; 0]);
    let one = world
        .get(As::Admin, &format!("{ALL}/{}", made.instance.id))
        .await;
    assert_failure(&one, 404, 10010, "Service instance not found");
}

#[tokio::test]
async fn what_the_user_should_know_comes_as_warnings() {
    let world = World::new().await;
    let parameters = json!({"grant-types": ["client_credentials", "password"]});
    let body = world.new_instance("one", "integration-flow", parameters);
    let sent = lockgate_testkit::transcript::Sent {
        method: "POST".to_owned(),
        target: ALL.to_owned(),
        headers: vec![(
            "Authorization".to_owned(),
            format!("bearer {}", world.token(As::Developer)),
        )],
        body: body.to_string(),
    };
    let reply = world.send(sent).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let mut headers = reply.headers.iter();
    let (_, warnings) = headers.find(|(name, _)| name == "x-cf-warnings").unwrap();
    assert!(!warnings.contains(' '), "{warnings}");
    assert!(warnings.contains('+'), "{warnings}");
}
