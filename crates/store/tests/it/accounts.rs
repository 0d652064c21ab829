//! Accounts, organizations, spaces, memberships; sessions, codes; authorities.

use std::time::Duration;

use lockgate_core::account::{AccountKind, OrgRole, Scope, SpaceRole, default_target};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{AccountId, OrgId, SessionId, SpaceId};
use lockgate_core::random::SeededRandom;
use lockgate_store::accounts::Account;
use lockgate_store::authorities::{Authority, State};
use lockgate_store::codes::Code;
use lockgate_store::memberships::Membership;
use lockgate_store::metadata::Metadata;
use lockgate_store::organizations::Organization;
use lockgate_store::sessions::Session;
use lockgate_store::spaces::Space;
use lockgate_store::{
    Error, Result, Tx, accounts, authorities, codes, instances, memberships, organizations,
    sessions, spaces,
};
use uuid::Uuid;

use crate::backend::{START, for_each_backend, for_postgres};
use crate::identity::{instance, metadata};

pub(crate) fn account(id: u128, name: &str, kind: AccountKind) -> Account {
    Account {
        id: AccountId(Uuid::from_u128(id)),
        name: name.to_owned(),
        kind,
        admin: false,
        roles: vec!["ESBMessaging.send".parse().unwrap()],
        password: Some("$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".to_owned()),
        secret: Some([9; 32]),
        tokens_not_before: START,
        created_at: START,
        updated_at: START,
    }
}

fn organization(id: u128, name: &str) -> Organization {
    Organization {
        id: OrgId(Uuid::from_u128(id)),
        name: name.to_owned(),
        suspended: false,
        metadata: metadata("org"),
        created_at: START,
        updated_at: START,
    }
}

fn space(id: u128, organization: OrgId, name: &str) -> Space {
    Space {
        id: SpaceId(Uuid::from_u128(id)),
        organization,
        name: name.to_owned(),
        metadata: metadata("space"),
        created_at: START,
        updated_at: START,
    }
}

fn membership(id: u128, account: &Account, organization: OrgId, scope: Scope) -> Membership {
    Membership {
        id: Uuid::from_u128(id),
        account: account.id,
        scope,
        organization,
        created_at: START,
    }
}

fn session(id: u128, account: &Account) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(id)),
        account: account.id,
        client_id: "cf".to_owned(),
        grant_type: "password".to_owned(),
        scopes: vec!["openid".to_owned()],
        refresh: Some([1; 32]),
        created_at: START,
        refreshed_at: START,
        expires_at: after(60),
    }
}

fn code(digest: u8, account: &Account) -> Code {
    Code {
        digest: [digest; 32],
        account: account.id,
        client_id: "cockpit".to_owned(),
        redirect_uri: "http://127.0.0.1/callback".to_owned(),
        challenge: "challenge".to_owned(),
        scopes: vec!["openid".to_owned()],
        session: None,
        expires_at: after(60),
    }
}

fn after(secs: u64) -> Timestamp {
    START.plus(Duration::from_secs(secs))
}

/// The constraint in the way, or that rows refer to each other.
fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result.unwrap_err() {
        Error::Conflict { constraint } => constraint,
        Error::Reference => "reference".to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn accounts_are_kept() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let mut ann = account(1, "Ann", AccountKind::Person);
        let tool = account(2, "a-tool", AccountKind::Tool);
        accounts::insert(&mut tx, &ann).await.unwrap();
        accounts::insert(&mut tx, &tool).await.unwrap();
        assert_eq!(
            accounts::list(&mut tx).await.unwrap(),
            [tool.clone(), ann.clone()]
        );
        let found = accounts::find_by_name(&mut tx, "aNN").await.unwrap();
        assert_eq!(found.as_ref(), Some(&ann));

        ann.name = "Änne".to_owned();
        ann.admin = true;
        ann.roles.clear();
        ann.password = None;
        ann.secret = None;
        ann.tokens_not_before = after(1);
        ann.updated_at = after(2);
        assert!(accounts::update(&mut tx, &ann).await.unwrap());
        let found = accounts::find_by_name(&mut tx, "äNNE").await.unwrap();
        assert_eq!(found.as_ref(), Some(&ann));
        let found = accounts::find(&mut tx, ann.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&ann));

        assert!(accounts::delete(&mut tx, ann.id).await.unwrap());
        assert!(!accounts::update(&mut tx, &ann).await.unwrap());
        assert!(!accounts::delete(&mut tx, ann.id).await.unwrap());
        assert!(!format!("{tool:?}").contains("argon2id"), "{tool:?}");
    })
    .await;
}

