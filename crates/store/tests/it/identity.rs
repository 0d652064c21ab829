//! Instances, keys, clients, roles, signing keys, revocations, settings.

use std::time::Duration;

use lockgate_core::account::default_target;
use lockgate_core::certificate::{CertificateNames, Name, Thumbprint};
use lockgate_core::ids::{InstanceId, KeyId};
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_store::instances::{Instance, Parameters};
use lockgate_store::keys::{Certificate, Credential, Key};
use lockgate_store::metadata::Metadata;
use lockgate_store::roles::Role;
use lockgate_store::signing_keys::{SigningKey, State};
use lockgate_store::{
    Error, assertions, clients, instances, keys, revocations, roles, settings, signing_keys,
};
use serde_json::json;
use uuid::Uuid;

use crate::backend::{START, for_each_backend};

pub(crate) fn instance(id: u128, name: &str) -> Instance {
    Instance {
        id: InstanceId(Uuid::from_u128(id)),
        space: Some(default_target::SPACE),
        name: name.to_owned(),
        plan: Plan::IntegrationFlow,
        parameters: Parameters {
            roles: vec!["ESBMessaging.send".parse().unwrap()],
            grant_types: vec!["client_credentials".to_owned()],
            redirect_uris: vec!["https://example.org/ü".to_owned()],
            token_validity: 3_600,
        },
        tags: vec!["a".to_owned()],
        metadata: metadata("team"),
        tokens_not_before: START,
        created_at: START,
        updated_at: START,
    }
}

pub(crate) fn metadata(label: &str) -> Metadata {
    Metadata {
        labels: [(label.to_owned(), Some("blue".to_owned()))].into(),
        annotations: [("note".to_owned(), None)].into(),
    }
}

pub(crate) fn key(id: u128, instance: u128, name: &str) -> Key {
    Key {
        id: KeyId(Uuid::from_u128(id)),
        instance: InstanceId(Uuid::from_u128(instance)),
        name: name.to_owned(),
        credential: Credential::Secret {
            secret_id: Uuid::from_u128(id + 1_000),
            digest: [u8::try_from(id).unwrap(); 32],
        },
        sealed: Some(vec![0, 255, 1]),
        parameters: json!({"validity": 7}),
        metadata: metadata("team"),
        created_at: START,
        expires_at: Some(START.plus(Duration::from_secs(60))),
    }
}

/// A key whose certificate is `der`.
fn certificate_key(id: u128, instance: u128, der: &[u8]) -> Key {
    let certificate = Certificate {
        der: der.to_vec(),
        thumbprint: Thumbprint::of(der),
        external: true,
        pinned: false,
        issuer_key: Some([7; 32]),
        newest: START,
    };
    Key {
        credential: Credential::Certificate(certificate),
        ..key(id, instance, &format!("certificate {id}"))
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
        let found = instances::find_by_name(&mut tx, one.space, "One").await;
        assert_eq!(found.unwrap(), None);

        one.name = "renamed".to_owned();
        one.parameters.roles.clear();
        one.tags.clear();
        one.metadata = Metadata::default();
        one.tokens_not_before = START.plus(Duration::from_micros(1));
        one.updated_at = START.plus(Duration::from_secs(1));
        assert!(instances::update(&mut tx, &one).await.unwrap());
        let found = instances::find_by_name(&mut tx, one.space, "renamed")
            .await
            .unwrap();
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
async fn names_of_instances_are_unique_in_their_space_only() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let first = instance(1, "one");
        let outside = |id| Instance {
            space: None,
            ..instance(id, "one")
        };
        for one in [&first, &outside(2), &outside(3)] {
            instances::insert(&mut tx, one).await.unwrap();
        }
        let named = instances::named(&mut tx, "one").await.unwrap();
        assert_eq!(named, [first.clone(), outside(2), outside(3)]);
        let in_space = instances::in_space(&mut tx, default_target::SPACE).await;
        assert_eq!(in_space.unwrap(), std::slice::from_ref(&first));
        for (space, id) in [(first.space, 1), (None, 3)] {
            let found = instances::find_by_name(&mut tx, space, "one").await;
            assert_eq!(found.unwrap().unwrap().id.0, Uuid::from_u128(id));
        }
        let error = instances::insert(&mut tx, &instance(4, "one")).await;
        assert!(
            matches!(error, Err(Error::Conflict { constraint }) if constraint == "instances_space_id_name")
        );
    })
    .await;
}

