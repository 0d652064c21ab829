use std::sync::Arc;

use lockgate_core::account::AccountKind;
use lockgate_core::audit::Actor;
use lockgate_core::clock::{ManualClock, Timestamp};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::SeededRandom;
use lockgate_store::{Location, Store};
use tempfile::TempDir;

use super::*;
use crate::hashing::HashSettings;
use crate::service::{NewAccount, Surroundings};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

#[test]
fn sources_are_as_coarse_as_a_customer() {
    let cases = [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
    ];
    for (address, expected) in cases {
        assert_eq!(prefix(address.parse().unwrap()), expected);
    }
}

/// The accounts of `folder`, with a person `ann`.
async fn service(folder: &TempDir) -> AccountService {
    let clock = Arc::new(ManualClock::at(Timestamp::from_secs(1_767_225_600)));
    let location = Location::Sqlite(folder.path().join("test.db"));
    let random = Arc::new(SeededRandom::new(1));
    let surroundings = Surroundings {
        store: Store::open(&location, clock.clone()).await.unwrap(),
        clock,
        master: MasterKey::generate(&*random),
        random,
    };
    let settings = HashSettings {
        memory_kib: 8,
        passes: 1,
        at_once: 1,
        waiting: 1,
    };
    let service = AccountService::new(surroundings, settings);
    let ann = NewAccount {
        name: "ann".to_owned(),
        kind: AccountKind::Person,
        admin: false,
        roles: vec![],
        password: Some("correct horse".into()),
    };
    service.create_account(&Actor::SERVER, ann).await.unwrap();
    service
}

#[tokio::test]
async fn a_flood_from_elsewhere_takes_no_turns_from_familiar_sources() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder).await;
    let password = Secret::from("correct horse");
    service.login("ann", &password, HOME).await.unwrap();
    let places = Arc::clone(&service.hashing.unfamiliar.places);
    let _flood = places.try_acquire_many_owned(2).unwrap();
    let elsewhere = service.login("ann", &password, ELSEWHERE).await;
    assert!(matches!(elsewhere, Err(LoginRefused::Busy)));
    service.login("ann", &password, HOME).await.unwrap();
}

#[tokio::test]
async fn a_password_that_changes_while_it_is_checked_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder).await;
    let checked = service.account("ann").await.unwrap();
    let other = Some(Secret::from("another password"));
    let changed = service.set_password(&Actor::SERVER, "ann", other).await;
    changed.unwrap();
    for renewed in [None, Some("of the former password".to_owned())] {
        let refused = service.admit(checked.clone(), renewed, "192.0.2.1").await;
        assert!(matches!(refused, Err(LoginRefused::BadCredentials)));
    }
    let password = Secret::from("another password");
    service.login("ann", &password, HOME).await.unwrap();
}