#[tokio::test]
async fn names_are_taken_whatever_their_case() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let acme = organization(10, "acme");
        organizations::insert(&mut tx, &acme).await.unwrap();
        let dev = space(20, acme.id, "dev");
        spaces::insert(&mut tx, &dev).await.unwrap();
        let elsewhere = space(21, default_target::ORG, "dev");
        spaces::insert(&mut tx, &elsewhere).await.unwrap();
        let ann = account(1, "ann", AccountKind::Person);
        accounts::insert(&mut tx, &ann).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = backend.store.begin().await.unwrap();
        let again = accounts::insert(&mut tx, &account(2, "ANN", AccountKind::Tool)).await;
        assert_eq!(refusal(again), "accounts_name_folded");
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        let again = organizations::insert(&mut tx, &organization(11, "Acme")).await;
        assert_eq!(refusal(again), "organizations_name_folded");
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        let again = spaces::insert(&mut tx, &space(22, acme.id, "Dev")).await;
        assert_eq!(refusal(again), "spaces_organization_id_name_folded");
    })
    .await;
}

#[tokio::test]
async fn organizations_and_spaces_are_kept_until_they_are_empty() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let mut acme = organization(10, "acme");
        organizations::insert(&mut tx, &acme).await.unwrap();
        acme.name = "Acme".to_owned();
        acme.suspended = true;
        acme.metadata = Metadata::default();
        acme.updated_at = after(1);
        assert!(organizations::update(&mut tx, &acme).await.unwrap());
        let mut dev = space(20, acme.id, "dev");
        spaces::insert(&mut tx, &dev).await.unwrap();
        dev.name = "test".to_owned();
        dev.metadata = Metadata::default();
        dev.updated_at = after(1);
        assert!(spaces::update(&mut tx, &dev).await.unwrap());
        assert_eq!(
            organizations::find(&mut tx, acme.id)
                .await
                .unwrap()
                .as_ref(),
            Some(&acme)
        );
        assert_eq!(
            spaces::find(&mut tx, dev.id).await.unwrap().as_ref(),
            Some(&dev)
        );
        let named = organizations::list(&mut tx).await.unwrap();
        let named: Vec<_> = named.iter().map(|org| org.name.as_str()).collect();
        assert_eq!(named, ["default", "Acme"]);
        let named = spaces::list(&mut tx).await.unwrap();
        let named: Vec<_> = named.iter().map(|space| space.name.as_str()).collect();
        assert_eq!(named, ["default", "test"]);
        let mut inside = instance(1, "one");
        inside.space = Some(dev.id);
        instances::insert(&mut tx, &inside).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = backend.store.begin().await.unwrap();
        let refused = organizations::delete(&mut tx, acme.id).await;
        assert_eq!(refusal(refused), "reference");
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        let refused = spaces::delete(&mut tx, dev.id).await;
        assert_eq!(refusal(refused), "reference");
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        instances::delete(&mut tx, inside.id).await.unwrap();
        assert!(spaces::delete(&mut tx, dev.id).await.unwrap());
        assert!(organizations::delete(&mut tx, acme.id).await.unwrap());
        assert!(!spaces::update(&mut tx, &dev).await.unwrap());
        assert!(!organizations::update(&mut tx, &acme).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn memberships_end_with_what_they_are_about() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let ann = account(1, "ann", AccountKind::Person);
        accounts::insert(&mut tx, &ann).await.unwrap();
        let acme = organization(10, "acme");
        organizations::insert(&mut tx, &acme).await.unwrap();
        let dev = space(20, acme.id, "dev");
        spaces::insert(&mut tx, &dev).await.unwrap();
        let scopes = [
            Scope::Org(acme.id, OrgRole::Manager),
            Scope::Space(dev.id, SpaceRole::Developer),
            Scope::Space(dev.id, SpaceRole::Auditor),
        ];
        let given: Vec<_> = (1..)
            .zip(scopes)
            .map(|(id, scope)| membership(id, &ann, acme.id, scope))
            .collect();
        for membership in &given {
            memberships::insert(&mut tx, membership).await.unwrap();
        }
        assert_eq!(memberships::list(&mut tx).await.unwrap(), given);
        let found = memberships::find(&mut tx, given[1].id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&given[1]));
        assert!(memberships::delete(&mut tx, given[2].id).await.unwrap());
        assert!(!memberships::delete(&mut tx, given[2].id).await.unwrap());
        tx.commit().await.unwrap();

        let mut tx = backend.store.begin().await.unwrap();
        let again = membership(9, &ann, acme.id, scopes[0]);
        let refused = memberships::insert(&mut tx, &again).await;
        assert_eq!(
            refusal(refused),
            "memberships_account_id_organization_id_space_id_role"
        );
        drop(tx);

        let mut tx = backend.store.begin().await.unwrap();
        spaces::delete(&mut tx, dev.id).await.unwrap();
        let left = memberships::list(&mut tx).await.unwrap();
        assert_eq!(left, &given[..1]);
        organizations::delete(&mut tx, acme.id).await.unwrap();
        assert!(memberships::list(&mut tx).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_snapshot_has_accounts_with_their_scopes_and_no_passwords() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let hash = MasterKey::generate(&SeededRandom::new(1)).keyed_hash("test");
        let tool = Account {
            admin: true,
            secret: Some(hash.tag(b"secret")),
            ..account(1, "Tool", AccountKind::Tool)
        };
        accounts::insert(&mut tx, &tool).await.unwrap();
        let developer = Scope::Space(default_target::SPACE, SpaceRole::Developer);
        let given = membership(1, &tool, default_target::ORG, developer);
        memberships::insert(&mut tx, &given).await.unwrap();
        let loaded = accounts::load(&mut tx, hash).await.unwrap();
        let one = loaded
            .authenticate(AccountKind::Tool, "tool", "secret")
            .unwrap();
        assert_eq!(one.scopes, [developer]);
        assert_eq!((one.admin, one.tokens_not_before), (true, START));
        assert_eq!(one.roles, tool.roles);
        let org = loaded.org_of(default_target::SPACE);
        assert_eq!(org, Some(default_target::ORG));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let ann = account(1, "ann", AccountKind::Person);
        accounts::insert(&mut tx, &ann).await.unwrap();
        let scope = Scope::Org(default_target::ORG, OrgRole::User);
        let given = membership(1, &ann, default_target::ORG, scope);
        memberships::insert(&mut tx, &given).await.unwrap();
        let (login, code) = (session(1, &ann), code(1, &ann));
        sessions::insert(&mut tx, &login).await.unwrap();
        codes::insert(&mut tx, &code).await.unwrap();
        accounts::remember_source(&mut tx, ann.id, "192.0.2.1", START)
            .await
            .unwrap();

        assert!(accounts::delete(&mut tx, ann.id).await.unwrap());
        assert!(memberships::list(&mut tx).await.unwrap().is_empty());
        assert_eq!(sessions::find(&mut tx, login.id).await.unwrap(), None);
        assert_eq!(codes::find(&mut tx, code.digest).await.unwrap(), None);
        assert!(!knows(&mut tx, &ann, "192.0.2.1").await);
    })
    .await;
}

