//! Security material: what flows refer to by name and receivers resolve when they call.

use std::collections::HashMap;
use std::sync::Arc;

use lockgate_core::crypto::Vault;
use lockgate_core::secret::Secret;
use lockgate_store::Tx;
use lockgate_store::materials::{self, Kind};
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
#[derive(Clone, Debug)]
pub struct OAuth2ClientCredential {
    /// Token endpoint.
    pub token_url: String,
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret<String>,
    /// Scope parameter, possibly empty.
    pub scope: String,
    /// Whether id and secret go into the form instead of a Basic header.
    pub in_body: bool,
}

/// One deployed credential.
#[derive(Clone, Debug)]
pub enum Material {
    /// User credentials.
    User(UserCredential),
    /// OAuth2 client credentials.
    OAuth2(OAuth2ClientCredential),
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
        for row in materials::list(tx).await? {
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
            Some(Material::OAuth2(_)) => Err(wrong_kind(
                name,
                "OAuth2 client credentials",
                "user credentials",
            )),
            None => Err(missing(name, "user")),
        }
    }

    /// The OAuth2 client credential called `name`.
    ///
    /// # Errors
    /// Says whether it is missing or of another kind, and how to deploy it.
    pub fn oauth2(&self, name: &str) -> Result<&OAuth2ClientCredential, StepError> {
        match self.0.get(name) {
            Some(Material::OAuth2(client)) => Ok(client),
            Some(Material::User(_)) => Err(wrong_kind(
                name,
                "user credentials",
                "OAuth2 client credentials",
            )),
            None => Err(missing(name, "oauth2")),
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
            })
        }
    })
}

fn missing(name: &str, kind: &str) -> StepError {
    StepError::new(format!(
        "No credential named {name:?} is deployed. Deploy it with: lockgate credential set {name} --kind {kind} …"
    ))
}

fn wrong_kind(name: &str, is: &str, needed: &str) -> StepError {
    StepError::new(format!(
        "The credential {name:?} holds {is}, but this channel needs {needed}."
    ))
}
