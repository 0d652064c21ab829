use lockgate_core::account::ACCOUNT_HASH_LABEL;
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::AccountId;
use lockgate_core::random::SeededRandom;
use uuid::Uuid;

use super::*;

const ORG: OrgId = OrgId(Uuid::from_u128(1));
const ELSEWHERE: OrgId = OrgId(Uuid::from_u128(2));
const DEV: SpaceId = SpaceId(Uuid::from_u128(11));
const PROD: SpaceId = SpaceId(Uuid::from_u128(12));
const FOREIGN: SpaceId = SpaceId(Uuid::from_u128(21));
const UNKNOWN: SpaceId = SpaceId(Uuid::from_u128(99));

fn account(kind: AccountKind, admin: bool, scopes: &[Scope]) -> Account {
    Account {
        id: AccountId(Uuid::from_u128(7)),
        name: "ann".to_owned(),
        kind,
        admin,
        roles: vec![],
        tokens_not_before: Timestamp::default(),
        secret: None,
        scopes: scopes.to_vec(),
    }
}

fn accounts() -> Accounts {
    let hash = MasterKey::generate(&SeededRandom::new(1)).keyed_hash(ACCOUNT_HASH_LABEL);
    Accounts::new([], [(DEV, ORG), (PROD, ORG), (FOREIGN, ELSEWHERE)], hash)
}

/// One letter for each action: which of them an account may do in `DEV` of `ORG`.
fn allowed(rights: Rights<'_>) -> String {
    let actions = [
        ('o', rights.can_see_org(ORG)),
        ('s', rights.can_see_space(DEV)),
        ('w', rights.can_write_space(DEV)),
        ('c', rights.can_read_credentials(DEV)),
        ('n', rights.can_create_space(ORG)),
        ('r', rights.can_change_space(DEV)),
        (
            'g',
            rights.can_grant(Scope::Space(DEV, SpaceRole::Developer)),
        ),
        ('G', rights.can_grant(Scope::Org(ORG, OrgRole::Auditor))),
        (
            'v',
            rights.can_see_role(Scope::Space(DEV, SpaceRole::Manager)),
        ),
        ('V', rights.can_see_role(Scope::Org(ORG, OrgRole::User))),
        ('a', rights.is_admin()),
    ];
    let allowed = actions.iter().filter(|(_, allowed)| *allowed);
    allowed.map(|(letter, _)| letter).collect()
}

const fn space(role: SpaceRole) -> Scope {
    Scope::Space(DEV, role)
}

/// Role, what it allows, what is left of that in a suspended organization.
const TABLE: [(Scope, &str, &str); 8] = [
    (space(SpaceRole::Developer), "oswcvV", "oscvV"),
    (space(SpaceRole::Manager), "osrgvV", "osvV"),
    (space(SpaceRole::Auditor), "osvV", "osvV"),
    (space(SpaceRole::Supporter), "osvV", "osvV"),
    (Scope::Org(ORG, OrgRole::Manager), "osnrgGvV", "osvV"),
    (Scope::Org(ORG, OrgRole::Auditor), "oV", "oV"),
    (Scope::Org(ORG, OrgRole::BillingManager), "oV", "oV"),
    (Scope::Org(ORG, OrgRole::User), "oV", "oV"),
];

#[test]
fn each_role_allows_what_it_does_on_cloud_foundry() {
    let (open, suspended) = (accounts(), accounts().with_suspended([ORG]));
    for kind in [AccountKind::Person, AccountKind::Tool] {
        for (scope, expected, expected_suspended) in TABLE {
            let holder = account(kind, false, &[scope]);
            assert_eq!(allowed(Rights::of(&holder, &open)), expected, "{scope:?}");
            let left = allowed(Rights::of(&holder, &suspended));
            assert_eq!(left, expected_suspended, "suspended, {scope:?}");
        }
        let nobody = account(kind, false, &[]);
        assert_eq!(allowed(Rights::of(&nobody, &open)), "");
        let admin = account(kind, true, &[]);
        assert_eq!(allowed(Rights::of(&admin, &suspended)), "oswcnrgGvVa");
    }
}

#[test]
fn a_role_elsewhere_allows_nothing_here() {
    let accounts = accounts();
    let elsewhere = [
        Scope::Org(ELSEWHERE, OrgRole::Manager),
        Scope::Space(FOREIGN, SpaceRole::Developer),
        Scope::Space(FOREIGN, SpaceRole::Manager),
        Scope::Space(UNKNOWN, SpaceRole::Developer),
    ];
    for scope in elsewhere {
        let stranger = account(AccountKind::Person, false, &[scope]);
        assert_eq!(allowed(Rights::of(&stranger, &accounts)), "", "{scope:?}");
    }
    let neighbour = Scope::Space(PROD, SpaceRole::Developer);
    let neighbour = account(AccountKind::Person, false, &[neighbour]);
    assert_eq!(allowed(Rights::of(&neighbour, &accounts)), "oV");
}

#[test]
fn what_does_not_exist_is_for_administrators() {
    let accounts = accounts();
    let scope = Scope::Space(UNKNOWN, SpaceRole::Developer);
    let member = account(AccountKind::Person, false, &[scope]);
    assert!(!Rights::of(&member, &accounts).can_write_space(UNKNOWN));
    let admin = account(AccountKind::Person, true, &[]);
    assert!(Rights::of(&admin, &accounts).can_write_space(UNKNOWN));
}

#[test]
fn roles_add_up() {
    let accounts = accounts();
    let scopes = [TABLE[0].0, TABLE[4].0];
    let both = account(AccountKind::Person, false, &scopes);
    assert_eq!(allowed(Rights::of(&both, &accounts)), "oswcnrgGvV");
}

#[test]
fn a_broker_may_nothing_whatever_its_row_says() {
    let accounts = accounts();
    let scopes = TABLE.map(|(scope, ..)| scope);
    let broker = account(AccountKind::Broker, true, &scopes);
    assert_eq!(allowed(Rights::of(&broker, &accounts)), "");
}
