//! Instances: provision, fetch, update, deprovision.

use lockgate_core::tenant::Plan;
use serde_json::{Value, json};

use crate::world::{API, B1, FLOW, I1, SERVICE, World, binding, instance};

/// 2.13, both editions: 201, then 200 for the same request, in any order of members.
#[tokio::test]
async fn an_instance_is_created_once_by_however_many_equal_requests() {
    let world = World::new().await;
    let cf = world.cf();
    let request = instance(json!({"parameters": {"token-validity": 7200}}));
    let created = cf.put(I1, &request).await;
    assert_eq!((created.status.as_u16(), created.body), (201, json!({})));
    let reordered = format!(
        "{{\"parameters\": {{ \"token-validity\" : 7200 }}, \"space_guid\":\"space\",
          \"organization_guid\":\"\\u006frg\", \"plan_id\":\"{FLOW}\", \"service_id\":\"{SERVICE}\"}}"
    );
    let answer = cf.send(http::Method::PUT, I1, reordered).await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, json!({})));
    assert_eq!(world.catalog.all().await.unwrap().len(), 1);
}

/// 2.13, npm edition: 409 with an empty object for the same id with other attributes.
#[tokio::test]
async fn the_same_id_with_other_attributes_is_a_conflict() {
    let world = World::new().await;
    let cf = world.cf();
    cf.provisioned().await;
    for change in [
        json!({"plan_id": API, "parameters": {"roles": ["MonitoringDataRead"]}}),
        json!({"organization_guid": "other"}),
        json!({"space_guid": "other"}),
        json!({"parameters": {"token-validity": 7200}}),
    ] {
        let answer = cf.put(I1, &instance(change.clone())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body),
            (409, json!({})),
            "{change}"
        );
    }
    // What only describes the place may differ: a platform's user may rename things meanwhile.
    let renamed = json!({"context": {"platform": "cloudfoundry", "space_name": "new"}});
    assert_eq!(cf.put(I1, &instance(renamed)).await.status, 200);
}

/// 2.13: parameters are validated by the broker; nothing is left of a refused request.
#[tokio::test]
async fn wrong_parameters_get_400_and_leave_nothing() {
    let world = World::new().await;
    let cf = world.cf();
    for parameters in [
        json!({"can-not": "be-good"}),
        json!({"roles": "x"}),
        json!({"token-validity": 1}),
        json!([]),
        json!("x"),
    ] {
        let answer = cf
            .put(I1, &instance(json!({"parameters": parameters})))
            .await;
        assert_eq!(answer.status, 400, "{parameters}");
        assert!(
            answer.description().contains("parameters"),
            "{}",
            answer.body
        );
    }
    assert_eq!(cf.get(I1).await.status, 404);
    assert_eq!(cf.delete(I1).await.status, 410);
    assert!(world.catalog.all().await.unwrap().is_empty());
    let api_without_roles = instance(json!({"plan_id": API}));
    assert_eq!(cf.put(I1, &api_without_roles).await.status, 400);
}

/// 2.13: places are opaque; clusters and namespaces are places, too.
#[tokio::test]
async fn instances_are_made_for_any_place_and_plan() {
    let world = World::new().await;
    let kubernetes = instance(json!({
        "plan_id": API, "organization_guid": "8768dc4b / cluster", "space_guid": "ns: Täst",
        "context": {"platform": "kubernetes", "namespace": "dev", "clusterid": "8768dc4b",
            "instance_name": "my-instance"},
        "parameters": {"roles": ["MonitoringDataRead"]},
    }));
    let answer = world.platform("k8s").put(I1, &kubernetes).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let all = world.catalog.all().await.unwrap();
    let [made] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!((made.name.as_str(), made.plan), ("my-instance", Plan::Api));
    assert_eq!(made.space, None);
}

/// Two platforms may choose the same id: they never see each other's instances.
#[tokio::test]
async fn each_platform_has_its_own_ids() {
    let world = World::new().await;
    let (cf, k8s) = (world.cf(), world.platform("k8s"));
    cf.bound().await;
    assert_eq!(k8s.get(I1).await.status, 404);
    assert_eq!(k8s.get(B1).await.status, 404);
    assert_eq!(k8s.delete(B1).await.status, 410);
    assert_eq!(k8s.delete(I1).await.status, 410);
    assert_eq!(k8s.put(B1, &binding(json!({}))).await.status, 404);
    assert_eq!(
        k8s.put(I1, &instance(json!({"space_guid": "x"})))
            .await
            .status,
        201
    );
    assert_eq!(k8s.delete(I1).await.status, 200);
    assert_eq!(cf.get(B1).await.status, 200);
}

/// 2.14: fetching an instance; 404 for unknown ones. 2.16: service and plan as hints.
#[tokio::test]
async fn an_instance_can_be_fetched() {
    let world = World::new().await;
    let cf = world.cf();
    let unknown = cf.get(I1).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.description().contains("i-1"));
    let parameters = json!({"roles": ["ESBMessaging.send"], "token-validity": 7200});
    cf.put(I1, &instance(json!({"parameters": parameters})))
        .await;
    let answer = cf
        .get(&format!("{I1}?service_id={SERVICE}&plan_id={FLOW}"))
        .await;
    assert_eq!(answer.status, 200);
    let expected = json!({
        "service_id": SERVICE, "plan_id": FLOW,
        "parameters": {"roles": ["ESBMessaging.send"], "grant-types": ["client_credentials"],
            "redirect-uris": [], "token-validity": 7200},
    });
    assert_eq!(answer.body, expected);
}

async fn parameters(world: &World) -> Value {
    world.cf().get(I1).await.body["parameters"].clone()
}