#[tokio::test]
async fn a_certificate_belongs_to_one_key_and_its_date_only_goes_forward() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        for id in [1, 2] {
            let name = format!("instance {id}");
            instances::insert(&mut tx, &instance(id, &name))
                .await
                .unwrap();
        }
        let mut key = certificate_key(11, 1, b"certificate");
        keys::insert(&mut tx, &key).await.unwrap();
        let later = |secs| START.plus(Duration::from_secs(secs));
        for (at, moved) in [(10, true), (10, false), (5, false), (11, true)] {
            let advanced = keys::advance(&mut tx, key.id, later(at)).await;
            assert_eq!(advanced.unwrap(), moved, "{at}");
        }
        let Credential::Certificate(certificate) = &mut key.credential else {
            panic!("{key:?}")
        };
        certificate.newest = later(11);
        key.metadata = Metadata::default();
        let updated = keys::update_metadata(&mut tx, key.id, &key.metadata).await;
        assert!(updated.unwrap());
        assert_eq!(keys::find(&mut tx, key.id).await.unwrap(), Some(key));

        let copy = certificate_key(12, 2, b"certificate");
        let error = keys::insert(&mut tx, &copy).await;
        assert!(
            matches!(error, Err(Error::Conflict { constraint }) if constraint == "service_keys_thumbprint")
        );
    })
    .await;
}

#[tokio::test]
async fn keys_are_found_by_several_instances_and_by_their_end() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let ids: Vec<_> = (1..=120)
            .map(|id| InstanceId(Uuid::from_u128(id)))
            .collect();
        for id in &ids {
            let instance = instance(id.0.as_u128(), &id.to_string());
            instances::insert(&mut tx, &instance).await.unwrap();
        }
        for (id, instance, ends) in [(11, 1, 30), (12, 60, 10), (13, 120, 20)] {
            let ends = START.plus(Duration::from_secs(ends));
            let key = Key {
                expires_at: Some(ends),
                ..key(id, instance, "k")
            };
            keys::insert(&mut tx, &key).await.unwrap();
        }
        let endless = Key {
            expires_at: None,
            ..key(14, 2, "k")
        };
        keys::insert(&mut tx, &endless).await.unwrap();
        let found =
            |keys: Vec<Key>| -> Vec<u128> { keys.iter().map(|key| key.id.0.as_u128()).collect() };
        for (instances, expected) in [
            (&ids[..], vec![11, 12, 13, 14]),
            (&ids[1..60], vec![12, 14]),
            (&ids[2..3], vec![]),
            (&[], vec![]),
        ] {
            let listed = keys::list_of(&mut tx, instances).await.unwrap();
            assert_eq!(found(listed), expected);
        }
        let before = START.plus(Duration::from_secs(20));
        let expiring = keys::expiring(&mut tx, before).await.unwrap();
        assert_eq!(found(expiring), [12, 13]);
    })
    .await;
}

fn names() -> CertificateNames {
    let name = |text: &str| Name::new(text.to_owned(), text.as_bytes().to_vec());
    CertificateNames {
        subject: name("CN=sender"),
        issuer: name("CN=authority"),
    }
}

#[tokio::test]
async fn clients_are_instances_with_the_credentials_of_their_keys() {
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
        for (id, der) in [(13, b"readable"), (14, b"spoiled!")] {
            let key = certificate_key(id, 1, der);
            keys::insert(&mut tx, &key).await.unwrap();
        }
        let read = |der: &[u8]| (der == b"readable").then(names);
        let clients = clients::load(&mut tx, &tenant, read).await.unwrap();
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
        let [certificate] = one.certificates.as_slice() else {
            panic!("{one:?}")
        };
        assert_eq!(certificate.key, KeyId(Uuid::from_u128(13)));
        assert_eq!(certificate.names, names());
        assert_eq!(certificate.thumbprint, Thumbprint::of(b"readable"));
        assert_eq!(certificate.issuer_key, Some([7; 32]));
        assert_eq!((certificate.pinned, certificate.newest), (false, START));
        assert!(certificate.expires.is_some());
        assert!(two.secrets.is_empty() && two.certificates.is_empty());
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
async fn an_assertion_is_good_once_while_it_could_be_accepted() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let at = |secs| START.plus(Duration::from_secs(secs));
        let (one, other) = ([1; 32], [2; 32]);
        let mut redeem = async |digest, now| {
            assertions::redeem(&mut tx, digest, at(now), at(now + 10))
                .await
                .unwrap()
        };
        assert!(redeem(one, 0).await);
        assert!(!redeem(one, 9).await);
        assert!(redeem(other, 9).await);
        // Nobody accepts it any more, so it is forgotten.
        assert!(redeem(one, 10).await);
        assert!(!redeem(other, 10).await);
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
