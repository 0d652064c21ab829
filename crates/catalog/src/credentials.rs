//! What a key looks like: its secret and its JSON.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::InstanceId;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::{Plan, Tenant};
use serde::Serialize;
use uuid::Uuid;

/// A client secret that was just drawn: `<uuid>$<32 random bytes in URL-safe Base64>`.
///
/// Only the part behind the `$` is secret; the UUID says which of a client's secrets is meant.
#[derive(Clone, Debug)]
pub(crate) struct NewSecret {
    /// The public part.
    pub(crate) id: Uuid,
    /// The whole text, as senders use it.
    pub(crate) text: Secret<String>,
}

impl NewSecret {
    /// A fresh secret.
    #[must_use]
    pub(crate) fn generate(random: &dyn Random) -> Self {
        let id = random.uuid();
        let bytes = Secret::new(random.bytes::<32>());
        let text = Secret::new(format!("{id}${}", URL_SAFE.encode(bytes.expose())));
        Self { id, text }
    }
}

/// What a key's JSON is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'a> {
    /// The tenant whose URLs the key names.
    pub(crate) tenant: &'a Tenant,
    /// The instance that the key belongs to.
    pub(crate) instance: InstanceId,
    /// Its plan.
    pub(crate) plan: Plan,
    /// The secret.
    pub(crate) secret: &'a NewSecret,
    /// When the key was created.
    pub(crate) created_at: Timestamp,
}

#[derive(Serialize)]
struct KeyJson<'a> {
    oauth: OAuth<'a>,
}

#[derive(Serialize)]
struct OAuth<'a> {
    clientid: String,
    clientsecret: &'a str,
    url: &'a str,
    createdate: String,
    tokenurl: String,
}

impl Credentials<'_> {
    /// The JSON that tools expect of a key with client id and secret, members in the usual order.
    #[must_use]
    pub(crate) fn to_json(self) -> Secret<Vec<u8>> {
        let oauth = OAuth {
            clientid: self.tenant.client_id(self.instance, self.plan),
            clientsecret: self.secret.text.expose(),
            url: &self.tenant.runtime_base,
            createdate: self.created_at.to_string(),
            tokenurl: self.tenant.token_url(),
        };
        let json = serde_json::to_vec(&KeyJson { oauth });
        Secret::new(json.expect("invariant: texts serialise"))
    }
}

#[cfg(test)]
mod tests {
    use lockgate_core::random::SeededRandom;
    use lockgate_testkit::tenant;
    use serde_json::Value;

    use super::*;

    fn key_json(plan: Plan) -> Value {
        let secret = NewSecret::generate(&SeededRandom::new(1));
        let credentials = Credentials {
            tenant: &tenant(),
            instance: InstanceId(Uuid::from_u128(7)),
            plan,
            secret: &secret,
            created_at: Timestamp::from_secs(1_767_225_600),
        };
        serde_json::from_slice(credentials.to_json().expose()).unwrap()
    }

    #[test]
    fn key_json_has_the_members_that_tools_read_in_their_order() {
        let json = key_json(Plan::IntegrationFlow);
        let oauth = json["oauth"].as_object().unwrap();
        let names: Vec<_> = oauth.keys().map(String::as_str).collect();
        let expected = ["clientid", "clientsecret", "url", "createdate", "tokenurl"];
        assert_eq!(names, expected);
        assert_eq!(
            oauth["clientid"],
            "sb-00000000-0000-0000-0000-000000000007!b2207|it-rt-acme!b101"
        );
        assert_eq!(oauth["url"], "https://acme.it-runtime.example.org");
        assert_eq!(oauth["createdate"], "2026-01-01T00:00:00.000Z");
        assert_eq!(
            oauth["tokenurl"],
            "https://acme.authentication.example.org/oauth/token"
        );
        assert_eq!(
            key_json(Plan::Api)["oauth"]["clientid"],
            "sb-00000000-0000-0000-0000-000000000007!b2207|it!b101"
        );
    }

    #[test]
    fn secrets_have_the_form_of_real_ones_and_256_random_bits() {
        let random = SeededRandom::new(1);
        let (one, two) = (NewSecret::generate(&random), NewSecret::generate(&random));
        let (id, random) = one.text.expose().split_once('$').unwrap();
        assert_eq!(id, one.id.to_string());
        assert_eq!((random.len(), random.find('=')), (44, Some(43)));
        assert_eq!(URL_SAFE.decode(random).unwrap().len(), 32);
        assert_ne!(one.text.expose(), two.text.expose());
        assert!(!format!("{one:?}").contains(random));
    }
}