async fn knows(tx: &mut Tx, account: &Account, source: &str) -> bool {
    let knows = accounts::knows_source(tx, account.id, source).await;
    knows.unwrap()
}

#[tokio::test]
async fn sources_are_known_until_they_were_not_seen_for_long() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let ann = account(1, "ann", AccountKind::Person);
        for (source, at) in [("a", START), ("b", START), ("a", after(10))] {
            accounts::remember_source(&mut tx, ann.id, source, at)
                .await
                .unwrap();
        }
        let purged = accounts::purge_sources(&mut tx, after(10)).await;
        assert_eq!(purged.unwrap(), 1);
        assert!(knows(&mut tx, &ann, "a").await);
        assert!(!knows(&mut tx, &ann, "b").await);
        let other = account(2, "other", AccountKind::Person);
        assert!(!knows(&mut tx, &other, "a").await);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_is_replaced_once() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let ann = account(1, "ann", AccountKind::Person);
        let mut first = session(1, &ann);
        let second = Session {
            refresh: None,
            created_at: after(1),
            expires_at: after(5),
            ..session(2, &ann)
        };
        for session in [&first, &second] {
            sessions::insert(&mut tx, session).await.unwrap();
        }
        for (from, rotated) in [(1, true), (1, false)] {
            let moved =
                sessions::rotate(&mut tx, first.id, [from; 32], [2; 32], after(3), after(90)).await;
            assert_eq!(moved.unwrap(), rotated);
        }
        first.refresh = Some([2; 32]);
        first.refreshed_at = after(3);
        first.expires_at = after(90);
        let found = sessions::find(&mut tx, first.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&first));
        let listed = sessions::list_of(&mut tx, ann.id).await.unwrap();
        assert_eq!(listed, [first.clone(), second]);
        assert_eq!(sessions::purge(&mut tx, after(6)).await.unwrap(), 1);
        assert!(sessions::delete(&mut tx, first.id).await.unwrap());
        assert!(!sessions::delete(&mut tx, first.id).await.unwrap());
        let left = sessions::list_of(&mut tx, ann.id).await.unwrap();
        assert!(left.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_code_is_redeemed_once_and_remembers_for_what() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let ann = account(1, "ann", AccountKind::Person);
        let mut kept = code(1, &ann);
        codes::insert(&mut tx, &kept).await.unwrap();
        let sessions = [5, 6].map(|id| SessionId(Uuid::from_u128(id)));
        for (session, redeemed) in sessions.into_iter().zip([true, false]) {
            let moved = codes::redeem(&mut tx, kept.digest, session).await;
            assert_eq!(moved.unwrap(), redeemed);
        }
        kept.session = Some(sessions[0]);
        let found = codes::find(&mut tx, kept.digest).await.unwrap();
        assert_eq!(found.as_ref(), Some(&kept));
        assert_eq!(codes::purge(&mut tx, after(60)).await.unwrap(), 0);
        assert_eq!(codes::purge(&mut tx, after(61)).await.unwrap(), 1);
        assert_eq!(codes::find(&mut tx, kept.digest).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn authorities_are_kept_and_change_state_only_from_the_expected_one() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let mut own = Authority {
            thumbprint: Thumbprint::of(b"own"),
            name: "own".to_owned(),
            certificate: b"own".to_vec(),
            sealed_key: Some(vec![1, 2]),
            state: State::Issuing,
            created_at: START,
        };
        let other = Authority {
            thumbprint: Thumbprint::of(b"other"),
            name: "other".to_owned(),
            certificate: b"other".to_vec(),
            sealed_key: None,
            state: State::Trusted,
            created_at: after(1),
        };
        for authority in [&other, &own] {
            authorities::insert(&mut tx, authority).await.unwrap();
        }
        for moved in [true, false] {
            let retire = [State::Issuing, State::Trusted];
            let set = authorities::set_state(&mut tx, own.thumbprint, retire[0], retire[1]).await;
            assert_eq!(set.unwrap(), moved);
        }
        own.state = State::Trusted;
        let listed = authorities::list(&mut tx).await.unwrap();
        assert_eq!(listed, [own.clone(), other.clone()]);
        let found = authorities::find_by_name(&mut tx, "other").await.unwrap();
        assert_eq!(found.as_ref(), Some(&other));
        let deleted = authorities::delete(&mut tx, other.thumbprint).await;
        assert!(deleted.unwrap());
        let found = authorities::find_by_name(&mut tx, "other").await.unwrap();
        assert_eq!(found, None);
        let namesake = Authority {
            thumbprint: other.thumbprint,
            ..own
        };
        let refused = authorities::insert(&mut tx, &namesake).await;
        assert_eq!(refusal(refused), "authorities_name");
    })
    .await;
}

