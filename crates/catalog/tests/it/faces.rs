//! The catalogue as other faces call it: by ids, in transactions of their own.

use lockgate_catalog::Error;
use lockgate_catalog::service::{
    InstanceChange, KeyKind, NewInstance, NewKey, ShownKey, parameters_json,
};
use lockgate_core::account::{AccountKind, default_target};
use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{AccountId, InstanceId, KeyId, SpaceId};
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_store::accounts::{self, Account};
use lockgate_store::metadata::Metadata;
use lockgate_store::{Tx, broker};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{NOW, Server};
use crate::spaces::{self, DEV};

const ACTOR: Actor = Actor::SERVER;

fn instance(space: Option<SpaceId>, name: &str) -> NewInstance {
    NewInstance {
        space,
        name: name.to_owned(),
        plan: Plan::IntegrationFlow,
        parameters: None,
        tags: vec![],
        metadata: Metadata::default(),
    }
}

fn key(name: &str) -> NewKey {
    NewKey {
        name: name.to_owned(),
        parameters: None,
        metadata: Metadata::default(),
    }
}

fn labelled(label: &str) -> Metadata {
    let mut metadata = Metadata::default();
    metadata
        .labels
        .insert(label.to_owned(), Some("1".to_owned()));
    metadata
}

async fn created(server: &Server, space: Option<SpaceId>, name: &str) -> InstanceId {
    let created = server.catalog.create(&ACTOR, instance(space, name)).await;
    created.unwrap().instance.id
}

fn fields(error: Error) -> Vec<String> {
    let Error::Fields(errors) = error else {
        panic!("{error}");
    };
    let fields = errors.as_slice().iter();
    fields.map(|error| error.field.clone()).collect()
}

