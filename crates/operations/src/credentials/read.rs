//! Credentials as requests describe them.

use http::{HeaderName, HeaderValue};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::secret::Secret;
use lockgate_store::materials::Kind;
use serde::Serialize;
use serde_json::Value;

use super::attributes::{RequestPart, TokenAttributes, TokenParameter, UserAttributes, UserSystem};
use crate::service::{check_length, check_name};

/// A credential as a request describes it.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) kind: Kind,
    pub(super) description: String,
    pub(super) user: String,
    pub(super) secret: Secret<String>,
    /// JSON.
    pub(super) attributes: String,
}

pub(super) fn read(name: &str, request: Value) -> Result<Given, FieldErrors> {
    let mut errors = FieldErrors::default();
    check_name(name, &mut errors);
    let mut fields = Fields::of("", request, &mut errors);
    let description = optional(&mut fields, "description", limits::CREDENTIAL_DESCRIPTION);
    let given = kind(&mut fields).map(|kind| match kind {
        Kind::User => read_user(&mut fields),
        Kind::OAuth2 => read_oauth2(&mut fields),
        Kind::Secure => read_secure(&mut fields),
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
        fields.error("kind", "must be user, oauth2 or secure");
    }
    kind
}

fn read_user(fields: &mut Fields<'_>) -> Option<Given> {
    let user = text(fields, "user");
    let secret = secret(fields, "password");
    let word = fields.text("system").unwrap_or_default();
    let system = match word.as_str() {
        "" => Some(UserSystem::Default),
        word => UserSystem::parse(word),
    };
    if system.is_none() {
        let words = UserSystem::ALL.map(UserSystem::as_str).join(", ");
        fields.error("system", format!("must be one of {words}"));
    }
    let company_id = optional(fields, "company_id", limits::CREDENTIAL_TEXT);
    if system == Some(UserSystem::SuccessFactors) && company_id.is_empty() {
        fields.error("company_id", "is required");
    }
    let attributes = UserAttributes {
        system: system?,
        company_id,
    };
    Some(Given {
        kind: Kind::User,
        description: String::new(),
        user: user?,
        secret: secret?,
        attributes: written(&attributes),
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
    let attributes = TokenAttributes {
        scope: optional(fields, "scope", limits::CREDENTIAL_TEXT),
        in_body: fields.boolean("in_body").unwrap_or_default(),
        as_json: fields.boolean("as_json").unwrap_or_default(),
        resource: optional(fields, "resource", limits::CREDENTIAL_TEXT),
        audience: optional(fields, "audience", limits::CREDENTIAL_TEXT),
        parameters: parameters(fields),
        token_url: token_url?,
    };
    Some(Given {
        kind: Kind::OAuth2,
        description: String::new(),
        user: user?,
        secret: secret?,
        attributes: written(&attributes),
    })
}

fn read_secure(fields: &mut Fields<'_>) -> Option<Given> {
    Some(Given {
        kind: Kind::Secure,
        description: String::new(),
        user: String::new(),
        secret: secret(fields, "value")?,
        attributes: "{}".to_owned(),
    })
}

/// The parameters of token requests; none when one of them is wrong, which is an error then.
fn parameters(fields: &mut Fields<'_>) -> Vec<TokenParameter> {
    const NAME: &str = "parameters";
    let Some(value) = fields.value(NAME) else {
        return Vec::new();
    };
    let Ok(parameters) = serde_json::from_value::<Vec<TokenParameter>>(value) else {
        let message = "must be a list of objects with key, value, and part: body, url or header";
        fields.error(NAME, message);
        return Vec::new();
    };
    if parameters.len() > limits::TOKEN_PARAMETERS {
        let message = format!("has at most {} entries", limits::TOKEN_PARAMETERS);
        fields.error(NAME, message);
        return Vec::new();
    }
    for (index, one) in parameters.iter().enumerate() {
        if let Some(problem) = problem_of(one) {
            fields.error(&format!("{NAME}[{index}]"), problem);
        }
    }
    parameters
}

fn problem_of(parameter: &TokenParameter) -> Option<String> {
    let TokenParameter { key, value, part } = parameter;
    let limit = limits::CREDENTIAL_TEXT;
    if key.is_empty() {
        return Some("needs a key".to_owned());
    }
    if key.chars().count() > limit || value.chars().count() > limit {
        return Some(format!("has at most {limit} characters in key and value"));
    }
    let is_header =
        HeaderName::try_from(key.as_str()).is_ok() && HeaderValue::from_str(value).is_ok();
    (*part == RequestPart::Header && !is_header).then(|| {
        "cannot be a header: its key or its value has characters of another kind".to_owned()
    })
}

fn text(fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
    let text = fields.required_text(name);
    check_length(fields, name, text.as_deref(), limits::CREDENTIAL_TEXT);
    text
}

fn optional(fields: &mut Fields<'_>, name: &'static str, limit: usize) -> String {
    let text = fields.text(name).unwrap_or_default();
    check_length(fields, name, Some(&text), limit);
    text
}

fn secret(fields: &mut Fields<'_>, name: &'static str) -> Option<Secret<String>> {
    let secret = fields.required_secret(name);
    let text = secret.as_ref().map(|secret| secret.expose().as_str());
    check_length(fields, name, text, limits::CREDENTIAL_TEXT);
    secret
}

fn written(attributes: &impl Serialize) -> String {
    serde_json::to_string(attributes).expect("invariant: texts serialise")
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
    fn each_kind_is_read() {
        let given = read("n", user()).unwrap();
        assert_eq!((given.kind, given.user.as_str()), (Kind::User, "u"));
        assert_eq!(given.secret.expose(), CANARY);
        assert_eq!(given.attributes, "{}");
        let given = read("n", oauth2()).unwrap();
        assert_eq!((given.kind, given.user.as_str()), (Kind::OAuth2, "c"));
        let attributes = TokenAttributes {
            token_url: "https://idp.example.org/oauth/token".to_owned(),
            ..TokenAttributes::default()
        };
        assert_eq!(given.attributes, written(&attributes));
        let given = read("n", json!({"kind": "secure", "value": CANARY})).unwrap();
        assert_eq!((given.kind, given.user.as_str()), (Kind::Secure, ""));
        assert_eq!(given.secret.expose(), CANARY);
    }

    #[test]
    fn what_a_kind_can_have_besides_is_read() {
        let mut request = user();
        request["system"] = json!("successfactors");
        request["company_id"] = json!("acme");
        let given = read("n", request).unwrap();
        let expected = r#"{"system":"successfactors","company_id":"acme"}"#;
        assert_eq!(given.attributes, expected);
        let mut request = oauth2();
        request["as_json"] = json!(true);
        request["audience"] = json!("a");
        request["resource"] = json!("r");
        request["parameters"] = json!([{"key": "k", "value": "", "part": "url"}]);
        let given = read("n", request).unwrap();
        let attributes: TokenAttributes = serde_json::from_str(&given.attributes).unwrap();
        assert!(attributes.as_json);
        assert_eq!((&*attributes.resource, &*attributes.audience), ("r", "a"));
        assert_eq!(attributes.parameters[0].part, RequestPart::Url);
    }

    #[test]
    fn each_error_names_its_field_and_no_secret() {
        let long = "x".repeat(limits::CREDENTIAL_TEXT + 1);
        let part = |key: &str, value: &str, part: &str| json!([{"key": key, "value": value, "part": part}]);
        let cases: [(Value, &str, Value, &str); 22] = [
            (user(), "kind", json!(null), "is required"),
            (
                user(),
                "kind",
                json!("certificate"),
                "must be user, oauth2 or secure",
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
                json!("x".repeat(1_025)),
                "at most 1024",
            ),
            (oauth2(), "client_id", json!(null), "is required"),
            (oauth2(), "client_secret", json!(null), "is required"),
            (oauth2(), "token_url", json!("ftp://x"), "absolute"),
            (oauth2(), "scope", json!(long), "at most 4096"),
            (oauth2(), "in_body", json!("yes"), "true or false"),
            (oauth2(), "audience", json!(long), "at most 4096"),
            (oauth2(), "parameters", json!({}), "must be a list"),
            (
                oauth2(),
                "parameters",
                part("k", "v", "cookie"),
                "must be a list",
            ),
            (
                oauth2(),
                "parameters[0]",
                part("", "v", "url"),
                "needs a key",
            ),
            (
                oauth2(),
                "parameters[0]",
                part("k", "a\nb", "header"),
                "be a header",
            ),
            (user(), "system", json!("sap"), "must be one of default"),
            (user(), "company_id", json!(1), "must be text"),
            (user(), "value", json!("x"), "is unknown"),
        ];
        for (mut request, field, value, message) in cases {
            request[field.trim_end_matches("[0]")] = value;
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
