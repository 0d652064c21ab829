//! The parameters that ask for a key.

use std::ops::RangeInclusive;

use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::tenant::Plan;
use lockgate_pki::authority::{KeySize, MAX_VALIDITY_DAYS};
use serde_json::Value;

use crate::service::KeyKind;

/// The usual name of keys with client id and secret.
pub(crate) const SECRET: &str = "clientsecret";
/// The name of keys with a certificate made here.
pub(crate) const CERTIFICATE: &str = "certificate";
/// The name of keys with a certificate that the caller brings.
pub(crate) const EXTERNAL: &str = "certificate_external";
/// How long certificates made here may be valid, in days. Without a choice, as long as possible.
pub(crate) const VALIDITY_DAYS: RangeInclusive<i64> = 1..=MAX_VALIDITY_DAYS as i64;
/// How many bits the keys made here may have.
pub(crate) const KEY_LENGTHS: [u64; 3] = [2048, 3072, 4096];

/// A kind of key that a request can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    /// Client id and secret.
    Secret,
    /// A certificate and its private key, made by the server.
    Certificate {
        /// How long the certificate is valid.
        days: u16,
        /// Size of the RSA key.
        size: KeySize,
    },
    /// A certificate that the caller brings.
    External {
        /// The certificate in PEM, as it was given.
        pem: String,
        /// Whether exactly this certificate is accepted.
        pinned: bool,
    },
}

impl KeyType {
    /// The kind that `parameters` of a new key ask for; nothing or `{}` means client id and secret.
    ///
    /// The name of that kind is not documented anywhere, so spellings that people try are accepted:
    /// `clientsecret`, `clientid_secret` and `ClientId/Secret`, whatever case or separators.
    pub(crate) fn read(
        parameters: Option<&Value>,
        plan: Plan,
        errors: &mut FieldErrors,
    ) -> Option<Self> {
        let Some(parameters) = parameters else {
            return Some(Self::Secret);
        };
        let mut fields = Fields::of("parameters", parameters.clone(), errors);
        let name = fields.text("key-type");
        let key_type = match name.as_deref() {
            None => Some(Self::Secret),
            Some(CERTIFICATE) => certificate(&mut fields),
            Some(EXTERNAL) => external(&mut fields, plan),
            Some(name) if is_secret(name) => Some(Self::Secret),
            Some(_) => {
                let message = format!("must be {SECRET}, {CERTIFICATE} or {EXTERNAL}");
                fields.error("key-type", message);
                for name in ["validity", "key-length", "X.509"] {
                    fields.value(name);
                }
                None
            }
        };
        fields.finish();
        key_type
    }

    /// The kind of key this makes.
    pub(crate) const fn kind(&self) -> KeyKind {
        match self {
            Self::Secret => KeyKind::Secret,
            Self::Certificate { .. } => KeyKind::Certificate,
            Self::External { .. } => KeyKind::ExternalCertificate,
        }
    }
}

fn certificate(fields: &mut Fields<'_>) -> Option<KeyType> {
    let days = fields.integer("validity", VALIDITY_DAYS);
    let days = days.and_then(|days| u16::try_from(days).ok());
    let size = match fields.value("key-length") {
        None => Some(KeySize::default()),
        Some(given) => given.as_u64().and_then(|bits| bits.try_into().ok()),
    };
    if size.is_none() {
        let lengths = KEY_LENGTHS.map(|bits| bits.to_string()).join(", ");
        fields.error("key-length", format!("must be one of {lengths}"));
    }
    Some(KeyType::Certificate {
        days: days.unwrap_or(MAX_VALIDITY_DAYS),
        size: size?,
    })
}

fn external(fields: &mut Fields<'_>, plan: Plan) -> Option<KeyType> {
    // Examples that people copy carry these two although they mean nothing here.
    for name in ["validity", "key-length"] {
        fields.integer(name, i64::MIN..=i64::MAX);
    }
    let mut pinned = true;
    if plan == Plan::IntegrationFlow {
        let given = ["certificate-pinning", "pin-certificate"].map(|name| fields.boolean(name));
        if let [Some(one), Some(other)] = given
            && one != other
        {
            fields.error("pin-certificate", "contradicts certificate-pinning");
        }
        pinned = given.into_iter().flatten().all(|pinned| pinned);
    }
    let pem = fields.required_text("X.509")?;
    if pem.len() > limits::CERTIFICATE_TEXT {
        let limit = limits::CERTIFICATE_TEXT;
        fields.error("X.509", format!("is longer than {limit} characters"));
        return None;
    }
    Some(KeyType::External { pem, pinned })
}

