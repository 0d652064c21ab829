//! What an entity set offers.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;

use crate::body::Body;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::model::EntityType;
use crate::query::Query;
use crate::value::Row;

/// A set of entities. What it does not override is answered with 501.
///
/// A set that a navigation leads to is asked with the entity as [`Call::parent`]; it does not matter
/// to it whether the URL says `Configurations` behind an artifact, or `$expand=Configurations`.
#[async_trait]
pub trait EntitySet: fmt::Debug + Send + Sync + 'static {
    /// Its name in URLs.
    fn name(&self) -> &'static str;

    /// What its entities look like.
    fn entity(&self) -> &'static EntityType;

    /// The roles of which a caller needs one for `operation`; no role at all means everybody who is
    /// authenticated.
    fn needs(&self, operation: Operation) -> &'static [&'static str];

    /// Its entities: all of them, or the page that `query` asks for.
    async fn list(&self, call: &Call, query: &Query) -> Result<List> {
        let _ = (call, query);
        Err(Error::not_implemented())
    }

    /// One entity. `None` is a 404.
    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        let _ = (call, key);
        Err(Error::not_implemented())
    }

    /// POST to the set.
    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let _ = (call, body);
        Err(Error::not_implemented())
    }

    /// PUT to an entity.
    async fn replace(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let _ = (call, key, body);
        Err(Error::not_implemented())
    }

    /// PATCH or MERGE to an entity.
    async fn merge(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let _ = (call, key, body);
        Err(Error::not_implemented())
    }

    /// DELETE of an entity.
    async fn delete(&self, call: &Call, key: &Key) -> Result<Reply> {
        let _ = (call, key);
        Err(Error::not_implemented())
    }

    /// `<entity>/$value`. `None` is a 204: not there, or not yet.
    async fn media(&self, call: &Call, key: &Key) -> Result<Option<Media>> {
        let _ = (call, key);
        Err(Error::not_implemented())
    }

    /// PUT to `<entity>/$value`.
    async fn put_media(&self, call: &Call, key: &Key, media: Media) -> Result<Reply> {
        let _ = (call, key, media);
        Err(Error::not_implemented())
    }

    /// PUT to `<parent>/$links/<navigation>(<key>)`. The body holds properties.
    async fn put_link(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let _ = (call, key, body);
        Err(Error::not_implemented())
    }

    /// DELETE of `<parent>/$links/<navigation>(<key>)`.
    async fn delete_link(&self, call: &Call, key: &Key) -> Result<Reply> {
        let _ = (call, key);
        Err(Error::not_implemented())
    }
}

/// What somebody wants to do with a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Lists and entities, counts and properties, also by navigation and `$expand`.
    Read,
    /// `$value` of an entity.
    Media,
    /// POST.
    Create,
    /// PUT, PATCH, MERGE, and PUT to `$value`.
    Update,
    /// DELETE.
    Delete,
    /// PUT to `$links`.
    PutLink,
    /// DELETE of `$links`.
    DeleteLink,
}

impl Operation {
    /// Whether it changes nothing.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(self, Self::Read | Self::Media)
    }
}

/// The answer to a list.
#[derive(Clone, Debug, PartialEq)]
pub enum List {
    /// Everything: filtered, sorted and cut by whoever asked.
    All(Vec<Row>),
    /// The rows from [`Query::offset`], at most [`Query::limit`], with filter and order applied.
    Page {
        /// The rows.
        rows: Vec<Row>,
        /// How many there are on all pages; needed when [`Query::wants_total`].
        total: Option<u64>,
        /// Whether there are more after them.
        more: bool,
    },
}

/// The answer to a write or a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Nothing but a status.
    Empty(StatusCode),
    /// One entity; 201 has a `Location`.
    Entity(StatusCode, Row),
    /// A list of entities.
    Entities(StatusCode, Vec<Row>),
    /// Plain text, byte for byte.
    Text(StatusCode, String),
    /// A reply with entities of another set.
    Of(&'static str, Box<Self>),
}

impl Reply {
    /// 200 without a body.
    #[must_use]
    pub const fn ok() -> Self {
        Self::Empty(StatusCode::OK)
    }

    /// 202 without a body.
    #[must_use]
    pub const fn accepted() -> Self {
        Self::Empty(StatusCode::ACCEPTED)
    }

    /// 204.
    #[must_use]
    pub const fn no_content() -> Self {
        Self::Empty(StatusCode::NO_CONTENT)
    }

    /// 201 with the entity that was made.
    #[must_use]
    pub const fn created(row: Row) -> Self {
        Self::Entity(StatusCode::CREATED, row)
    }
}

/// What is behind `$value` of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The bytes.
    pub bytes: Bytes,
    /// Their content type.
    pub content_type: String,
    /// The name to save them under.
    pub file_name: Option<String>,
}

impl Media {
    /// Bytes to be read by whoever asked.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>, content_type: impl Into<String>) -> Self {
        Self {
            bytes: bytes.into(),
            content_type: content_type.into(),
            file_name: None,
        }
    }

    /// The same as a file, with a `Content-Disposition`.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }
}
