//! Security material: what flows refer to by name and receivers resolve when they call.

use std::collections::HashMap;
use std::sync::Arc;

use lockgate_core::crypto::Vault;
use lockgate_core::secret::Secret;
use lockgate_store::Tx;
use lockgate_store::materials::{self, Kind};
use lockgate_store::partners::parameters;
use serde::Deserialize;

use crate::error::StepError;

/// A user and a password.
#[derive(Clone, Debug)]
pub struct UserCredential {
    /// User name.
    pub user: String,
    /// Password.
    pub password: Secret<String>,
}

/// An OAuth2 client that fetches tokens by the client credentials grant.
#[derive(Clone, Debug, PartialEq)]
pub struct OAuth2ClientCredential {
    /// Token endpoint.
    pub token_url: String,
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret<String>,
    /// Scope parameter, possibly empty.
    pub scope: String,
    /// Whether id and secret go into the body instead of a Basic header.
    pub in_body: bool,
    /// Whether the body is JSON instead of a form.
    pub as_json: bool,
    /// Resource parameter, possibly empty.
    pub resource: String,
    /// Audience parameter, possibly empty.
    pub audience: String,
    /// What the token endpoint wants besides.
    pub parameters: Vec<TokenParameter>,
}

/// A parameter of token requests that one token endpoint wants.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TokenParameter {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where it goes.
    pub part: RequestPart,
}

/// A part of a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestPart {
    /// A member of the body.
    Body,
    /// A parameter of the URL.
    Url,
    /// A header.
    Header,
}

/// One deployed credential.
#[derive(Clone, Debug)]
pub enum Material {
    /// User credentials.
    User(UserCredential),
    /// OAuth2 client credentials.
    OAuth2(OAuth2ClientCredential),
    /// A text that is kept secret.
    Secure(Secret<String>),
}

impl Material {
    /// What it is, in words.
    fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user credentials",
            Self::OAuth2(_) => "OAuth2 client credentials",
            Self::Secure(_) => "a secure parameter",
        }
    }
}

/// All deployed credentials, by name. Immutable; replaced as a whole when one changes.
#[derive(Clone, Debug, Default)]
pub struct Materials(Arc<HashMap<String, Material>>);

impl Materials {
    /// The given credentials.
    #[must_use]
    pub fn new(materials: HashMap<String, Material>) -> Self {
        Self(Arc::new(materials))
    }

    /// Loads what is deployed. A credential that cannot be opened is left out, because the others
    /// still work; the log says which and why.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load(tx: &mut Tx, vault: &Vault) -> lockgate_store::Result<Self> {
        let mut loaded = HashMap::new();
        let mut rows = materials::list(tx).await?;
        rows.extend(parameters::materials(tx).await?);
        for row in rows {
            match open(&row, vault) {
                Ok(material) => {
                    loaded.insert(row.name, material);
                }
                Err(problem) => {
                    tracing::error!(credential = %row.name, problem, "a credential cannot be used")
                }
            }
        }
        Ok(Self::new(loaded))
    }

    /// The user credential called `name`.
    ///
    /// # Errors
    /// Says whether it is missing or of another kind, and how to deploy it.
    pub fn user(&self, name: &str) -> Result<&UserCredential, StepError> {
        match self.0.get(name) {
            Some(Material::User(user)) => Ok(user),
            Some(other) => Err(wrong_kind(name, other, "user credentials")),
            None => Err(missing(name, "user")),
        }
    }

    /// What a script may log on with by `name`: user and password, client id and secret, or a secret
    /// text without a user.
    pub(crate) fn login(&self, name: &str) -> Option<(&str, &Secret<String>)> {
        Some(match self.0.get(name)? {
            Material::User(user) => (&user.user, &user.password),
            Material::OAuth2(client) => (&client.client_id, &client.client_secret),
            Material::Secure(text) => ("", text),
        })
    }

    /// The OAuth2 client credential called `name`.
    ///
    /// # Errors
    /// Says whether it is missing or of another kind, and how to deploy it.
    pub fn oauth2(&self, name: &str) -> Result<&OAuth2ClientCredential, StepError> {
        match self.0.get(name) {
            Some(Material::OAuth2(client)) => Ok(client),
            Some(other) => Err(wrong_kind(name, other, "OAuth2 client credentials")),
            None => Err(missing(name, "oauth2")),
        }
    }

    /// The secure parameter called `name`.
    ///
    /// # Errors
    /// Says whether it is missing or of another kind, and how to deploy it.
    pub fn secure(&self, name: &str) -> Result<&Secret<String>, StepError> {
        match self.0.get(name) {
            Some(Material::Secure(text)) => Ok(text),
            Some(other) => Err(wrong_kind(name, other, "a secure parameter")),
            None => Err(missing(name, "secure")),
        }
    }
}

