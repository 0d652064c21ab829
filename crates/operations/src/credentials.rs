//! Credentials that flows refer to by name. Their secrets go in and never come out.

use lockgate_core::audit::{Actor, Target};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::audit;
use lockgate_store::changes::{self, Topic};
use lockgate_store::materials::{self, Kind, Material};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::service::{Operations, check_length, check_name};

/// How an `oauth2` credential fetches tokens; the JSON in a material's attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAttributes {
    /// Token endpoint.
    pub token_url: String,
    /// Scope to ask for, possibly empty.
    pub scope: String,
    /// Whether client id and secret go into the form instead of a Basic header.
    pub in_body: bool,
}

/// A credential as a request describes it.
struct Given {
    kind: Kind,
    description: String,
    user: String,
    secret: Secret<String>,
    attributes: Option<TokenAttributes>,
}

impl Operations {
    /// Creates or replaces a credential. Flows use it from their next step on.
    ///
    /// # Errors
    /// When fields are wrong.
    pub async fn set_credential(
        &self,
        actor: &Actor,
        name: &str,
        request: Value,
    ) -> Result<Material> {
        let given = read(name, request)?;
        let attributes = given.attributes.map(|attributes| {
            serde_json::to_string(&attributes).expect("invariant: texts serialise")
        });
        let secret = given.secret.expose().as_bytes();
        let material = Material {
            name: name.to_owned(),
            kind: given.kind,
            description: given.description,
            user: given.user,
            attributes: attributes.unwrap_or_else(|| "{}".to_owned()),
            sealed_secret: self.vault.seal(&format!("material/{name}"), secret),
            updated_at: self.clock.now(),
        };
        let mut tx = self.store.begin().await?;
        materials::upsert(&mut tx, &material).await?;
        let detail = format!("kind {}, user {}", material.kind, material.user);
        audit::record(&mut tx, actor, "credential.set", &target(name), &detail).await?;
        changes::bump(&mut tx, Topic::Materials).await?;
        tx.commit().await?;
        tracing::info!(credential = name, kind = %given.kind, "credential deployed");
        Ok(material)
    }

    /// The credential called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn credential(&self, name: &str) -> Result<Material> {
        let found = materials::find(&mut self.store.read().await?, name).await?;
        found.ok_or_else(|| Error::NoCredential(name.to_owned()))
    }

    /// All credentials.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn credentials(&self) -> Result<Vec<Material>> {
        Ok(materials::list(&mut self.store.read().await?).await?)
    }

    /// Deletes a credential; flows that use it fail from their next step on.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delete_credential(&self, actor: &Actor, name: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if !materials::delete(&mut tx, name).await? {
            return Err(Error::NoCredential(name.to_owned()));
        }
        audit::record(&mut tx, actor, "credential.delete", &target(name), "").await?;
        changes::bump(&mut tx, Topic::Materials).await?;
        tx.commit().await?;
        tracing::info!(credential = name, "credential deleted");
        Ok(())
    }
}

/// The credential in the audit log.
fn target(name: &str) -> Target {
    Target::new("credential", name, name)
}

fn read(name: &str, request: Value) -> Result<Given, FieldErrors> {
    let mut errors = FieldErrors::default();
    check_name(name, &mut errors);
    let mut fields = Fields::of("", request, &mut errors);
    let description = fields.text("description").unwrap_or_default();
    check_length(
        &mut fields,
        "description",
        Some(&description),
        limits::DESCRIPTION,
    );
    let given = kind(&mut fields).map(|kind| match kind {
        Kind::User => read_user(&mut fields),
        Kind::OAuth2 => read_oauth2(&mut fields),
    });
    // Without a kind it is not known which other members belong here.
    if given.is_some() {
        fields.finish();
    }
    errors.check()?;
    let given = given
        .flatten()
        .expect("invariant: what is missing is an error");
    Ok(Given {
        description,
        ..given
    })
}

fn kind(fields: &mut Fields<'_>) -> Option<Kind> {
    let word = fields.required_text("kind")?;
    let kind = Kind::parse(&word);
    if kind.is_none() {
        fields.error("kind", "must be user or oauth2");
    }
    kind
}

fn read_user(fields: &mut Fields<'_>) -> Option<Given> {
    let user = text(fields, "user");
    let secret = secret(fields, "password");
    Some(Given {
        kind: Kind::User,
        description: String::new(),
        user: user?,
        secret: secret?,
        attributes: None,
    })
}

