//! What a transaction promises.

use lockgate_core::clock::ManualClock;
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_store::{Error, Location, Store, instances, keys, settings};
use lockgate_testkit::postgres;
use uuid::Uuid;

use crate::backend::{Backend, for_each_backend};
use crate::identity::{instance, key};

#[tokio::test]
async fn dropped_is_rolled_back_and_committed_stays() {
    for_each_backend(async |backend| {
        let store = backend.store;
        let mut tx = store.begin().await.unwrap();
        settings::set(&mut tx, "a", "dropped").await.unwrap();
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(settings::get(&mut tx, "a").await.unwrap(), None);
        settings::set(&mut tx, "a", "committed").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        let value = settings::get(&mut tx, "a").await.unwrap();
        assert_eq!(value.as_deref(), Some("committed"));
    })
    .await;
}

#[tokio::test]
async fn a_reader_sees_one_state_while_others_write() {
    for_each_backend(async |backend| {
        let store = backend.store;
        let mut reader = store.read().await.unwrap();
        assert_eq!(settings::get(&mut reader, "a").await.unwrap(), None);
        let mut writer = store.begin().await.unwrap();
        settings::set(&mut writer, "a", "new").await.unwrap();
        writer.commit().await.unwrap();
        assert_eq!(settings::get(&mut reader, "a").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.read().await.unwrap();
        assert!(settings::set(&mut tx, "a", "b").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_violated_constraint_is_named_alike() {
    for_each_backend(async |backend| {
        let store = backend.store;
        let mut tx = store.begin().await.unwrap();
        instances::insert(&mut tx, &instance(1, "one"))
            .await
            .unwrap();
        keys::insert(&mut tx, &key(1, 1, "main")).await.unwrap();
        tx.commit().await.unwrap();

        let refusal = async |attempt: Attempt| {
            let mut tx = store.begin().await.unwrap();
            let result = match attempt {
                Attempt::Instance(id, name) => {
                    instances::insert(&mut tx, &instance(id, name)).await
                }
                Attempt::Key(id, instance, name) => {
                    keys::insert(&mut tx, &key(id, instance, name)).await
                }
                Attempt::Delete(id) => instances::delete(&mut tx, InstanceId(Uuid::from_u128(id)))
                    .await
                    .map(drop),
            };
            match result.unwrap_err() {
                Error::Conflict { constraint } => constraint,
                Error::Reference => "reference".to_owned(),
                other => panic!("{other:?}"),
            }
        };
        let cases = [
            (Attempt::Instance(2, "one"), "instances_space_id_name"),
            (Attempt::Instance(1, "two"), "instances_id"),
            (Attempt::Key(2, 1, "main"), "service_keys_instance_id_name"),
            (Attempt::Key(2, 9, "main"), "reference"),
            (Attempt::Delete(1), "reference"),
        ];
        for (attempt, expected) in cases {
            assert_eq!(refusal(attempt).await, expected, "{attempt:?}");
        }
    })
    .await;
}

/// Something the schema does not allow.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    Instance(u128, &'static str),
    Key(u128, u128, &'static str),
    Delete(u128),
}

#[tokio::test]
async fn after_a_failed_statement_nothing_can_be_committed() {
    for_each_backend(async |backend| {
        let store = backend.store;
        let mut tx = store.begin().await.unwrap();
        settings::set(&mut tx, "a", "b").await.unwrap();
        keys::insert(&mut tx, &key(1, 9, "orphan"))
            .await
            .unwrap_err();
        let next = settings::get(&mut tx, "a").await;
        assert!(matches!(next, Err(Error::RolledBack)), "{next:?}");
        let commit = tx.commit().await;
        assert!(matches!(commit, Err(Error::RolledBack)), "{commit:?}");
        let mut tx = store.read().await.unwrap();
        assert_eq!(settings::get(&mut tx, "a").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_altered_row_is_reported_with_its_place() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        instances::insert(&mut tx, &instance(1, "one"))
            .await
            .unwrap();
        keys::insert(&mut tx, &key(1, 1, "main")).await.unwrap();
        tx.commit().await.unwrap();
        let two_bytes = match backend.location {
            Location::Sqlite(_) => "x'0102'",
            Location::Postgres(_) => r"'\x0102'",
        };
        let alter = format!(
            "UPDATE instances SET plan = 'gold'; UPDATE service_keys SET digest = {two_bytes}"
        );
        backend.raw(&alter).await;

        let mut tx = backend.store.read().await.unwrap();
        match instances::list(&mut tx).await.unwrap_err() {
            Error::Inconsistent { table, id, what } => {
                assert_eq!(table, "instances");
                assert_eq!(id, "00000000-0000-0000-0000-000000000001");
                assert_eq!(what, "column plan: there is no plan \"gold\"");
            }
            other => panic!("{other:?}"),
        }
        let found = keys::find(&mut tx, KeyId(Uuid::from_u128(1))).await;
        match found.unwrap_err() {
            Error::Inconsistent { table, what, .. } => {
                assert_eq!(table, "service_keys");
                assert_eq!(what, "column digest: expected 32 bytes, found 2");
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_process_on_the_same_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("test.db"));
    let first = Backend::open(location.clone()).await;
    let error = Store::open(&location, first.clock.clone())
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::Locked(path) if path.ends_with("test.db")));
    assert!(error.to_string().contains("PostgreSQL"), "{error}");
    drop(first.store);
    Backend::open(location).await.store.ping().await.unwrap();
}

#[tokio::test]
async fn a_silent_transaction_on_postgres_frees_what_it_holds() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let location = Location::Postgres(format!(
        "{} options='-c idle_in_transaction_session_timeout=100ms'",
        database.url()
    ));
    let store = Backend::open(location).await.store;
    let mut silent = store.begin().await.unwrap();
    settings::set(&mut silent, "a", "silent").await.unwrap();
    let mut next = store.begin().await.unwrap();
    settings::set(&mut next, "a", "next").await.unwrap();
    next.commit().await.unwrap();
    let late = silent.commit().await.unwrap_err();
    assert!(late.retryable(), "{late:?}");
    let value = settings::get(&mut store.read().await.unwrap(), "a").await;
    assert_eq!(value.unwrap().as_deref(), Some("next"));
}

#[tokio::test]
async fn an_unreachable_postgres_is_said_to_be_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("host='{}' user=nobody", folder.path().display());
    let clock = std::sync::Arc::new(ManualClock::default());
    let error = Store::open(&Location::Postgres(url), clock).await;
    assert!(matches!(error, Err(Error::Unavailable(_))), "{error:?}");
}

#[test]
fn a_password_is_not_shown() {
    let location = Location::Postgres("postgres://user:geheim@host/db".to_owned());
    assert_eq!(format!("{location:?}"), "Postgres(***)");
}
