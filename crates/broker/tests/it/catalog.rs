//! The catalogue.

use std::collections::HashSet;

use serde_json::Value;

use crate::world::{API, FLOW, SERVICE, World};

async fn services(world: &World, version: &str) -> Value {
    let answer = world.cf().version(version).get("catalog").await;
    assert_eq!(answer.status, 200);
    answer.body
}

/// 2.13: the schema of the npm edition, in words: nothing beside `services`; names of small letters,
/// digits and hyphens; plans with these members only.
#[tokio::test]
async fn old_platforms_get_the_catalogue_they_know() {
    let world = World::new().await;
    for version in ["2.13", "2.14", "2.15", "2.16"] {
        let catalog = services(&world, version).await;
        assert_eq!(catalog.as_object().unwrap().len(), 1);
        let [service] = catalog["services"].as_array().unwrap().as_slice() else {
            panic!("{catalog}");
        };
        assert_eq!(service["id"], SERVICE);
        assert_eq!(service["name"], "it-rt");
        assert_eq!(service["bindable"], true);
        assert!(!service["description"].as_str().unwrap().is_empty());
        let plans = service["plans"].as_array().unwrap();
        let ids: Vec<_> = plans.iter().map(|plan| &plan["id"]).collect();
        assert_eq!(ids, [FLOW, API]);
        for plan in plans {
            let known = [
                "id",
                "name",
                "description",
                "metadata",
                "free",
                "bindable",
                "schemas",
            ];
            let members = plan.as_object().unwrap();
            let unknown = members.keys().find(|name| !known.contains(&name.as_str()));
            assert_eq!(unknown, None, "{version}");
            assert!(!plan["description"].as_str().unwrap().is_empty());
            let name = plan["name"].as_str().unwrap();
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{name}"
            );
        }
    }
}

/// 2.14: `instances_retrievable` and `bindings_retrievable`; 2.17: `binding_rotatable`.
#[tokio::test]
async fn what_can_be_done_is_said_to_platforms_that_know_it() {
    let mut world = World::new().await;
    let service = services(&world, "2.17").await["services"][0].clone();
    assert_eq!(service["instances_retrievable"], true);
    assert_eq!(service["bindings_retrievable"], true);
    assert_eq!(service["plan_updateable"], false);
    assert_eq!(service["plans"][0]["binding_rotatable"], true);
    world.restart(false).await;
    let service = services(&world, "2.17").await["services"][0].clone();
    assert_eq!(service["bindings_retrievable"], false);
}

/// 2.13: schemas say which draft they are in, are below 64 kB, and lead nowhere else.
#[tokio::test]
async fn plans_carry_schemas_of_their_parameters() {
    let world = World::new().await;
    let catalog = services(&world, "2.13").await;
    for plan in catalog["services"][0]["plans"].as_array().unwrap() {
        for place in [
            "/schemas/service_instance/create/parameters",
            "/schemas/service_instance/update/parameters",
            "/schemas/service_binding/create/parameters",
        ] {
            let schema = plan.pointer(place).unwrap();
            assert!(schema["$schema"].as_str().unwrap().contains("draft-04"));
            let text = schema.to_string();
            assert!(text.len() < 64 * 1024 && !text.contains("$ref"), "{place}");
        }
    }
}

/// 2.13: names and ids are unique.
#[tokio::test]
async fn ids_and_names_are_unique() {
    let world = World::new().await;
    let catalog = services(&world, "2.17").await;
    let service = &catalog["services"][0];
    let plans = service["plans"].as_array().unwrap();
    let all = || plans.iter().chain([service]);
    let ids: HashSet<_> = all().map(|offered| offered["id"].to_string()).collect();
    let names: HashSet<_> = all().map(|offered| offered["name"].to_string()).collect();
    assert_eq!((ids.len(), names.len()), (3, 3));
}
