//! What a key looks like: its secret and its JSON.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::InstanceId;
use lockgate_core::random::Random;
use lockgate_core::secret::Secret;
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_pki::authority::Issued;
use lockgate_pki::certificate::Parsed;
use lockgate_pki::pem;
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

/// What proves a key, as its owner gets it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proof<'a> {
    /// A client secret.
    Secret(&'a NewSecret),
    /// A certificate made here, with its chain and its private key.
    Issued(&'a Issued),
    /// A certificate that its owner brought, and whose private key nobody else has.
    External {
        /// The certificate in DER.
        der: &'a [u8],
        /// What it says.
        parsed: &'a Parsed,
    },
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
    /// What proves the key.
    pub(crate) proof: Proof<'a>,
    /// When the key was created.
    pub(crate) created_at: Timestamp,
}

#[derive(Serialize)]
struct KeyJson<'a> {
    oauth: OAuth<'a>,
}

/// Members in the order in which tools print them. Has no `Debug`: some are secret.
#[derive(Serialize)]
struct OAuth<'a> {
    clientid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    clientsecret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificatedetails: Option<Details<'a>>,
    url: &'a str,
    createdate: String,
    tokenurl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certurl: Option<&'a str>,
}

#[derive(Serialize)]
struct Details<'a> {
    issuerdn: &'a str,
    subjectdn: &'a str,
    validuntil: String,
    serialnumber: &'a str,
}

impl<'a> Details<'a> {
    fn of(parsed: &'a Parsed) -> Self {
        Self {
            issuerdn: parsed.names.issuer.text(),
            subjectdn: parsed.names.subject.text(),
            validuntil: parsed.not_after.to_string(),
            serialnumber: &parsed.serial,
        }
    }
}

impl<'a> Credentials<'a> {
    /// The JSON that tools expect of a key.
    #[must_use]
    pub(crate) fn to_json(self) -> Secret<Vec<u8>> {
        let oauth = match self.proof {
            Proof::Secret(secret) => OAuth {
                clientsecret: Some(secret.text.expose()),
                ..self.common()
            },
            Proof::Issued(issued) => OAuth {
                certificate: Some(issued.chain_pem.clone()),
                key: Some(issued.key_pem.expose()),
                certificatedetails: Some(Details::of(&issued.parsed)),
                ..self.with_certificate()
            },
            Proof::External { der, parsed } => OAuth {
                certificate: Some(pem::encode(der)),
                certificatedetails: Some(Details::of(parsed)),
                ..self.with_certificate()
            },
        };
        let json = serde_json::to_vec(&KeyJson { oauth });
        Secret::new(json.expect("invariant: texts serialise"))
    }