fn read_oauth2(fields: &mut Fields<'_>) -> Option<Given> {
    let user = text(fields, "client_id");
    let secret = secret(fields, "client_secret");
    let token_url = text(fields, "token_url");
    if token_url.as_deref().is_some_and(|url| !is_token_url(url)) {
        let message = "must be an absolute http or https URL without user and fragment";
        fields.error("token_url", message);
    }
    let scope = fields.text("scope").unwrap_or_default();
    check_length(fields, "scope", Some(&scope), limits::CREDENTIAL_TEXT);
    let in_body = fields.boolean("in_body").unwrap_or_default();
    Some(Given {
        kind: Kind::OAuth2,
        description: String::new(),
        user: user?,
        secret: secret?,
        attributes: Some(TokenAttributes {
            token_url: token_url?,
            scope,
            in_body,
        }),
    })
}

fn text(fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
    let text = fields.required_text(name);
    check_length(fields, name, text.as_deref(), limits::CREDENTIAL_TEXT);
    text
}

fn secret(fields: &mut Fields<'_>, name: &'static str) -> Option<Secret<String>> {
    let secret = fields.required_secret(name);
    let text = secret.as_ref().map(|secret| secret.expose().as_str());
    check_length(fields, name, text, limits::CREDENTIAL_TEXT);
    secret
}

fn is_token_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let legal = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '\\' | '"' | '<' | '>');
    let host = rest.and_then(|rest| rest.split(['/', '?']).next());
    url.chars().all(legal) && host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CANARY: &str = "hunter2-canary";

    fn oauth2() -> Value {
        json!({
            "kind": "oauth2", "client_id": "c", "client_secret": CANARY,
            "token_url": "https://idp.example.org/oauth/token",
        })
    }

    fn user() -> Value {
        json!({"kind": "user", "user": "u", "password": CANARY})
    }

    #[test]
    fn both_kinds_are_read() {
        let given = read("n", user()).unwrap();
        assert_eq!((given.kind, given.user.as_str()), (Kind::User, "u"));
        assert_eq!(given.secret.expose(), CANARY);
        assert_eq!(given.attributes, None);
        let given = read("n", oauth2()).unwrap();
        assert_eq!((given.kind, given.user.as_str()), (Kind::OAuth2, "c"));
        let attributes = TokenAttributes {
            token_url: "https://idp.example.org/oauth/token".to_owned(),
            ..TokenAttributes::default()
        };
        assert_eq!(given.attributes, Some(attributes));
    }

    #[test]
    fn each_error_names_its_field_and_no_secret() {
        let long = "x".repeat(limits::CREDENTIAL_TEXT + 1);
        let cases: [(Value, &str, Value, &str); 14] = [
            (user(), "kind", json!(null), "is required"),
            (
                user(),
                "kind",
                json!("certificate"),
                "must be user or oauth2",
            ),
            (user(), "user", json!(""), "is required"),
            (user(), "user", json!(long), "at most 4096"),
            (user(), "password", json!(null), "is required"),
            (user(), "password", json!(1), "must be text"),
            (user(), "password", json!(long), "at most 4096"),
            (user(), "token_url", json!("x"), "is unknown"),
            (
                user(),
                "description",
                json!("x".repeat(1_001)),
                "at most 1000",
            ),
            (oauth2(), "client_id", json!(null), "is required"),
            (oauth2(), "client_secret", json!(null), "is required"),
            (oauth2(), "token_url", json!("ftp://x"), "absolute"),
            (oauth2(), "scope", json!(long), "at most 4096"),
            (oauth2(), "in_body", json!("yes"), "true or false"),
        ];
        for (mut request, field, value, message) in cases {
            request[field] = value;
            let errors = read("n", request).err().unwrap();
            assert_eq!(errors.as_slice()[0].field, field, "{errors}");
            assert!(errors.to_string().contains(message), "{errors}");
            assert!(!errors.to_string().contains(CANARY), "{errors}");
        }
    }

    #[test]
    fn names_are_bounded_and_printable() {
        for name in ["", " x", "a\nb", &"x".repeat(limits::NAME + 1)] {
            let errors = read(name, user()).err().unwrap();
            assert_eq!(errors.as_slice()[0].field, "name");
        }
        assert!(read("SAP Backend (prod)", user()).is_ok());
    }

    #[test]
    fn token_urls_are_plain_http_urls() {
        for url in ["https://a", "http://localhost:8080/oauth/token?x=1"] {
            assert!(is_token_url(url), "{url}");
        }
        for url in [
            "",
            "a",
            "https://",
            "https:///x",
            "https://u:p@a/",
            "https://a/#b",
            "https://a b",
        ] {
            assert!(!is_token_url(url), "{url}");
        }
    }
}