fn is_secret(name: &str) -> bool {
    let separator = |c: char| matches!(c, '-' | '_' | '/' | ' ');
    let joined: String = name.chars().filter(|c| !separator(*c)).collect();
    ["clientsecret", "clientidsecret"].contains(&joined.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(plan: Plan, parameters: &Value) -> Result<KeyType, FieldErrors> {
        let mut errors = FieldErrors::default();
        let key_type = KeyType::read(Some(parameters), plan, &mut errors);
        errors.check()?;
        Ok(key_type.unwrap())
    }

    fn external(pinned: bool) -> KeyType {
        let pem = "-----BEGIN".to_owned();
        KeyType::External { pem, pinned }
    }

    #[test]
    fn key_parameters_choose_the_type() {
        let nothing = KeyType::read(None, Plan::Api, &mut FieldErrors::default());
        assert_eq!(nothing, Some(KeyType::Secret));
        let made = |days, size| KeyType::Certificate { days, size };
        let cases = [
            (json!({}), KeyType::Secret),
            (json!({"key-type": "clientsecret"}), KeyType::Secret),
            (json!({"key-type": "clientid_secret"}), KeyType::Secret),
            (json!({"key-type": "ClientId/Secret"}), KeyType::Secret),
            (
                json!({"key-type": "certificate"}),
                made(365, KeySize::Bits2048),
            ),
            (
                json!({"key-type": "certificate", "validity": 1, "key-length": 4096}),
                made(1, KeySize::Bits4096),
            ),
            (
                json!({"key-type": "certificate", "validity": 365, "key-length": 3072}),
                made(365, KeySize::Bits3072),
            ),
            (
                json!({"key-type": "certificate_external", "X.509": "-----BEGIN"}),
                external(true),
            ),
            (
                json!({"key-type": "certificate_external", "X.509": "-----BEGIN",
                    "validity": 9000, "key-length": 1024}),
                external(true),
            ),
            (
                json!({"key-type": "certificate_external", "X.509": "-----BEGIN",
                    "certificate-pinning": false}),
                external(false),
            ),
            (
                json!({"key-type": "certificate_external", "X.509": "-----BEGIN",
                    "pin-certificate": false, "certificate-pinning": false}),
                external(false),
            ),
            (
                json!({"key-type": "certificate_external", "X.509": "-----BEGIN",
                    "pin-certificate": true}),
                external(true),
            ),
        ];
        for (parameters, expected) in cases {
            let found = read(Plan::IntegrationFlow, &parameters);
            assert_eq!(found, Ok(expected), "{parameters}");
        }
    }

    /// Plan, parameters, the field that is wrong and a part of what is said about it.
    const WRONG: &str = r#"
integration-flow | "x"                                                | parameters                  | must be a JSON object
integration-flow | {"key-type": 1}                                    | parameters.key-type         | must be text
integration-flow | {"key-type": "rsa"}                                | parameters.key-type         | must be clientsecret, certificate or
integration-flow | {"validity": 3}                                    | parameters.validity         | is unknown
integration-flow | {"key-type": "certificate", "validity": 0}         | parameters.validity         | from 1 to 365, not 0
integration-flow | {"key-type": "certificate", "validity": 366}       | parameters.validity         | from 1 to 365, not 366
integration-flow | {"key-type": "certificate", "validity": "365"}     | parameters.validity         | not text
integration-flow | {"key-type": "certificate", "key-length": 1024}    | parameters.key-length       | must be one of 2048, 3072, 4096
integration-flow | {"key-type": "certificate", "key-length": 8192}    | parameters.key-length       | must be one of 2048, 3072, 4096
integration-flow | {"key-type": "certificate", "key-length": "2048"}  | parameters.key-length       | must be one of 2048, 3072, 4096
integration-flow | {"key-type": "certificate", "X.509": "x"}          | parameters.X.509            | is unknown
integration-flow | {"key-type": "certificate", "pin-certificate": true} | parameters.pin-certificate | is unknown
integration-flow | {"key-type": "certificate_external"}               | parameters.X.509            | is required
integration-flow | {"key-type": "certificate_external", "X.509": 1}   | parameters.X.509            | must be text
integration-flow | {"key-type": "certificate_external", "X.509": "x", "pin-certificate": 0} | parameters.pin-certificate | true or false
integration-flow | {"key-type": "certificate_external", "X.509": "x", "pin-certificate": true, "certificate-pinning": false} | parameters.pin-certificate | contradicts
integration-flow | {"key-type": "certificate_external", "X.509": "x", "validity": "1"} | parameters.validity | not text
api              | {"key-type": "certificate_external", "X.509": "x", "pin-certificate": false} | parameters.pin-certificate | is unknown
"#;

    #[test]
    fn wrong_key_parameters_name_their_field() {
        for line in WRONG.trim().lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [plan, given, field, message] = cells[..] else {
                panic!("{line}");
            };
            let given = serde_json::from_str(given).unwrap();
            let errors = read(Plan::from_name(plan).unwrap(), &given).unwrap_err();
            let [error] = errors.as_slice() else {
                panic!("{line}: {errors}");
            };
            assert_eq!(error.field, field, "{line}");
            assert!(error.message.contains(message), "{line}: {errors}");
        }
    }

    #[test]
    fn every_length_that_is_named_can_be_made() {
        for bits in KEY_LENGTHS {
            assert!(KeySize::try_from(bits).is_ok(), "{bits}");
        }
    }

    #[test]
    fn the_text_of_a_certificate_is_bounded() {
        let given = |length| {
            let parameters = json!({"key-type": EXTERNAL, "X.509": "x".repeat(length)});
            read(Plan::Api, &parameters)
        };
        assert!(given(limits::CERTIFICATE_TEXT).is_ok());
        let errors = given(limits::CERTIFICATE_TEXT + 1).unwrap_err();
        assert_eq!(errors.as_slice()[0].field, "parameters.X.509");
    }
}