/// What the attributes of an OAuth2 credential say.
#[derive(Deserialize)]
struct OAuth2Attributes {
    token_url: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    in_body: bool,
    #[serde(default)]
    as_json: bool,
    #[serde(default)]
    resource: String,
    #[serde(default)]
    audience: String,
    #[serde(default)]
    parameters: Vec<TokenParameter>,
}

fn open(row: &materials::Material, vault: &Vault) -> Result<Material, &'static str> {
    let sealed = vault.open(&format!("material/{}", row.name), &row.sealed_secret);
    let secret = sealed.map_err(|_| "it was sealed with another master key")?;
    let secret = std::str::from_utf8(secret.expose()).map_err(|_| "its secret is not text")?;
    let secret = Secret::from(secret);
    Ok(match row.kind {
        Kind::User => Material::User(UserCredential {
            user: row.user.clone(),
            password: secret,
        }),
        Kind::OAuth2 => {
            let attributes: OAuth2Attributes = serde_json::from_str(&row.attributes)
                .map_err(|_| "its attributes cannot be read")?;
            Material::OAuth2(OAuth2ClientCredential {
                token_url: attributes.token_url,
                client_id: row.user.clone(),
                client_secret: secret,
                scope: attributes.scope,
                in_body: attributes.in_body,
                as_json: attributes.as_json,
                resource: attributes.resource,
                audience: attributes.audience,
                parameters: attributes.parameters,
            })
        }
        Kind::Secure => Material::Secure(secret),
    })
}

fn missing(name: &str, kind: &str) -> StepError {
    StepError::new(format!(
        "No credential named {name:?} is deployed. Deploy it with: lockgate credential set {name} --kind {kind} …"
    ))
}

fn wrong_kind(name: &str, is: &Material, needed: &str) -> StepError {
    StepError::new(format!(
        "The credential {name:?} holds {} where {needed} must be.",
        is.kind(),
    ))
}

#[cfg(test)]
mod tests {
    use lockgate_core::clock::Timestamp;
    use lockgate_core::crypto::MasterKey;
    use lockgate_core::random::SeededRandom;

    use super::*;

    fn opened(kind: Kind, attributes: &str) -> Result<Material, &'static str> {
        let vault = MasterKey::generate(&SeededRandom::new(1)).vault();
        let row = materials::Material {
            name: "n".to_owned(),
            kind,
            description: String::new(),
            user: "u".to_owned(),
            attributes: attributes.to_owned(),
            sealed_secret: vault.seal("material/n", b"hunter2"),
            updated_at: Timestamp::from_secs(0),
            deployed_by: String::new(),
        };
        open(&row, &vault)
    }

    #[test]
    fn each_kind_is_found_as_what_it_is_only() {
        let oauth2 = r#"{"token_url":"https://a"}"#;
        for (kind, attributes, found) in [
            (Kind::User, "{}", [true, false, false]),
            (Kind::OAuth2, oauth2, [false, true, false]),
            (Kind::Secure, "{}", [false, false, true]),
        ] {
            let material = opened(kind, attributes).unwrap();
            let materials = Materials::new(HashMap::from([("n".to_owned(), material)]));
            let answers = [
                materials.user("n").map(|_| ()),
                materials.oauth2("n").map(|_| ()),
                materials.secure("n").map(|_| ()),
            ];
            assert_eq!(answers.each_ref().map(Result::is_ok), found);
            for refused in answers.into_iter().filter_map(Result::err) {
                assert!(refused.message.contains(" where "), "{refused:?}");
                assert!(!refused.message.contains("hunter2"));
            }
            assert!(materials.secure("other").is_err());
        }
    }

    #[test]
    fn token_parameters_are_read() {
        let attributes = r#"{"token_url":"https://a","scope":"s","in_body":true,"as_json":true,
            "resource":"r","audience":"x","parameters":[{"key":"k","value":"v","part":"header"}]}"#;
        let Ok(Material::OAuth2(client)) = opened(Kind::OAuth2, attributes) else {
            panic!("not a client");
        };
        assert!(client.in_body && client.as_json);
        assert_eq!((&*client.resource, &*client.audience), ("r", "x"));
        let expected = TokenParameter {
            key: "k".to_owned(),
            value: "v".to_owned(),
            part: RequestPart::Header,
        };
        assert_eq!(client.parameters, [expected]);
        assert!(opened(Kind::OAuth2, "{}").is_err());
    }
}
