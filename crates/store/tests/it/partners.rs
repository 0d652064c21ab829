//! The partner directory.

use lockgate_store::partners::names::{self, Name};
use lockgate_store::partners::parameters::{self, Parameter, Selection, credential_name};
use lockgate_store::partners::users::{self, User};
use lockgate_store::partners::{self, EntryKind, Stamp};
use lockgate_store::{Error, Store};

use crate::backend::{START, for_each_backend};

fn parameter(kind: EntryKind, pid: &str, id: &str, value: &[u8]) -> Parameter {
    Parameter {
        kind,
        pid: pid.to_owned(),
        id: id.to_owned(),
        about: "about".to_owned(),
        value: value.to_vec(),
        stamp: Stamp::new("tester", START),
    }
}

fn name(agency: &str, id: &str, pid: &str) -> Name {
    Name {
        agency: agency.to_owned(),
        scheme: "GLN".to_owned(),
        id: id.to_owned(),
        pid: pid.to_owned(),
        stamp: Stamp::new("tester", START),
    }
}

fn user(name: &str, pid: &str) -> User {
    User {
        name: name.to_owned(),
        pid: pid.to_owned(),
        stamp: Stamp::new("tester", START),
    }
}

/// Everything of two partners, `a` and `b`.
async fn fill(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for (kind, pid, id) in [
        (EntryKind::Text, "a", "x"),
        (EntryKind::Text, "a", "y"),
        (EntryKind::Text, "b", "x"),
        (EntryKind::Binary, "a", "x"),
        (EntryKind::Credential, "b", "login"),
    ] {
        let value = format!("{pid}{id}");
        let parameter = parameter(kind, pid, id, value.as_bytes());
        parameters::insert(&mut tx, &parameter).await.unwrap();
    }
    names::insert(&mut tx, &name("GS1", "1", "a"))
        .await
        .unwrap();
    users::insert(&mut tx, &user("u", "b")).await.unwrap();
    tx.commit().await.unwrap();
}

fn text_of(pid: Option<&str>) -> Selection<'_> {
    Selection {
        kind: EntryKind::Text,
        pid,
        values: true,
    }
}