#[tokio::test]
async fn an_instance_keeps_what_its_platform_attaches() {
    let server = spaces::server().await;
    let new = NewInstance {
        parameters: Some(json!({"token-validity": 7200})),
        tags: vec!["a".to_owned()],
        metadata: labelled("team"),
        ..instance(Some(DEV), "orders")
    };
    let made = server.catalog.create(&ACTOR, new).await.unwrap().instance;
    assert_eq!(server.catalog.find(made.id).await.unwrap(), made);
    assert_eq!(
        (made.space, &made.tags[..]),
        (Some(DEV), &["a".to_owned()][..])
    );
    assert_eq!(parameters_json(&made.parameters)["token-validity"], 7200);
    let change = InstanceChange {
        tags: Some(vec![]),
        metadata: Some(labelled("other")),
        plan: Some(Plan::IntegrationFlow),
        ..InstanceChange::default()
    };
    let changed = server.catalog.update(&ACTOR, made.id, change).await;
    let changed = changed.unwrap().instance;
    assert_eq!(changed.metadata, labelled("other"));
    assert!(changed.tags.is_empty());
    assert_eq!(changed.parameters, made.parameters);
    assert_eq!(server.catalog.in_space(DEV).await.unwrap(), [changed]);
    assert_eq!(
        server
            .catalog
            .in_space(default_target::SPACE)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn everything_wrong_with_an_instance_is_said_at_once() {
    let server = spaces::server().await;
    let tags = vec!["x".repeat(limits::INSTANCE_TAGS + 1)];
    let new = NewInstance {
        parameters: Some(json!({"token-validity": 1})),
        tags: tags.clone(),
        ..instance(Some(DEV), &"x".repeat(limits::INSTANCE_NAME + 1))
    };
    let refused = server.catalog.create(&ACTOR, new).await.unwrap_err();
    assert_eq!(
        fields(refused),
        ["name", "tags", "parameters.token-validity"]
    );
    let id = created(&server, Some(DEV), &"x".repeat(limits::INSTANCE_NAME)).await;
    let change = InstanceChange {
        name: Some(String::new()),
        plan: Some(Plan::Api),
        tags: Some(tags),
        parameters: Some(json!([])),
        ..InstanceChange::default()
    };
    let refused = server.catalog.update(&ACTOR, id, change).await.unwrap_err();
    assert_eq!(fields(refused), ["name", "plan", "tags", "parameters"]);
    let nowhere = instance(Some(SpaceId(Uuid::from_u128(99))), "orders");
    let refused = server.catalog.create(&ACTOR, nowhere).await.unwrap_err();
    assert!(matches!(refused, Error::NoSpace(_)), "{refused}");
}

#[tokio::test]
async fn a_renamed_instance_needs_a_free_name_in_its_space() {
    let server = spaces::server().await;
    let id = created(&server, Some(DEV), "orders").await;
    created(&server, Some(DEV), "returns").await;
    created(&server, Some(default_target::SPACE), "elsewhere").await;
    let rename = async |name: &str| {
        let change = InstanceChange {
            name: Some(name.to_owned()),
            ..InstanceChange::default()
        };
        server.catalog.update(&ACTOR, id, change).await
    };
    let taken = rename("returns").await.unwrap_err().to_string();
    assert_eq!(taken, "The service instance name is taken: returns.");
    for name in ["orders", "elsewhere", "Returns"] {
        assert_eq!(rename(name).await.unwrap().instance.name, name);
    }
}

#[tokio::test]
async fn platforms_outside_any_space_choose_names_as_they_like() {
    let server = spaces::server().await;
    let name = Uuid::from_u128(5).to_string();
    let (one, two) = (
        created(&server, None, &name).await,
        created(&server, None, &name).await,
    );
    assert_ne!(one, two);
    let refused = server
        .catalog
        .create(&ACTOR, instance(Some(DEV), &name))
        .await;
    assert_eq!(fields(refused.unwrap_err()), ["name"]);
    let in_one = server
        .catalog
        .create_key(&ACTOR, one, key(&name))
        .await
        .unwrap();
    assert_eq!(in_one.key.name, name);
    server.catalog.delete(&ACTOR, two, false).await.unwrap();
    // An operator finds it by the platform's name, now that only one has it.
    let (_, found) = server.get(&format!("instances/{name}")).await;
    assert_eq!(
        (&found["guid"], &found["space"]),
        (&json!(one.to_string()), &json!(null))
    );
    assert_eq!(
        server.get(&format!("instances/{one}/keys/{name}")).await.0,
        200
    );
    let in_space = created(&server, Some(DEV), "orders").await;
    let refused = server
        .catalog
        .create_key(&ACTOR, in_space, key(&name))
        .await;
    assert_eq!(fields(refused.unwrap_err()), ["name"]);
}

async fn account(tx: &mut Tx) -> AccountId {
    let account = Account {
        id: AccountId(Uuid::from_u128(77)),
        name: "btp".to_owned(),
        kind: AccountKind::Broker,
        admin: false,
        roles: vec![],
        password: None,
        secret: Some([0; 32]),
        tokens_not_before: Timestamp::default(),
        created_at: NOW,
        updated_at: NOW,
    };
    accounts::insert(tx, &account).await.unwrap();
    account.id
}

#[tokio::test]
async fn a_booking_is_made_with_its_instance_and_key_or_not_at_all() {
    let server = Server::start().await;
    let (catalog, request) = (&server.catalog, json!({"plan_id": "x"}));
    let mut tx = server.store.begin().await.unwrap();
    let broker = account(&mut tx).await;
    tx.commit().await.unwrap();
    for commits in [false, true] {
        let mut tx = server.store.begin().await.unwrap();
        let made = catalog
            .create_in(&mut tx, &ACTOR, instance(None, "i"))
            .await;
        let id = made.unwrap().instance.id;
        broker::insert_instance(&mut tx, broker, "i", id, &request)
            .await
            .unwrap();
        if commits {
            tx.commit().await.unwrap();
        }
    }
    let [only] = &catalog.all().await.unwrap()[..] else {
        panic!();
    };
    for commits in [false, true] {
        let parameters = Some(json!({"key-type": "certificate"}));
        let new = NewKey {
            parameters,
            ..key("k")
        };
        let prepared = catalog.prepare_key(&ACTOR, only.id, new).await.unwrap();
        let mut tx = server.store.begin().await.unwrap();
        let made = catalog
            .create_key_in(&mut tx, &ACTOR, prepared)
            .await
            .unwrap();
        broker::insert_binding(&mut tx, broker, "i", "b", made.key.id, &request)
            .await
            .unwrap();
        if commits {
            tx.commit().await.unwrap();
            let again = catalog.show_key(made.key.id).await.unwrap();
            assert_eq!(again.credentials, made.credentials);
            assert_eq!(again.key, made.key);
        }
    }
    assert_eq!(catalog.keys_of(&[only.id]).await.unwrap().len(), 1);
    let events = server.events().await;
    let count = |action: &str| events.iter().filter(|event| event.action == action).count();
    assert_eq!((count("instance.create"), count("key.create")), (1, 1));
    let mut tx = server.store.begin().await.unwrap();
    catalog
        .delete_in(&mut tx, &ACTOR, only.id, true)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = server.store.read().await.unwrap();
    let booked = broker::find_instance(&mut tx, broker, "i").await.unwrap();
    assert_eq!(booked, None);
}

#[tokio::test]
async fn what_changed_since_a_key_was_prepared_counts() {
    let server = Server::start().await;
    let (catalog, space) = (&server.catalog, Some(default_target::SPACE));
    let id = created(&server, space, "orders").await;
    let parameters = Some(json!({"key-type": "certificate"}));
    let new = NewKey {
        parameters,
        ..key("k")
    };
    let prepared = async || catalog.prepare_key(&ACTOR, id, new.clone()).await.unwrap();
    let finish = async |prepared| {
        let mut tx = server.store.begin().await.unwrap();
        let made: Result<ShownKey, Error> = catalog.create_key_in(&mut tx, &ACTOR, prepared).await;
        made.unwrap_err()
    };
    let one = prepared().await;
    catalog.rotate_authority(&ACTOR).await.unwrap();
    catalog.remove_authority(&ACTOR, "issuing-1").await.unwrap();
    assert!(matches!(finish(one).await, Error::IssuerRemoved));
    let one = prepared().await;
    catalog.create_key(&ACTOR, id, key("k")).await.unwrap();
    assert!(matches!(finish(one).await, Error::KeyNameTaken(_)));
    catalog.delete(&ACTOR, id, true).await.unwrap();
    let id = created(&server, space, "orders").await;
    let prepared = catalog.prepare_key(&ACTOR, id, new.clone()).await.unwrap();
    catalog.delete(&ACTOR, id, true).await.unwrap();
    assert!(matches!(finish(prepared).await, Error::NoInstance(_)));
}

#[tokio::test]
async fn keys_are_found_by_their_ids() {
    let mut server = Server::start().await;
    let space = Some(default_target::SPACE);
    let (one, two) = (
        created(&server, space, "one").await,
        created(&server, space, "two").await,
    );
    let new = NewKey {
        parameters: Some(json!({"key-type": "clientsecret"})),
        metadata: labelled("team"),
        ..key("k1")
    };
    let made = server.catalog.create_key(&ACTOR, one, new).await.unwrap();
    let id = made.key.id;
    assert_eq!(KeyKind::of(&made.key), KeyKind::Secret);
    assert_eq!(made.key.parameters, json!({"key-type": "clientsecret"}));
    server
        .catalog
        .create_key(&ACTOR, two, key("k1"))
        .await
        .unwrap();
    let found = server.catalog.find_key(id).await.unwrap();
    assert_eq!(found, made.key);
    assert_eq!(server.catalog.keys_of(&[one]).await.unwrap(), [found]);
    assert_eq!(server.catalog.keys_of(&[one, two]).await.unwrap().len(), 2);
    assert_eq!(server.catalog.keys_of(&[]).await.unwrap(), []);
    let shown = server.catalog.show_key(id).await.unwrap();
    let json: Value = serde_json::from_slice(shown.credentials.expose()).unwrap();
    assert!(json["oauth"]["clientsecret"].is_string());
    let changed = server
        .catalog
        .update_key_metadata(&ACTOR, id, labelled("other"));
    assert_eq!(changed.await.unwrap().metadata, labelled("other"));
    server.restart(None, false);
    let hidden = server.catalog.show_key(id).await.unwrap_err();
    assert!(matches!(hidden, Error::CredentialsHidden(_)), "{hidden}");
    server.catalog.delete_key(&ACTOR, id).await.unwrap();
    for gone in [
        server.catalog.find_key(id).await.map(|_| ()),
        server.catalog.show_key(id).await.map(|_| ()),
        server.catalog.delete_key(&ACTOR, id).await,
        server
            .catalog
            .delete_key(&ACTOR, KeyId(Uuid::from_u128(1)))
            .await,
    ] {
        assert!(matches!(gone, Err(Error::NoKey(_))));
    }
}
