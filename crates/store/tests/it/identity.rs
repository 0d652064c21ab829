//! Instances, keys, clients, roles, signing keys, revocations, settings.

use std::time::Duration;

use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_store::instances::{Instance, Parameters};
use lockgate_store::keys::Key;
use lockgate_store::roles::Role;
use lockgate_store::signing_keys::{SigningKey, State};
use lockgate_store::{clients, instances, keys, revocations, roles, settings, signing_keys};
use uuid::Uuid;

use crate::backend::{START, for_each_backend};

pub(crate) fn instance(id: u128, name: &str) -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(id)),
        name: name.to_owned(),
        plan: Plan::IntegrationFlow,
        parameters: Parameters {
            roles: vec!["ESBMessaging.send".parse().unwrap()],
            grant_types: vec!["client_credentials".to_owned()],
            redirect_uris: vec!["https://example.org/ü".to_owned()],
            token_validity: 3_600,
        },
        tokens_not_before: START,
        created_at: START,
        updated_at: START,
    }
}

pub(crate) fn key(id: u128, instance: u128, name: &str) -> Key {
    Key {
        id: KeyId(Uuid::from_u128(id)),
        instance: InstanceId(Uuid::from_u128(instance)),
        name: name.to_owned(),
        secret_id: Uuid::from_u128(id + 1_000),
        digest: [u8::try_from(id).unwrap(); 32],
        sealed: Some(vec![0, 255, 1]),
        created_at: START,
        expires_at: Some(START.plus(Duration::from_secs(60))),
    }
}

#[tokio::test]
async fn instances_are_kept() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let (mut one, two) = (instance(1, "one"), instance(2, "two"));
        instances::insert(&mut tx, &two).await.unwrap();
        instances::insert(&mut tx, &one).await.unwrap();
        assert_eq!(
            instances::list(&mut tx).await.unwrap(),
            [one.clone(), two.clone()]
        );
        assert_eq!(
            instances::find(&mut tx, two.id).await.unwrap().as_ref(),
            Some(&two)
        );
        assert_eq!(instances::find_by_name(&mut tx, "One").await.unwrap(), None);

        one.name = "renamed".to_owned();
        one.parameters.roles.clear();
        one.tokens_not_before = START.plus(Duration::from_micros(1));
        one.updated_at = START.plus(Duration::from_secs(1));
        assert!(instances::update(&mut tx, &one).await.unwrap());
        let found = instances::find_by_name(&mut tx, "renamed").await.unwrap();
        assert_eq!(found.as_ref(), Some(&one));

        assert!(instances::delete(&mut tx, one.id).await.unwrap());
        assert!(!instances::delete(&mut tx, one.id).await.unwrap());
        assert!(!instances::update(&mut tx, &one).await.unwrap());
        assert_eq!(instances::list(&mut tx).await.unwrap(), [two]);
    })
    .await;
}

#[tokio::test]
async fn keys_are_kept_by_instance() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        for id in [1, 2] {
            let name = format!("instance {id}");
            instances::insert(&mut tx, &instance(id, &name))
                .await
                .unwrap();
        }
        let bare = Key {
            sealed: None,
            expires_at: None,
            ..key(11, 1, "a")
        };
        let other = key(21, 2, "a");
        keys::insert(&mut tx, &bare).await.unwrap();
        keys::insert(&mut tx, &other).await.unwrap();
        let listed = keys::list(&mut tx, bare.instance).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&bare));
        assert_eq!(
            keys::find(&mut tx, bare.id).await.unwrap().as_ref(),
            Some(&bare)
        );
        let found = keys::find_by_name(&mut tx, other.instance, "a")
            .await
            .unwrap();
        assert_eq!(found, Some(other));
        assert!(keys::delete(&mut tx, bare.id).await.unwrap());
        assert!(!keys::delete(&mut tx, bare.id).await.unwrap());
        assert_eq!(keys::find(&mut tx, bare.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn clients_are_instances_with_the_secrets_of_their_keys() {
    let tenant = Tenant {
        name: "acme".to_owned(),
        zone_id: Uuid::nil(),
        client_number: 7,
        service_number: 9,
        token_base: "http://localhost".to_owned(),
        certificate_base: None,
        runtime_base: "http://localhost".to_owned(),
        api_base: "http://localhost".to_owned(),
    };
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        instances::insert(&mut tx, &instance(1, "one"))
            .await
            .unwrap();
        instances::insert(&mut tx, &instance(2, "two"))
            .await
            .unwrap();
        for (id, name) in [(12, "b"), (11, "a")] {
            keys::insert(&mut tx, &key(id, 1, name)).await.unwrap();
        }
        let clients = clients::load(&mut tx, &tenant).await.unwrap();
        let [one, two] = clients.as_slice() else {
            panic!("{clients:?}")
        };
        assert_eq!(
            one.id,
            tenant.client_id(one.instance, Plan::IntegrationFlow)
        );
        assert_eq!(one.roles, instance(1, "one").parameters.roles);
        assert_eq!((one.token_validity, one.tokens_not_before), (3_600, START));
        let digests: Vec<_> = one.secrets.iter().map(|secret| secret.digest).collect();
        assert_eq!(digests, [[11; 32], [12; 32]]);
        assert_eq!(one.secrets[0].secret_id, Uuid::from_u128(1_011));
        assert_eq!(one.secrets[0].expires, key(11, 1, "a").expires_at);
        assert!(two.secrets.is_empty());
    })
    .await;
}