    /// What keys of every kind have.
    fn common(&self) -> OAuth<'a> {
        OAuth {
            clientid: self.tenant.client_id(self.instance, self.plan),
            clientsecret: None,
            certificate: None,
            key: None,
            certificatedetails: None,
            url: match self.plan {
                Plan::IntegrationFlow => &self.tenant.runtime_base,
                Plan::Api => &self.tenant.api_base,
            },
            createdate: self.created_at.to_string(),
            tokenurl: self.tenant.token_url(),
            certurl: None,
        }
    }

    /// The same for keys with a certificate: they get tokens where certificates are asked for, if
    /// there is such a place.
    fn with_certificate(&self) -> OAuth<'a> {
        let common = self.common();
        OAuth {
            tokenurl: self
                .tenant
                .certificate_token_url()
                .unwrap_or(common.tokenurl),
            certurl: self.tenant.certificate_base.as_deref(),
            ..common
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lockgate_core::random::SeededRandom;
    use lockgate_pki::authority::{Authority, KeySize, Subject};
    use lockgate_testkit::tenant;
    use serde_json::Value;

    use super::*;

    const CREATED: Timestamp = Timestamp::from_secs(1_767_225_600);

    fn key_json(tenant: &Tenant, plan: Plan, proof: Proof<'_>) -> Value {
        let credentials = Credentials {
            tenant,
            instance: InstanceId(Uuid::from_u128(7)),
            plan,
            proof,
            created_at: CREATED,
        };
        serde_json::from_slice(credentials.to_json().expose()).unwrap()
    }

    fn names(json: &Value) -> Vec<&str> {
        let oauth = json["oauth"].as_object().unwrap();
        oauth.keys().map(String::as_str).collect()
    }

    fn issued() -> Issued {
        let random = SeededRandom::new(1);
        let named = |name: &str, unit: &str| Subject {
            common_name: name.to_owned(),
            organizational_unit: Some(unit.to_owned()),
            organization: Some("acme".to_owned()),
            ..Subject::default()
        };
        let life = Duration::from_secs(86_400 * 1000);
        let issuer = named("issuing-1", "authorities");
        let authority = Authority::generate(&issuer, life, CREATED, &random).unwrap();
        let subject = named("sender", "it-rt");
        authority
            .issue_client(&subject, KeySize::Bits2048, 30, CREATED, &random)
            .unwrap()
    }

    #[test]
    fn key_json_has_the_members_that_tools_read_in_their_order() {
        let secret = NewSecret::generate(&SeededRandom::new(1));
        let proof = Proof::Secret(&secret);
        let json = key_json(&tenant(), Plan::IntegrationFlow, proof);
        let expected = ["clientid", "clientsecret", "url", "createdate", "tokenurl"];
        assert_eq!(names(&json), expected);
        let oauth = &json["oauth"];
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
        let api = &key_json(&tenant(), Plan::Api, proof)["oauth"];
        assert_eq!(
            api["clientid"],
            "sb-00000000-0000-0000-0000-000000000007!b2207|it!b101"
        );
        assert_eq!(api["url"], "https://api.example.org");
    }

    #[test]
    fn certificates_come_with_their_chain_key_and_details() {
        let issued = issued();
        let json = key_json(&tenant(), Plan::IntegrationFlow, Proof::Issued(&issued));
        let expected = "clientid certificate key certificatedetails url createdate tokenurl";
        assert_eq!(names(&json).join(" "), expected);
        let oauth = &json["oauth"];
        let chain = oauth["certificate"].as_str().unwrap();
        assert_eq!(chain.matches("-----BEGIN CERTIFICATE-----\n").count(), 2);
        let key = oauth["key"].as_str().unwrap();
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{key}");
        let details = &oauth["certificatedetails"];
        assert_eq!(details["subjectdn"], "CN=sender,OU=it-rt,O=acme");
        assert_eq!(details["issuerdn"], "CN=issuing-1,OU=authorities,O=acme");
        assert_eq!(details["validuntil"], "2026-01-31T00:00:00.000Z");
        let serial = details["serialnumber"].as_str().unwrap();
        let digits = serial.strip_prefix("0x").unwrap();
        assert!(digits.chars().all(|c| c.is_ascii_hexdigit()), "{serial}");
    }

    #[test]
    fn a_certificate_from_outside_comes_alone() {
        let issued = issued();
        let (der, parsed) = (&issued.certificate[..], &issued.parsed);
        let proof = Proof::External { der, parsed };
        let json = key_json(&tenant(), Plan::IntegrationFlow, proof);
        let expected = "clientid certificate certificatedetails url createdate tokenurl";
        assert_eq!(names(&json).join(" "), expected);
        let shown = json["oauth"]["certificate"].as_str().unwrap();
        assert_eq!(pem::read_one(shown).unwrap(), issued.certificate);
    }

    #[test]
    fn tokens_by_certificate_are_got_where_certificates_are_asked_for() {
        let base = "https://acme.authentication.cert.example.org".to_owned();
        let tenant = Tenant {
            certificate_base: Some(base.clone()),
            ..tenant()
        };
        let issued = issued();
        let with = key_json(&tenant, Plan::IntegrationFlow, Proof::Issued(&issued));
        assert_eq!(names(&with)[7], "certurl");
        assert_eq!(with["oauth"]["certurl"], base);
        let token_url = format!("{base}/oauth/token");
        assert_eq!(with["oauth"]["tokenurl"], token_url);
        let secret = NewSecret::generate(&SeededRandom::new(1));
        let without = key_json(&tenant, Plan::IntegrationFlow, Proof::Secret(&secret));
        assert_eq!(without["oauth"].get("certurl"), None);
        assert_ne!(without["oauth"]["tokenurl"], token_url);
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
