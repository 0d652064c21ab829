//! What platforms asked for, by their own ids.

use lockgate_core::account::AccountKind;
use lockgate_store::accounts::Account;
use lockgate_store::{Error, accounts, broker, instances, keys};
use serde_json::json;

use crate::accounts::account;
use crate::backend::{Backend, for_each_backend};
use crate::identity::{instance, key};

/// Two platforms, and an instance with a key that nobody has booked.
async fn prepare(backend: &Backend) -> [Account; 2] {
    let platforms = [1, 2].map(|id| account(id, &format!("platform {id}"), AccountKind::Broker));
    let mut tx = backend.store.begin().await.unwrap();
    for platform in &platforms {
        accounts::insert(&mut tx, platform).await.unwrap();
    }
    let mut outside = instance(1, "one");
    outside.space = None;
    instances::insert(&mut tx, &outside).await.unwrap();
    keys::insert(&mut tx, &key(11, 1, "k")).await.unwrap();
    tx.commit().await.unwrap();
    platforms
}

#[tokio::test]
async fn an_instance_is_found_by_the_id_of_its_own_platform() {
    for_each_backend(async |backend| {
        let [ours, theirs] = prepare(&backend).await;
        let one = instance(1, "one").id;
        let request = json!({"plan_id": "p"});
        let mut tx = backend.store.begin().await.unwrap();
        broker::insert_instance(&mut tx, ours.id, "x", one, &request)
            .await
            .unwrap();
        let found = broker::find_instance(&mut tx, ours.id, "x").await.unwrap();
        assert_eq!(found, Some((one, request)));
        let found = broker::find_instance(&mut tx, theirs.id, "x").await;
        assert_eq!(found.unwrap(), None);

        let changed = json!({"plan_id": "q"});
        let updated = broker::update_instance_request(&mut tx, ours.id, "x", &changed).await;
        assert!(updated.unwrap());
        let found = broker::find_instance(&mut tx, ours.id, "x").await.unwrap();
        assert_eq!(found, Some((one, changed.clone())));
        for existed in [true, false] {
            let deleted = broker::delete_instance(&mut tx, ours.id, "x").await;
            assert_eq!(deleted.unwrap(), existed);
        }
        let updated = broker::update_instance_request(&mut tx, ours.id, "x", &changed).await;
        assert!(!updated.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_binding_is_found_by_the_ids_of_its_own_platform() {
    for_each_backend(async |backend| {
        let [ours, theirs] = prepare(&backend).await;
        let id = key(11, 1, "k").id;
        let request = json!({"service_id": "s"});
        let mut tx = backend.store.begin().await.unwrap();
        broker::insert_binding(&mut tx, ours.id, "x", "b", id, &request)
            .await
            .unwrap();
        let found = broker::find_binding(&mut tx, ours.id, "x", "b").await;
        assert_eq!(found.unwrap(), Some((id, request)));
        for (account, instance) in [(&theirs, "x"), (&ours, "y")] {
            let found = broker::find_binding(&mut tx, account.id, instance, "b").await;
            assert_eq!(found.unwrap(), None);
        }
        let bindings = broker::bindings_of(&mut tx, ours.id, "x").await.unwrap();
        assert_eq!(bindings, [("b".to_owned(), id)]);
        for existed in [true, false] {
            let deleted = broker::delete_binding(&mut tx, ours.id, "x", "b").await;
            assert_eq!(deleted.unwrap(), existed);
        }
    })
    .await;
}

#[tokio::test]
async fn bookings_end_with_what_is_booked_and_keep_their_platform() {
    for_each_backend(async |backend| {
        let [ours, _] = prepare(&backend).await;
        let (one, id) = (instance(1, "one").id, key(11, 1, "k").id);
        let mut tx = backend.store.begin().await.unwrap();
        broker::insert_instance(&mut tx, ours.id, "x", one, &json!({}))
            .await
            .unwrap();
        broker::insert_binding(&mut tx, ours.id, "x", "b", id, &json!({}))
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let mut tx = backend.store.begin().await.unwrap();
        let refused = accounts::delete(&mut tx, ours.id).await;
        assert!(matches!(refused, Err(Error::Reference)), "{refused:?}");
        drop(tx);

        let mut tx = backend.store.begin().await.unwrap();
        let again = broker::insert_instance(&mut tx, ours.id, "x", one, &json!({})).await;
        assert!(
            matches!(again, Err(Error::Conflict { constraint }) if constraint == "broker_instances_account_id_external_id")
        );
        drop(tx);

        let mut tx = backend.store.begin().await.unwrap();
        assert!(keys::delete(&mut tx, id).await.unwrap());
        assert!(instances::delete(&mut tx, one).await.unwrap());
        let bindings = broker::bindings_of(&mut tx, ours.id, "x").await.unwrap();
        assert!(bindings.is_empty());
        let found = broker::find_instance(&mut tx, ours.id, "x").await.unwrap();
        assert_eq!(found, None);
        assert!(accounts::delete(&mut tx, ours.id).await.unwrap());
    })
    .await;
}