#[tokio::test]
async fn roles_are_kept_and_know_their_users() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let mut role = Role {
            name: "Orders.read".parse().unwrap(),
            description: "Reads".to_owned(),
            created_at: START,
        };
        roles::insert(&mut tx, &role).await.unwrap();
        role.description = "Reads orders".to_owned();
        assert!(roles::update(&mut tx, &role).await.unwrap());
        assert_eq!(
            roles::find(&mut tx, &role.name).await.unwrap().as_ref(),
            Some(&role)
        );
        assert_eq!(roles::list(&mut tx).await.unwrap(), [role.clone()]);

        assert!(
            roles::used_by(&mut tx, &role.name)
                .await
                .unwrap()
                .is_empty()
        );
        let mut holder = instance(1, "holder");
        holder.parameters.roles.push(role.name.clone());
        instances::insert(&mut tx, &holder).await.unwrap();
        instances::insert(&mut tx, &instance(2, "other"))
            .await
            .unwrap();
        assert_eq!(
            roles::used_by(&mut tx, &role.name).await.unwrap(),
            ["holder"]
        );

        assert!(roles::delete(&mut tx, &role.name).await.unwrap());
        assert!(!roles::update(&mut tx, &role).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_signing_key_changes_state_only_from_the_expected_one() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let key = SigningKey {
            kid: "k1".to_owned(),
            state: State::Pending,
            created_at: START,
            changed_at: START,
            public_der: vec![1, 2],
            sealed_private: vec![3, 4],
        };
        signing_keys::insert(&mut tx, &key).await.unwrap();
        let later = START.plus(Duration::from_secs(1));
        let activate = [State::Pending, State::Active];
        for expected in [true, false] {
            let [from, to] = activate;
            let moved = signing_keys::set_state(&mut tx, "k1", from, to, later).await;
            assert_eq!(moved.unwrap(), expected);
        }
        let expected = SigningKey {
            state: State::Active,
            changed_at: later,
            ..key
        };
        assert_eq!(signing_keys::list(&mut tx).await.unwrap(), [expected]);
        assert!(signing_keys::delete(&mut tx, "k1").await.unwrap());
        assert!(signing_keys::list(&mut tx).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn revocations_live_until_the_token_expires() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let at = |secs| START.plus(Duration::from_secs(secs));
        revocations::insert(&mut tx, "a", at(10)).await.unwrap();
        revocations::insert(&mut tx, "a", at(10)).await.unwrap();
        revocations::insert(&mut tx, "b", at(20)).await.unwrap();
        let live = revocations::list_live(&mut tx, at(10)).await.unwrap();
        assert_eq!(live, [("b".to_owned(), at(20))]);
        assert_eq!(revocations::purge(&mut tx, at(10)).await.unwrap(), 1);
        let live = revocations::list_live(&mut tx, START).await.unwrap();
        assert_eq!(live, [("b".to_owned(), at(20))]);
    })
    .await;
}

#[tokio::test]
async fn the_first_value_of_a_setting_stands() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        assert!(settings::set_if_absent(&mut tx, "zone", "a").await.unwrap());
        assert!(!settings::set_if_absent(&mut tx, "zone", "b").await.unwrap());
        assert_eq!(
            settings::get(&mut tx, "zone").await.unwrap().as_deref(),
            Some("a")
        );
        settings::set(&mut tx, "zone", "c").await.unwrap();
        assert_eq!(
            settings::get(&mut tx, "zone").await.unwrap().as_deref(),
            Some("c")
        );
    })
    .await;
}