#[tokio::test]
async fn partners_are_there_while_they_have_entries() {
    for_each_backend(async |backend| {
        fill(&backend.store).await;
        let mut tx = backend.store.begin().await.unwrap();
        assert_eq!(partners::list(&mut tx).await.unwrap(), ["a", "b"]);
        assert_eq!(partners::count(&mut tx).await.unwrap(), 7);
        let kept = [EntryKind::Text, EntryKind::Binary, EntryKind::Credential];
        assert_eq!(partners::delete(&mut tx, "b", &kept).await.unwrap(), 2);
        assert_eq!(partners::list(&mut tx).await.unwrap(), ["a", "b"]);
        let deleted = partners::delete(&mut tx, "b", EntryKind::ALL).await;
        assert_eq!(deleted.unwrap(), 1);
        let deleted = partners::delete(&mut tx, "a", EntryKind::ALL).await;
        assert_eq!(deleted.unwrap(), 4);
        assert!(partners::list(&mut tx).await.unwrap().is_empty());
        assert_eq!(partners::count(&mut tx).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn parameters_are_listed_in_parts_and_without_values() {
    for_each_backend(async |backend| {
        fill(&backend.store).await;
        let mut tx = backend.store.read().await.unwrap();
        let ids = |list: Vec<Parameter>| -> Vec<String> {
            let texts = list.into_iter();
            texts
                .map(|one| String::from_utf8(one.value).unwrap())
                .collect()
        };
        let all = parameters::list(&mut tx, &text_of(None)).await.unwrap();
        assert_eq!(ids(all), ["ax", "ay", "bx"]);
        let some = parameters::list(&mut tx, &text_of(Some("a"))).await;
        assert_eq!(ids(some.unwrap()), ["ax", "ay"]);
        let page = parameters::page(&mut tx, &text_of(None), 1, 1).await;
        assert_eq!(ids(page.unwrap()), ["ay"]);
        let page = parameters::page(&mut tx, &text_of(Some("b")), 0, 5).await;
        assert_eq!(ids(page.unwrap()), ["bx"]);
        for (pid, expected) in [(None, 3), (Some("a"), 2), (Some("c"), 0)] {
            let found = parameters::count(&mut tx, &text_of(pid)).await.unwrap();
            assert_eq!(found, expected, "{pid:?}");
        }
        let without = Selection {
            kind: EntryKind::Binary,
            pid: None,
            values: false,
        };
        let found = parameters::list(&mut tx, &without).await.unwrap();
        assert_eq!(found, [parameter(EntryKind::Binary, "a", "x", b"")]);
    })
    .await;
}

#[tokio::test]
async fn entries_change_and_their_creator_stays() {
    for_each_backend(async |backend| {
        fill(&backend.store).await;
        let mut tx = backend.store.begin().await.unwrap();
        let mut changed = parameter(EntryKind::Text, "a", "x", b"new");
        changed.stamp = Stamp::new("other", START.plus(std::time::Duration::from_secs(1)));
        assert!(parameters::update(&mut tx, &changed).await.unwrap());
        let found = parameters::find(&mut tx, EntryKind::Text, "a", "x").await;
        let found = found.unwrap().unwrap();
        assert_eq!(
            (&*found.value, &*found.stamp.created_by),
            (&b"new"[..], "tester")
        );
        assert_eq!(found.stamp.created_at, START);
        assert_eq!(found.stamp.modified_by, "other");
        assert_eq!(found.stamp.modified_at, changed.stamp.modified_at);
        changed.id = "z".to_owned();
        assert!(!parameters::update(&mut tx, &changed).await.unwrap());
        let gone = parameters::delete(&mut tx, EntryKind::Text, "a", "y").await;
        assert!(gone.unwrap());
        let gone = parameters::delete(&mut tx, EntryKind::Text, "a", "y").await;
        assert!(!gone.unwrap());

        assert!(
            names::update(&mut tx, &name("GS1", "1", "b"))
                .await
                .unwrap()
        );
        let found = names::find(&mut tx, "GS1", "GLN", "1").await.unwrap();
        assert_eq!(found.unwrap().pid, "b");
        assert!(
            !names::update(&mut tx, &name("GS1", "2", "b"))
                .await
                .unwrap()
        );
        assert!(names::delete(&mut tx, "GS1", "GLN", "1").await.unwrap());
        assert!(names::list(&mut tx).await.unwrap().is_empty());

        assert!(users::update(&mut tx, &user("u", "a")).await.unwrap());
        assert_eq!(users::list(&mut tx).await.unwrap(), [user("u", "a")]);
        assert!(users::delete(&mut tx, "u").await.unwrap());
        assert_eq!(users::find(&mut tx, "u").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn entries_are_unique() {
    for_each_backend(async |backend| {
        fill(&backend.store).await;
        let conflict = async |insert: Result<(), Error>, expected: &str| {
            let error = insert.unwrap_err();
            assert!(
                matches!(&error, Error::Conflict { constraint } if constraint == expected),
                "{error:?}"
            );
        };
        let begin = async || backend.store.begin().await.unwrap();
        let again = parameter(EntryKind::Text, "a", "x", b"");
        let inserted = parameters::insert(&mut begin().await, &again).await;
        conflict(inserted, "partner_parameters_kind_pid_id").await;
        let inserted = names::insert(&mut begin().await, &name("GS1", "1", "b")).await;
        conflict(inserted, "partner_names_agency_scheme_id").await;
        let inserted = names::insert(&mut begin().await, &name("GS1", "2", "a")).await;
        conflict(inserted, "partner_names_agency_scheme_pid").await;
        let inserted = users::insert(&mut begin().await, &user("u", "a")).await;
        conflict(inserted, "partner_users_name").await;
    })
    .await;
}

#[tokio::test]
async fn credentials_of_partners_are_credentials_of_flows() {
    for_each_backend(async |backend| {
        fill(&backend.store).await;
        let mut tx = backend.store.read().await.unwrap();
        let materials = parameters::materials(&mut tx).await.unwrap();
        assert_eq!(materials.len(), 1);
        assert_eq!(materials[0].name, "pd:b:login:UserCredential");
        assert_eq!(materials[0].name, credential_name("b", "login"));
        assert_eq!(materials[0].user, "about");
        assert_eq!(materials[0].sealed_secret, b"blogin");
    })
    .await;
}
