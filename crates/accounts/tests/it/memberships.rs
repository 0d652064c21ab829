use std::time::Duration;

use lockgate_accounts::Rights;
use lockgate_core::account::{OrgRole, Scope, SpaceRole, default_target};
use lockgate_core::ids::SpaceId;
use lockgate_core::limits;
use lockgate_store::memberships::{self, Membership};
use lockgate_testkit::operator::{assert_error, assert_fields};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{NOW, Server, text};

async fn server() -> Server {
    let server = Server::start().await;
    for account in [
        json!({"name": "ann"}),
        json!({"name": "ci", "kind": "tool"}),
    ] {
        let (status, _) = server.post("accounts", account).await;
        assert_eq!(status, 201);
    }
    server
}

fn org_role(account: &str, role: &str) -> Value {
    json!({"account": account, "role": role})
}

fn space_role(account: &str, role: &str) -> Value {
    json!({"account": account, "role": role, "space": "default"})
}

#[tokio::test]
async fn roles_are_given_listed_and_taken() {
    let server = server().await;
    for name in ["ann", "ci"] {
        let (status, _) = server
            .post("memberships", org_role(name, "organization_user"))
            .await;
        assert_eq!(status, 201);
        server.clock.advance(Duration::from_secs(1));
        let body = space_role(name, "space_developer");
        let (status, given) = server.post("memberships", body).await;
        assert_eq!(status, 201, "{given}");
        assert_eq!(text(&given, "/account"), name);
        assert_eq!(text(&given, "/organization"), "default");
        assert_eq!(text(&given, "/space"), "default");
        let accounts = server.snapshot().await;
        let account = accounts.named(name).unwrap();
        let mut scopes = account.scopes.clone();
        scopes.sort();
        let expected = [
            Scope::Org(default_target::ORG, OrgRole::User),
            Scope::Space(default_target::SPACE, SpaceRole::Developer),
        ];
        assert_eq!(scopes, expected);
        assert!(Rights::of(account, &accounts).can_read_credentials(default_target::SPACE));
    }
    let count = async |query: &str| {
        let (_, list) = server.get(&format!("memberships{query}")).await;
        list["items"].as_array().unwrap().len()
    };
    for (query, expected) in [
        ("", 4),
        ("?account=ann", 2),
        ("?organization=default", 4),
        ("?space=default", 2),
        ("?account=ci&organization=default&space=default", 1),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    let (_, shown) = server.get("accounts/ann").await;
    assert_eq!(text(&shown, "/memberships/0/role"), "organization_user");
    assert_eq!(text(&shown, "/memberships/1/role"), "space_developer");

    let developer = text(&shown, "/memberships/1/guid");
    let path = format!("memberships/{developer}");
    assert_eq!(server.delete(&path).await.0, 204);
    assert_error(&server.delete(&path).await, 404, "LG-MEMBERSHIP");
    assert_error(&server.delete("memberships/x").await, 404, "LG-MEMBERSHIP");
    let accounts = server.snapshot().await;
    assert_eq!(accounts.named("ann").unwrap().scopes.len(), 1);
    let log = server.audit().await;
    let role = "space_developer in space 'default'";
    assert!(log.contains(&format!("operator membership.create ann: {role}")));
    assert!(log.contains(&format!("operator membership.delete ann: {role}")));
}

#[tokio::test]
async fn a_role_that_is_held_is_told_in_the_words_of_cloud_foundry() {
    let server = server().await;
    let cases = [
        (
            org_role("ann", "organization_manager"),
            "User 'ann' already has 'organization_manager' role in organization 'default'.",
        ),
        (
            space_role("ann", "space_auditor"),
            "User 'ann' already has 'space_auditor' role in space 'default'.",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(server.post("memberships", body.clone()).await.0, 201);
        let answer = server.post("memberships", body).await;
        assert_error(&answer, 409, "LG-MEMBERSHIP-HELD");
        assert_eq!(text(&answer.1, "/error/message"), expected);
    }
}

#[tokio::test]
async fn a_role_in_a_space_needs_one_in_its_organization() {
    let server = server().await;
    server.post("organizations", json!({"name": "acme"})).await;
    let elsewhere = json!({"account": "ann", "role": "organization_user", "organization": "acme"});
    server.post("memberships", elsewhere).await;
    let answer = server
        .post("memberships", space_role("ann", "space_manager"))
        .await;
    assert_error(&answer, 409, "LG-MEMBERSHIP-FIRST");
    let expected = "Users cannot be assigned roles in a space if they do not have a role in \
        that space's organization.";
    assert_eq!(text(&answer.1, "/error/message"), expected);

    // Any role in the organization will do, and the last of them stays while it is needed.
    let auditor = server
        .post("memberships", org_role("ann", "organization_auditor"))
        .await;
    let user = server
        .post("memberships", org_role("ann", "organization_user"))
        .await;
    let manager = server
        .post("memberships", space_role("ann", "space_manager"))
        .await;
    let path = |answer: &(_, Value)| format!("memberships/{}", text(&answer.1, "/guid"));
    assert_eq!(server.delete(&path(&user)).await.0, 204);
    let answer = server.delete(&path(&auditor)).await;
    assert_error(&answer, 409, "LG-MEMBERSHIP-LAST");
    assert_eq!(server.delete(&path(&manager)).await.0, 204);
    assert_eq!(server.delete(&path(&auditor)).await.0, 204);
}

#[tokio::test]
async fn brokers_have_no_roles() {
    let server = server().await;
    server
        .post("accounts", json!({"name": "btp", "kind": "broker"}))
        .await;
    let answer = server
        .post("memberships", org_role("btp", "organization_user"))
        .await;
    assert_error(&answer, 409, "LG-ACCOUNT-KIND");
}

#[tokio::test]
async fn what_a_role_refers_to_has_to_exist() {
    let server = server().await;
    let cases = [
        (org_role("nobody", "organization_user"), 404, "LG-ACCOUNT"),
        (
            json!({"account": "ann", "role": "organization_user", "organization": "x"}),
            404,
            "LG-ORGANIZATION",
        ),
        (
            json!({"account": "ann", "role": "space_manager", "space": "x"}),
            404,
            "LG-SPACE",
        ),
    ];
    for (body, status, code) in cases {
        assert_error(&server.post("memberships", body).await, status, code);
    }
    let cases = [
        (json!({}), &["account", "role"][..]),
        (org_role("ann", "king"), &["role"]),
        (org_role("ann", "space_manager"), &["space"]),
        (space_role("ann", "organization_user"), &["space"]),
    ];
    for (body, fields) in cases {
        assert_fields(&server.post("memberships", body).await, fields);
    }
}

#[tokio::test]
async fn roles_end_with_what_they_are_in_and_with_who_has_them() {
    let server = server().await;
    server.post("organizations", json!({"name": "acme"})).await;
    let body = json!({"name": "dev", "organization": "acme"});
    server.post("spaces", body).await;
    for account in ["ann", "ci"] {
        for (role, space) in [("organization_user", None), ("space_auditor", Some("dev"))] {
            let mut body = org_role(account, role);
            body["organization"] = json!("acme");
            body["space"] = json!(space);
            assert_eq!(server.post("memberships", body).await.0, 201);
        }
    }
    let left = async || {
        let (_, list) = server.get("memberships").await;
        let items = list["items"].as_array().unwrap().iter();
        let shown = items.map(|one| format!("{} {}", text(one, "/account"), text(one, "/role")));
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        shown
    };
    server.delete("accounts/ci").await;
    assert_eq!(left().await, ["ann organization_user", "ann space_auditor"]);
    server.delete("spaces/dev?organization=acme").await;
    assert_eq!(left().await, ["ann organization_user"]);
    server.delete("organizations/acme").await;
    assert!(left().await.is_empty());
}

#[tokio::test]
async fn there_are_only_so_many_roles() {
    let server = server().await;
    let ann = server.service.account("ann").await.unwrap().id;
    let mut tx = server.store.begin().await.unwrap();
    for n in 0..limits::MEMBERSHIPS {
        let membership = Membership {
            id: Uuid::from_u128(n as u128),
            account: ann,
            scope: Scope::Space(SpaceId(Uuid::from_u128(n as u128)), SpaceRole::Auditor),
            organization: default_target::ORG,
            created_at: NOW,
        };
        memberships::insert(&mut tx, &membership).await.unwrap();
    }
    tx.commit().await.unwrap();
    let answer = server
        .post("memberships", org_role("ci", "organization_user"))
        .await;
    assert_error(&answer, 409, "LG-LIMIT");
}
