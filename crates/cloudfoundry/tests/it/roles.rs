//! Roles and users.

use http::Method;
use serde_json::{Value, json};

use crate::world::{API, As, World, assert_failure};

const ALL: &str = "/v3/roles";

fn in_space(kind: &str, space: impl ToString, user: Value) -> Value {
    let space = json!({"data": {"guid": space.to_string()}});
    json!({"type": kind, "relationships": {"space": space, "user": {"data": user}}})
}

fn in_org(kind: &str, org: impl ToString, user: Value) -> Value {
    let org = json!({"data": {"guid": org.to_string()}});
    json!({"type": kind, "relationships": {"organization": org, "user": {"data": user}}})
}

fn named(name: &str) -> Value {
    json!({"username": name, "origin": "uaa"})
}

#[tokio::test]
async fn roles_are_given_where_one_may_and_phrases_are_those_that_clients_know() {
    let world = World::new().await;
    let (org, space) = (world.org, world.space);
    let post = async |who, body: Value| world.call(who, Method::POST, ALL, Some(body)).await;
    let stranger = || named("Stranger");
    let first = post(
        As::SpaceManager,
        in_space("space_auditor", space, stranger()),
    )
    .await;
    let detail = "Users cannot be assigned roles in a space if they do not have a role in that \
                  space's organization.";
    assert_failure(&first, 422, 10008, detail);
    let forbidden = post(
        As::SpaceManager,
        in_org("organization_user", org, stranger()),
    )
    .await;
    assert_failure(
        &forbidden,
        403,
        10003,
        "You are not authorized to perform the requested action",
    );
    let (status, role) = post(As::Manager, in_org("organization_user", org, stranger())).await;
    assert_eq!(status, 201, "{role}");
    assert_eq!(role["type"], "organization_user");
    assert_eq!(
        role["relationships"]["organization"]["data"]["guid"],
        json!(org)
    );
    assert_eq!(role["relationships"]["space"], json!({"data": null}));
    let id = world.id(As::Stranger).to_string();
    assert_eq!(role["relationships"]["user"]["data"]["guid"], id);
    let again = post(As::Manager, in_org("organization_user", org, stranger())).await;
    let detail = "User 'stranger' already has 'organization_user' role in organization 'acme'.";
    assert_failure(&again, 422, 10008, detail);
    let by_guid = json!({"guid": id});
    let (status, role) = post(As::SpaceManager, in_space("space_auditor", space, by_guid)).await;
    assert_eq!(status, 201, "{role}");
    assert_eq!(role["relationships"]["organization"], json!({"data": null}));
    let developer = in_space("space_developer", space, stranger());
    assert_eq!(post(As::Developer, developer.clone()).await.0, 403);
    assert_eq!(post(As::Admin, developer).await.0, 201);
    assert_eq!(
        world
            .get(As::Stranger, &format!("/v3/spaces/{space}"))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn requests_that_cannot_be_carried_out_say_why() {
    let world = World::new().await;
    let (org, space) = (world.org, world.space);
    let mut both = in_space("space_auditor", space, named("member"));
    both["relationships"]["organization"] = json!({"data": {"guid": org}});
    let cases = [
        (
            in_space("space_boss", space, named("member")),
            "type: must be one of the roles in organizations and spaces",
        ),
        (
            in_space("space_auditor", space, json!({})),
            "relationships.user: must have a guid or a username",
        ),
        (
            in_org("space_auditor", org, named("member")),
            "relationships.space: must be {\"data\": {\"guid\": \"…\"}}",
        ),
        (
            both,
            "relationships: must not name both an organization and a space",
        ),
        (
            in_space("space_auditor", org, named("member")),
            "Invalid space. Ensure that the space exists and you have access to it.",
        ),
        (
            in_org("organization_user", space, named("member")),
            "Invalid organization. Ensure that the organization exists and you have access to it.",
        ),
        (
            in_org("organization_user", org, named("nobody")),
            "No user exists with the username 'nobody' and origin 'uaa'.",
        ),
        (
            in_org(
                "organization_user",
                org,
                json!({"username": "member", "origin": "ldap"}),
            ),
            "No user exists with the username 'member' and origin 'ldap'.",
        ),
        (
            in_org("organization_user", org, json!({"guid": "x"})),
            "Invalid user. Ensure that the user exists and you have access to it.",
        ),
    ];
    for (body, detail) in cases {
        let answer = world.call(As::Admin, Method::POST, ALL, Some(body)).await;
        assert_failure(&answer, 422, 10008, detail);
    }
}

/// Sessions of tools name themselves by their client id.
#[tokio::test]
async fn a_tool_is_a_user_whose_guid_is_its_client_id() {
    let world = World::new().await;
    world.add_tool("ci").await;
    let body = in_org("organization_user", world.org, json!({"guid": "ci"}));
    let made = world.create(As::Admin, ALL, body).await;
    assert_eq!(made["relationships"]["user"]["data"]["guid"], "ci");
    let (status, user) = world.get(As::Manager, "/v3/users/ci").await;
    assert_eq!(status, 200);
    assert_eq!(user["guid"], "ci");
    assert_eq!(user["presentation_name"], "ci");
    assert!(user["username"].is_null() && user["origin"].is_null());
    let (_, roles) = world
        .get(As::Manager, "/v3/roles?user_guids=ci&include=user")
        .await;
    assert_eq!(roles["resources"].as_array().unwrap().len(), 1);
    assert_eq!(roles["included"]["users"][0]["presentation_name"], "ci");
    let (_, users) = world.get(As::Manager, "/v3/users?guids=ci").await;
    assert_eq!(users["resources"].as_array().unwrap().len(), 1);
    let (_, users) = world.get(As::Manager, "/v3/users?usernames=ci").await;
    assert_eq!(users["resources"], json!([]));
    world.add_tool("build 1/2").await;
    let body = in_org("organization_user", world.org, json!({"guid": "build 1/2"}));
    let made = world.create(As::Admin, ALL, body).await;
    let link = made["links"]["user"]["href"].as_str().unwrap();
    let path = link.strip_prefix(API).unwrap();
    assert_eq!(path, "/v3/users/build%201%2F2");
    assert_eq!(world.get(As::Manager, path).await.1["guid"], "build 1/2");
}

#[tokio::test]
async fn filters_narrow_the_list_of_roles() {
    let world = World::new().await;
    let (org, space) = (world.org, world.space);
    let developer = world.id(As::Developer);
    let count = async |query: String| {
        let (status, list) = world.get(As::Manager, &format!("{ALL}?{query}")).await;
        assert_eq!(status, 200, "{query}: {list}");
        list["resources"].as_array().unwrap().len()
    };
    assert_eq!(count(String::new()).await, 11);
    assert_eq!(count(format!("organization_guids={org}")).await, 7);
    assert_eq!(count(format!("space_guids={space}")).await, 4);
    assert_eq!(count(format!("user_guids={developer}")).await, 2);
    assert_eq!(
        count("types=space_developer,space_manager".to_owned()).await,
        2
    );
    let query = format!("types=space_developer&user_guids={developer}&space_guids={space}");
    assert_eq!(count(query + "&per_page=1&page=1").await, 1);
    let path = format!("{ALL}?types=space_developer&include=user,space,organization");
    let (_, list) = world.get(As::Manager, &path).await;
    assert_eq!(list["included"]["users"][0]["username"], "developer");
    assert_eq!(list["included"]["users"][0]["origin"], "uaa");
    assert_eq!(list["included"]["spaces"][0]["name"], "dev");
    assert_eq!(list["included"]["organizations"], json!([]));
    let guid = list["resources"][0]["guid"].as_str().unwrap().to_owned();
    let (status, one) = world
        .get(As::Auditor, &format!("{ALL}/{guid}?include=user"))
        .await;
    assert_eq!(
        (status, &one["included"]["users"][0]["username"]),
        (200, &json!("developer"))
    );
    assert_eq!(count(format!("guids={guid}")).await, 1);
    assert_eq!(
        world.get(As::Manager, &format!("{ALL}?names=x")).await.0,
        400
    );
    let (_, none) = world.get(As::Stranger, ALL).await;
    assert_eq!(none["resources"], json!([]));
}

#[tokio::test]
async fn a_role_is_taken_by_who_may_give_it() {
    let world = World::new().await;
    let path = format!("{ALL}?types=space_developer");
    let (_, list) = world.get(As::Admin, &path).await;
    let role = format!("{ALL}/{}", list["resources"][0]["guid"].as_str().unwrap());
    let delete = async |who, path: String| world.call(who, Method::DELETE, &path, None).await;
    assert_eq!(delete(As::Stranger, role.clone()).await.0, 404);
    assert_eq!(delete(As::Developer, role.clone()).await.0, 403);
    let developer = world.id(As::Developer);
    let path = format!("{ALL}?types=organization_user&user_guids={developer}");
    let (_, list) = world.get(As::Admin, &path).await;
    let of_org = format!("{ALL}/{}", list["resources"][0]["guid"].as_str().unwrap());
    assert_eq!(delete(As::Manager, of_org.clone()).await.0, 422);
    assert_eq!(
        delete(As::SpaceManager, role.clone()).await,
        (204, Value::Null)
    );
    let gone = delete(As::SpaceManager, role).await;
    assert_failure(&gone, 404, 10010, "Role not found");
    assert_eq!(
        world.get(As::Developer, "/v3/spaces").await.1["resources"],
        json!([])
    );
    assert_eq!(delete(As::Manager, of_org).await.0, 204);
}

#[tokio::test]
async fn users_see_those_they_share_a_place_with() {
    let world = World::new().await;
    let count = async |who, query: &str| {
        let (status, list) = world.get(who, &format!("/v3/users?{query}")).await;
        assert_eq!(status, 200, "{list}");
        list["resources"].as_array().unwrap().len()
    };
    assert_eq!(count(As::Admin, "").await, 8);
    assert_eq!(count(As::Manager, "").await, 6);
    assert_eq!(count(As::Stranger, "").await, 1);
    assert_eq!(count(As::Admin, "usernames=ADMIN,member").await, 2);
    assert_eq!(count(As::Admin, "partial_usernames=manag").await, 2);
    assert_eq!(count(As::Admin, "origins=uaa").await, 8);
    assert_eq!(count(As::Admin, "origins=ldap").await, 0);
    let id = world.id(As::Developer);
    assert_eq!(count(As::Admin, &format!("guids={id}")).await, 1);
    let (status, user) = world.get(As::Manager, &format!("/v3/users/{id}")).await;
    assert_eq!(status, 200);
    assert_eq!(user["username"], "developer");
    assert_eq!(user["presentation_name"], "developer");
    assert_eq!(user["origin"], "uaa");
    let hidden = world.get(As::Stranger, &format!("/v3/users/{id}")).await;
    assert_failure(&hidden, 404, 10010, "User not found");
}
