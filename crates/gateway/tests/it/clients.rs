//! The tenant of the tests, its clients, persons and keys.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use lockgate_core::account::{ACCOUNT_HASH_LABEL, Account, AccountKind, Accounts};
use lockgate_core::certificate::Thumbprint;
use lockgate_core::client::{
    Client, ClientCertificate, ClientSecret, Directory, SECRET_HASH_LABEL,
};
use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::MasterKey;
use lockgate_core::ids::{AccountId, InstanceId, KeyId};
use lockgate_core::random::SeededRandom;
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_web::identity::{Identities, VerificationKeys};
use uuid::Uuid;

use crate::certificates::presented;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);
pub(crate) const REVOKED_JTI: &str = "ffffffffffffffffffffffffffffffff";
pub(crate) const ENDED_SESSION: Uuid = Uuid::from_u128(200);
pub(crate) const KID: &str = "default-jwt-key-4fd2c07a9b";

pub(crate) fn master_key() -> MasterKey {
    MasterKey::generate(&SeededRandom::new(1))
}

pub(crate) fn tenant() -> Tenant {
    Tenant {
        name: "acme".to_owned(),
        zone_id: Uuid::from_u128(7),
        client_number: 7,
        service_number: 1,
        token_base: "https://acme.authentication.example.org".to_owned(),
        certificate_base: None,
        runtime_base: "https://acme.example.org".to_owned(),
        api_base: "https://api.example.org".to_owned(),
    }
}

/// The clients by number.
pub(crate) const SENDER: u128 = 1;
pub(crate) const GUEST: u128 = 2;
pub(crate) const KEYLESS: u128 = 3;
pub(crate) const WITHOUT_GRANT: u128 = 4;
pub(crate) const WITHDRAWN: u128 = 5;
pub(crate) const API: u128 = 6;
pub(crate) const CSRF_GUEST: u128 = 7;
pub(crate) const RENEWING: u128 = 8;
pub(crate) const TWIN: u128 = 9;

pub(crate) fn id(number: u128) -> String {
    let plan = if number == API {
        Plan::Api
    } else {
        Plan::IntegrationFlow
    };
    tenant().client_id(InstanceId(Uuid::from_u128(number)), plan)
}

/// The secret of the key called `number`, in the format of real ones.
pub(crate) fn secret(number: u128) -> String {
    format!("{}${}=", Uuid::from_u128(number), "A".repeat(43))
}

fn client(number: u128, roles: &[&str], keys: &[(u128, Option<Timestamp>)]) -> Client {
    let hash = master_key().keyed_hash(SECRET_HASH_LABEL);
    let secret = |&(key, expires): &(u128, Option<Timestamp>)| ClientSecret {
        key: KeyId(Uuid::from_u128(key)),
        secret_id: Uuid::from_u128(key),
        digest: hash.tag(secret(key).as_bytes()),
        expires,
    };
    Client {
        id: id(number),
        instance: InstanceId(Uuid::from_u128(number)),
        plan: if number == API {
            Plan::Api
        } else {
            Plan::IntegrationFlow
        },
        roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
        grant_types: vec!["client_credentials".to_owned()],
        redirect_uris: vec![],
        token_validity: 3600,
        tokens_not_before: Timestamp::default(),
        secrets: keys.iter().map(secret).collect(),
        certificates: vec![],
    }
}

/// A key whose certificate is the one that [`presented`] makes of the same name.
fn certificate_key(number: u128, name: &str, pinned: bool) -> ClientCertificate {
    let certificate = presented(name, 0);
    ClientCertificate {
        key: KeyId(Uuid::from_u128(number)),
        thumbprint: certificate.thumbprint,
        names: certificate.names,
        issuer_key: Some(certificate.issuer_key),
        pinned,
        newest: certificate.not_before,
        expires: None,
    }
}

/// All clients. `sender` has three secrets, of which the third expires at [`NOW`].
pub(crate) fn clients() -> Vec<Client> {
    const SEND: &[&str] = &["ESBMessaging.send"];
    let mut sender = client(SENDER, SEND, &[(11, None), (12, None), (13, Some(NOW))]);
    sender.certificates = vec![
        certificate_key(14, "sender", true),
        ClientCertificate {
            expires: Some(NOW),
            ..certificate_key(15, "expired key", true)
        },
    ];
    let mut guest = client(GUEST, &["Guest.role"], &[(21, None)]);
    guest.certificates = vec![certificate_key(22, "guest", true)];
    let mut without_grant = client(WITHOUT_GRANT, SEND, &[(41, None)]);
    without_grant.grant_types = vec!["authorization_code".to_owned()];
    without_grant.certificates = vec![certificate_key(42, "without grant", true)];
    let mut withdrawn = client(WITHDRAWN, SEND, &[]);
    withdrawn.tokens_not_before = NOW.plus(Duration::from_secs(1));
    let mut api = client(API, SEND, &[(61, None)]);
    api.certificates = vec![certificate_key(62, "api", true)];
    let mut renewing = client(RENEWING, SEND, &[(81, None)]);
    renewing.certificates = vec![certificate_key(82, "renewing", false)];
    let mut twin = client(TWIN, SEND, &[]);
    twin.certificates = vec![
        certificate_key(91, "twin", true),
        ClientCertificate {
            thumbprint: Thumbprint([91; 32]),
            ..certificate_key(92, "twin", false)
        },
    ];
    vec![
        sender,
        guest,
        client(KEYLESS, SEND, &[]),
        without_grant,
        withdrawn,
        api,
        client(CSRF_GUEST, SEND, &[(71, None)]),
        renewing,
        twin,
    ]
}

/// Persons: one with the role that the flows ask for, one from whom it was taken.
pub(crate) const JANE: AccountId = AccountId(Uuid::from_u128(100));
pub(crate) const JOE: AccountId = AccountId(Uuid::from_u128(101));

fn accounts() -> Accounts {
    let person = |id, name: &str, roles: &[&str]| Account {
        id,
        name: name.to_owned(),
        kind: AccountKind::Person,
        admin: false,
        roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
        tokens_not_before: Timestamp::default(),
        secret: None,
        scopes: vec![],
    };
    let all = [
        person(JANE, "jane@example.org", &["ESBMessaging.send"]),
        person(JOE, "joe@example.org", &[]),
    ];
    Accounts::new(all, [], master_key().keyed_hash(ACCOUNT_HASH_LABEL))
}

pub(crate) fn identities(clients: Vec<Client>) -> Identities {
    let public: PublicKeyX509Der<'_> = key().public_key().as_der().unwrap();
    Identities {
        tenant: Arc::new(tenant()),
        clients: Directory::new(clients, master_key().keyed_hash(SECRET_HASH_LABEL)),
        accounts: accounts(),
        keys: VerificationKeys::new([(KID, public.as_ref())]).unwrap(),
        revoked: [REVOKED_JTI.to_owned(), format!("session/{ENDED_SESSION}")]
            .map(|name| (name, NOW))
            .into_iter()
            .collect(),
    }
}

pub(crate) fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}
