//! What credentials have besides a name, a user and a secret: the JSON in a material's attributes.

use serde::{Deserialize, Serialize};

/// How an `oauth2` credential fetches tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAttributes {
    /// Token endpoint.
    pub token_url: String,
    /// Scope to ask for, possibly empty.
    pub scope: String,
    /// Whether client id and secret go into the body instead of a Basic header.
    pub in_body: bool,
    /// Whether the body is JSON instead of a form.
    #[serde(default, skip_serializing_if = "is_default")]
    pub as_json: bool,
    /// Resource to ask for, possibly empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resource: String,
    /// Audience to ask for, possibly empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub audience: String,
    /// What the token endpoint wants besides.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parameters: Vec<TokenParameter>,
}

/// A parameter of token requests that one token endpoint wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenParameter {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where it goes.
    pub part: RequestPart,
}

/// A part of a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestPart {
    /// A member of the body.
    Body,
    /// A parameter of the URL.
    Url,
    /// A header.
    Header,
}

/// What a `user` credential is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAttributes {
    /// The kind of system that knows the user.
    #[serde(default, skip_serializing_if = "is_default")]
    pub system: UserSystem,
    /// The company that the user belongs to there, possibly empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub company_id: String,
}

/// A kind of system that knows users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserSystem {
    /// Any.
    #[default]
    Default,
    /// SuccessFactors, where users belong to a company.
    SuccessFactors,
    /// Open Connectors.
    OpenConnectors,
}

impl UserSystem {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Default, Self::SuccessFactors, Self::OpenConnectors];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::SuccessFactors => "successfactors",
            Self::OpenConnectors => "openconnectors",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

impl RequestPart {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Body, Self::Url, Self::Header];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Url => "url",
            Self::Header => "header",
        }
    }

    /// The part with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