/// 2.13, both editions: 200 with an object. Absent parameters stay; previous values are ignored.
#[tokio::test]
async fn an_update_changes_what_it_names() {
    let world = World::new().await;
    let cf = world.cf();
    let request = instance(json!({"parameters": {"token-validity": 7200}}));
    cf.put(I1, &request).await;
    let previous = json!({"plan_id": "gone", "service_id": "x", "organization_id": "y"});
    for (body, validity) in [
        (json!({"service_id": SERVICE}), 7200),
        (
            json!({"service_id": SERVICE, "plan_id": FLOW, "previous_values": previous}),
            7200,
        ),
        (json!({"service_id": SERVICE, "parameters": {}}), 7200),
        (
            json!({"service_id": SERVICE, "parameters": {"redirect-uris": []}}),
            7200,
        ),
        (
            json!({"service_id": SERVICE, "parameters": {"token-validity": 3600}}),
            3600,
        ),
    ] {
        let answer = cf.patch(I1, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body),
            (200, json!({})),
            "{body}"
        );
        assert_eq!(
            parameters(&world).await["token-validity"],
            validity,
            "{body}"
        );
    }
    // The instance is now another than was asked for first.
    assert_eq!(cf.put(I1, &request).await.status, 409);
    let now = json!({"token-validity": 3600, "redirect-uris": []});
    assert_eq!(
        cf.put(I1, &instance(json!({"parameters": now})))
            .await
            .status,
        200
    );
}

/// 2.15: a new context may carry a new name.
#[tokio::test]
async fn a_renamed_instance_is_renamed_here() {
    let world = World::new().await;
    let cf = world.cf();
    let named = |name: &str| json!({"instance_name": name});
    cf.put(I1, &instance(json!({"context": named("old")})))
        .await;
    let update = json!({"service_id": SERVICE, "context": named("new")});
    assert_eq!(cf.patch(I1, &update).await.status, 200);
    assert_eq!(world.catalog.all().await.unwrap()[0].name, "new");
}

/// 2.13: 400 for what cannot be changed; 2.16: the instance is usable as before.
#[tokio::test]
async fn a_refused_update_leaves_the_instance_as_it_was() {
    let world = World::new().await;
    let cf = world.cf();
    let unknown = cf.patch(I1, &json!({"service_id": SERVICE})).await;
    assert_eq!(unknown.status, 404);
    cf.provisioned().await;
    let before = parameters(&world).await;
    for body in [
        json!({"service_id": SERVICE, "plan_id": API}),
        json!({"service_id": SERVICE, "parameters": {"can-not": "be-good"}}),
        json!({"service_id": SERVICE, "parameters": {"roles": []}, "plan_id": API}),
        json!({"service_id": SERVICE, "parameters": []}),
        json!({"plan_id": FLOW}),
    ] {
        let answer = cf.patch(I1, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.body["instance_usable"], true);
        assert_eq!(answer.body["update_repeatable"], true);
        assert_eq!(parameters(&world).await, before);
    }
    let other_plan = cf
        .patch(I1, &json!({"service_id": SERVICE, "plan_id": API}))
        .await;
    assert!(
        other_plan.description().contains("plan"),
        "{}",
        other_plan.body
    );
}

/// 2.13, both editions: 200, then 410, each with an empty object.
#[tokio::test]
async fn a_deleted_instance_is_gone() {
    let world = World::new().await;
    let cf = world.cf();
    cf.provisioned().await;
    for status in [200, 410, 410] {
        let answer = cf.delete(I1).await;
        assert_eq!((answer.status.as_u16(), answer.body), (status, json!({})));
    }
    assert_eq!(cf.get(I1).await.status, 404);
    assert_eq!(
        cf.patch(I1, &json!({"service_id": SERVICE})).await.status,
        404
    );
    // The id may be used again.
    let other = instance(json!({"space_guid": "other"}));
    assert_eq!(cf.put(I1, &other).await.status, 201);
}

/// 2.15, orphan mitigation: whatever became of the keys, the instance can be deleted.
#[tokio::test]
async fn an_instance_is_deleted_with_bindings_that_the_platform_lost() {
    let world = World::new().await;
    let cf = world.cf();
    cf.bound().await;
    assert_eq!(cf.delete(I1).await.status, 200);
    assert_eq!(cf.delete(B1).await.status, 410);
    assert_eq!(cf.get(B1).await.status, 404);
}

/// 2.13, 2.14: everything is finished when it is answered; 404 for what does not exist.
#[tokio::test]
async fn the_last_operation_succeeded() {
    let world = World::new().await;
    let cf = world.cf();
    let (of_instance, of_binding) = (
        format!("{I1}/last_operation?operation=x&service_id={SERVICE}&plan_id={FLOW}"),
        format!("{B1}/last_operation"),
    );
    assert_eq!(cf.get(&of_instance).await.status, 404);
    assert_eq!(cf.get(&of_binding).await.status, 404);
    cf.bound().await;
    for path in [of_instance, of_binding] {
        let answer = cf.get(&path).await;
        let expected = json!({"state": "succeeded"});
        assert_eq!(
            (answer.status.as_u16(), answer.body),
            (200, expected),
            "{path}"
        );
    }
}

/// Whoever deletes the instance here deletes it for the platform.
#[tokio::test]
async fn an_instance_that_an_operator_deleted_is_gone_for_the_platform() {
    let world = World::new().await;
    let cf = world.cf();
    cf.bound().await;
    let id = world.catalog.all().await.unwrap()[0].id;
    let actor = lockgate_core::audit::Actor::SERVER;
    world.catalog.delete(&actor, id, true).await.unwrap();
    assert_eq!(cf.get(I1).await.status, 404);
    assert_eq!(cf.get(B1).await.status, 404);
    assert_eq!(cf.delete(I1).await.status, 410);
}
