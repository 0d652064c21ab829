use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use lockgate_core::account::default_target;
use lockgate_core::clock::{ManualClock, SharedClock};
use lockgate_testkit::postgres;

use super::*;
use crate::changes::Hub;
use crate::driver::{Database, Mode};
use crate::keys::Credential;
use crate::store::{Location, Shared, Store};
use crate::{instances, keys, organizations, spaces};

const KNOWN: [Migration; 2] = [
    Migration {
        number: 1,
        name: "first",
        sql: "one",
    },
    Migration {
        number: 2,
        name: "second",
        sql: "two",
    },
];

fn applied(number: i64, sql: &str) -> Applied {
    Applied {
        number,
        name: format!("n{number}"),
        checksum: sha256(sql.as_bytes()),
    }
}

#[test]
fn numbers_rise_by_one() {
    for (index, migration) in MIGRATIONS.iter().enumerate() {
        assert_eq!(migration.number, i64::try_from(index).unwrap() + 1);
    }
}

#[test]
fn what_is_missing_is_what_follows_the_applied() {
    let numbers = |applied: &[Applied]| -> Vec<i64> {
        let missing = missing(&KNOWN, applied).unwrap();
        missing.iter().map(|migration| migration.number).collect()
    };
    assert_eq!(numbers(&[]), [1, 2]);
    assert_eq!(numbers(&[applied(1, "one")]), [2]);
    assert!(numbers(&[applied(1, "one"), applied(2, "two")]).is_empty());
}

#[test]
fn an_altered_migration_is_refused() {
    let error = missing(&KNOWN, &[applied(1, "another")]).err().unwrap();
    assert!(matches!(error, Error::SchemaDiffers { number: 1, .. }));
}

#[test]
fn a_newer_schema_is_refused() {
    let newer = [applied(1, "one"), applied(2, "two"), applied(3, "three")];
    let error = missing(&KNOWN, &newer).err().unwrap();
    assert!(matches!(error, Error::SchemaNewer { found: 3, known: 2 }));
}

/// An instance with a key, as the version before wrote them.
const BEFORE: &str = r#"
    INSERT INTO instances VALUES ('00000000-0000-0000-0000-000000000001', 'orders',
        'integration-flow', '{"roles":["ESBMessaging.send"],"grant_types":["client_credentials"],
        "redirect_uris":[],"token_validity":3600}', 5, 6, 7);
    INSERT INTO keys (id, instance_id, name, secret_id, digest, sealed, created_at, expires_at)
        SELECT '00000000-0000-0000-0000-000000000002', id, 'main',
        '00000000-0000-0000-0000-000000000003', checksum, checksum, 8, 9
        FROM instances, schema_migrations WHERE number = 1;
"#;

#[tokio::test]
async fn instances_and_keys_survive_the_move_to_the_platform() {
    let folder = tempfile::tempdir().unwrap();
    survive(Location::Sqlite(folder.path().join("test.db"))).await;
    if let Some(database) = postgres::Database::create().await {
        survive(Location::Postgres(database.url().to_owned())).await;
    }
}

async fn survive(location: Location) {
    let clock: SharedClock = Arc::new(ManualClock::at(Timestamp::from_secs(1)));
    write_before(&location, &clock).await;

    let store = Store::open(&location, clock).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let space = Some(default_target::SPACE);
    let instance = instances::find_by_name(&mut tx, space, "orders").await;
    let instance = instance.unwrap().unwrap();
    assert_eq!(instance.parameters.token_validity, 3_600);
    assert_eq!(instance.created_at, Timestamp::from_micros(6));
    assert!(instance.tags.is_empty() && instance.metadata.labels.is_empty());
    let key = keys::find_by_name(&mut tx, instance.id, "main").await;
    let key = key.unwrap().unwrap();
    let digest = sha256(MIGRATIONS[0].sql.as_bytes());
    match key.credential {
        Credential::Secret {
            secret_id,
            digest: kept,
        } => assert_eq!((secret_id.as_u128(), kept), (3, digest)),
        Credential::Certificate(other) => panic!("{other:?}"),
    }
    assert_eq!(key.sealed.as_deref(), Some(&digest[..]));
    assert_eq!(key.expires_at, Some(Timestamp::from_micros(9)));

    let org = organizations::find_by_name(&mut tx, "Default").await;
    assert_eq!(org.unwrap().unwrap().id, default_target::ORG);
    let space = spaces::find_by_name(&mut tx, default_target::ORG, "DEFAULT").await;
    assert_eq!(space.unwrap().unwrap().id, default_target::SPACE);
}

/// Makes a database of the version before, with an instance and a key.
async fn write_before(location: &Location, clock: &SharedClock) {
    let shared = Arc::new(Shared {
        database: Database::open(location).await.unwrap(),
        clock: Arc::clone(clock),
        hub: Arc::new(Hub::default()),
        events: AtomicU64::new(0),
    });
    let mut tx = Tx::begin(&shared, Mode::Write).await.unwrap();
    bring_to(&mut tx, &MIGRATIONS[..3]).await.unwrap();
    tx.script(BEFORE).await.unwrap();
    tx.commit().await.unwrap();
}