/// Else two changes at the same time undo each other, such as a name and a password. A SQLite file has
/// one writer anyway.
#[tokio::test]
async fn what_is_held_waits_for_whoever_changes_it() {
    for_postgres(async |backend| {
        let store = backend.store;
        let mut ann = account(1, "Ann", AccountKind::Person);
        let mut acme = organization(2, "acme");
        let mut one = instance(3, "one");
        let mut tx = store.begin().await.unwrap();
        accounts::insert(&mut tx, &ann).await.unwrap();
        organizations::insert(&mut tx, &acme).await.unwrap();
        instances::insert(&mut tx, &one).await.unwrap();
        tx.commit().await.unwrap();
        let mut first = store.begin().await.unwrap();
        let mut second = [
            store.begin().await.unwrap(),
            store.begin().await.unwrap(),
            store.begin().await.unwrap(),
        ];
        accounts::hold(&mut first, ann.id).await.unwrap();
        organizations::hold(&mut first, acme.id).await.unwrap();
        instances::hold(&mut first, one.id).await.unwrap();
        let [account_tx, organization_tx, instance_tx] = &mut second;
        let (ann_id, acme_id, one_id) = (ann.id, acme.id, one.id);
        let change = async {
            // Time enough for whoever does not wait.
            for _ in 0..50 {
                accounts::list(&mut first).await.unwrap();
            }
            ann.password = Some("another".to_owned());
            acme.suspended = true;
            one.name = "renamed".to_owned();
            accounts::update(&mut first, &ann).await.unwrap();
            organizations::update(&mut first, &acme).await.unwrap();
            instances::update(&mut first, &one).await.unwrap();
            first.commit().await.unwrap();
            (ann, acme, one)
        };
        let (account, organization, instance, changed) = tokio::join!(
            accounts::hold(account_tx, ann_id),
            organizations::hold(organization_tx, acme_id),
            instances::hold(instance_tx, one_id),
            change
        );
        let (ann, acme, one) = changed;
        assert_eq!(account.unwrap(), Some(ann));
        assert_eq!(organization.unwrap(), Some(acme));
        assert_eq!(instance.unwrap(), Some(one));
        let nobody = AccountId(Uuid::from_u128(9));
        assert_eq!(accounts::hold(account_tx, nobody).await.unwrap(), None);
    })
    .await;
}
