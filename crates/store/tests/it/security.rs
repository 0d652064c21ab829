//! The keystore, access policies, and notes about number ranges.

use std::time::Duration;

use lockgate_store::Error;
use lockgate_store::access_policies::{self, Policy, Reference};
use lockgate_store::keystore::{self, Entry};
use lockgate_store::number_ranges::{self, NumberRange};

use crate::backend::{START, for_each_backend};

fn entry(alias: &str) -> Entry {
    Entry {
        alias: alias.to_owned(),
        chain: vec![0x30, 1, 0],
        sealed_key: None,
        created_by: "ann".to_owned(),
        created_at: START,
        modified_by: "bob".to_owned(),
        modified_at: START.plus(Duration::from_secs(1)),
    }
}

#[tokio::test]
async fn keystore_entries_are_kept_by_alias() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let pair = Entry {
            sealed_key: Some(vec![0, 255]),
            ..entry("a")
        };
        keystore::insert(&mut tx, &entry("b")).await.unwrap();
        keystore::insert(&mut tx, &pair).await.unwrap();
        assert_eq!(keystore::find(&mut tx, "a").await.unwrap().as_ref(), Some(&pair));
        assert_eq!(keystore::find(&mut tx, "A").await.unwrap(), None);
        assert_eq!(keystore::list(&mut tx).await.unwrap(), [pair, entry("b")]);
        assert!(keystore::delete(&mut tx, "a").await.unwrap());
        assert!(!keystore::delete(&mut tx, "a").await.unwrap());
        let taken = keystore::insert(&mut tx, &entry("b")).await.unwrap_err();
        assert!(
            matches!(&taken, Error::Conflict { constraint } if constraint == "keystore_entries_alias"),
            "{taken:?}"
        );
    })
    .await;
}

fn policy(role: &str) -> Policy {
    Policy {
        id: 0,
        role_name: role.to_owned(),
        description: "d".to_owned(),
    }
}

fn reference(policy: i64) -> Reference {
    Reference {
        id: 0,
        policy,
        name: "n".to_owned(),
        description: String::new(),
        kind: "INTEGRATION_FLOW".to_owned(),
        attribute: "ID".to_owned(),
        comparison: "exactString".to_owned(),
        value: "Orders".to_owned(),
    }
}

#[tokio::test]
async fn policies_go_with_their_references_and_numbers_never_return() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let first = access_policies::insert(&mut tx, &policy("a"))
            .await
            .unwrap();
        let second = access_policies::insert(&mut tx, &policy("b"))
            .await
            .unwrap();
        for id in [first, second] {
            access_policies::insert_reference(&mut tx, &reference(id))
                .await
                .unwrap();
        }
        let changed = Policy {
            id: first,
            role_name: "c".to_owned(),
            description: String::new(),
        };
        assert!(access_policies::update(&mut tx, &changed).await.unwrap());
        assert_eq!(
            access_policies::find(&mut tx, first).await.unwrap(),
            Some(changed)
        );
        assert!(access_policies::delete(&mut tx, second).await.unwrap());
        assert!(!access_policies::delete(&mut tx, second).await.unwrap());
        let left = access_policies::references(&mut tx).await.unwrap();
        let expected = Reference {
            id: left[0].id,
            ..reference(first)
        };
        assert_eq!(left, [expected]);
        assert!(
            access_policies::delete_reference(&mut tx, left[0].id)
                .await
                .unwrap()
        );
        assert!(
            !access_policies::delete_reference(&mut tx, left[0].id)
                .await
                .unwrap()
        );
        let third = access_policies::insert(&mut tx, &policy("b"))
            .await
            .unwrap();
        assert!(third > second, "{third} {second}");
        assert_eq!(access_policies::list(&mut tx).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_role_has_one_policy_and_a_reference_has_a_policy() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        access_policies::insert(&mut tx, &policy("a")).await.unwrap();
        let taken = access_policies::insert(&mut tx, &policy("a")).await.unwrap_err();
        assert!(
            matches!(&taken, Error::Conflict { constraint } if constraint == "access_policies_role_name"),
            "{taken:?}"
        );
        let mut tx = backend.store.begin().await.unwrap();
        let lost = access_policies::insert_reference(&mut tx, &reference(7)).await;
        assert!(matches!(lost, Err(Error::Reference)), "{lost:?}");
    })
    .await;
}

#[tokio::test]
async fn notes_stay_with_their_ranges() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let range = |name: &str| NumberRange {
            name: name.to_owned(),
            min: 0,
            max: 9,
            next: 0,
            length: 0,
            rotate: false,
        };
        for name in ["b", "a"] {
            number_ranges::define(&mut tx, &range(name)).await.unwrap();
        }
        assert!(
            number_ranges::annotate(&mut tx, "b", "orders", "ann")
                .await
                .unwrap()
        );
        assert!(!number_ranges::annotate(&mut tx, "c", "", "").await.unwrap());
        number_ranges::define(&mut tx, &range("b")).await.unwrap();
        let notes = number_ranges::notes(&mut tx).await.unwrap();
        assert_eq!(notes[0], number_ranges::Note::default());
        assert_eq!(
            (&*notes[1].description, &*notes[1].deployed_by),
            ("orders", "ann")
        );
        assert_eq!(notes[1].deployed_at, START);
    })
    .await;
}
