//! Values as both databases keep them, and how domain types become values and back.

use std::net::IpAddr;
use std::sync::Arc;

use lockgate_core::account::AccountKind;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{
    AccountId, CorrelationId, InstanceId, KeyId, MessageId, OrgId, SessionId, SpaceId,
};
use lockgate_core::role::RoleName;
use lockgate_core::tenant::Plan;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// One value of a row or one parameter of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// The parameters of a statement, in order.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
pub(crate) use params;

/// One row of a result.
#[derive(Debug)]
pub(crate) struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

/// Why a column could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) column: String,
    pub(crate) what: String,
}

impl Row {
    pub(crate) fn new(columns: &Arc<[String]>, values: Vec<Value>) -> Self {
        Self {
            columns: Arc::clone(columns),
            values,
        }
    }

    /// Moves the value of `column` out of the row.
    pub(crate) fn take<T: FromValue>(&mut self, column: &str) -> Result<T, Unreadable> {
        let unreadable = |what: String| Unreadable {
            column: column.to_owned(),
            what,
        };
        let index = self.columns.iter().position(|name| name == column);
        let value = index
            .and_then(|index| self.values.get_mut(index))
            .ok_or_else(|| unreadable("there is no such column".to_owned()))?;
        T::from_value(std::mem::replace(value, Value::Null)).map_err(unreadable)
    }

    /// The first column as text: what identifies the row in messages.
    pub(crate) fn identity(&self) -> String {
        match self.values.first() {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Null | Value::Blob(_)) | None => String::new(),
        }
    }
}

/// A type that a column can be read as.
pub(crate) trait FromValue: Sized {
    /// Reads the value, or says what is wrong with it.
    fn from_value(value: Value) -> Result<Self, String>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(number) => Ok(number),
            other => Err(format!("expected a number, found {}", other.kind())),
        }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value) -> Result<Self, String> {
        let number = i64::from_value(value)?;
        Self::try_from(number).map_err(|_| format!("{number} is out of range"))
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(format!("expected text, found {}", other.kind())),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(format!("expected bytes, found {}", other.kind())),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value) -> Result<Self, String> {
        let bytes = Vec::from_value(value)?;
        let found = bytes.len();
        bytes
            .try_into()
            .map_err(|_| format!("expected {N} bytes, found {found}"))
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, String> {
        match i64::from_value(value)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("expected 0 or 1, found {other}")),
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, String> {
        i64::from_value(value).map(Self::from_micros)
    }
}

impl FromValue for MessageId {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a message id"))
    }
}

impl FromValue for Plan {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::from_name(&text).ok_or_else(|| format!("there is no plan {text:?}"))
    }
}

impl FromValue for AccountKind {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::from_name(&text).ok_or_else(|| format!("there is no kind of account {text:?}"))
    }
}

macro_rules! narrow_number {
    ($($type:ty),*) => { $(
        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, String> {
                let number = i64::from_value(value)?;
                Self::try_from(number).map_err(|_| format!("{number} is out of range"))
            }
        }
        impl From<$type> for Value {
            fn from(number: $type) -> Self {
                Self::Int(i64::from(number))
            }
        }
    )* };
}
narrow_number!(u16, u32);

macro_rules! parsed_text {
    ($($type:ty),*) => { $(
        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, String> {
                let text = String::from_value(value)?;
                text.parse().map_err(|error| format!("{text:?}: {error}"))
            }
        }
    )* };
}
parsed_text!(
    Uuid,
    InstanceId,
    KeyId,
    CorrelationId,
    AccountId,
    OrgId,
    SpaceId,
    SessionId,
    Thumbprint,
    IpAddr,
    RoleName
);

macro_rules! displayed_text {
    ($($type:ty),*) => { $(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Text(value.to_string())
            }
        }
    )* };
}
displayed_text!(
    Uuid,
    InstanceId,
    KeyId,
    CorrelationId,
    AccountId,
    OrgId,
    SpaceId,
    SessionId,
    Thumbprint,
    IpAddr,
    &RoleName,
    &MessageId
);

/// How much of a text with an index is kept: PostgreSQL refuses index entries beyond 2,704 bytes, and
/// one refused record would hold up all others.
const INDEXED_CHARS: usize = 500;

/// As much of a text as is kept in a column with an index.
pub(crate) fn indexed(text: &str) -> &str {
    let end = text.char_indices().nth(INDEXED_CHARS);
    end.map_or(text, |(end, _)| &text[..end])
}

/// A name as it is compared when case is ignored.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "a number",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.micros())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

/// PostgreSQL cannot keep NUL in text. It is replaced on both databases, so that one odd header
/// cannot make a whole batch of records fail.
impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.contains('\0') {
            return Self::Text(text.replace('\0', "\u{fffd}"));
        }
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<&Vec<u8>> for Value {
    fn from(bytes: &Vec<u8>) -> Self {
        Self::Blob(bytes.clone())
    }
}

impl From<Plan> for Value {
    fn from(plan: Plan) -> Self {
        plan.name().into()
    }
}

impl From<AccountKind> for Value {
    fn from(kind: AccountKind) -> Self {
        kind.name().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A value kept as JSON text.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        serde_json::from_str(&String::from_value(value)?)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

impl<T: Serialize> From<Json<&T>> for Value {
    fn from(json: Json<&T>) -> Self {
        serde_json::to_string(json.0)
            .expect("invariant: stored types have text keys and cannot fail to serialise")
            .into()
    }
}

/// Declares an enum whose variants are kept as the given words.
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word for it, as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value that exactly this word stands for.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::value::FromValue for $name {
            fn from_value(value: $crate::value::Value) -> Result<Self, String> {
                let word = String::from_value(value)?;
                Self::parse(&word).ok_or_else(|| format!("unknown word {word:?}"))
            }
        }

        impl From<$name> for $crate::value::Value {
            fn from(value: $name) -> Self {
                value.as_str().into()
            }
        }
    };
}
pub(crate) use words;
