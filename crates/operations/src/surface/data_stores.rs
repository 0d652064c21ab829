//! Data stores. `?flow=<id>` means the stores of that flow.

use axum::extract::{Path, Query, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_store::data_stores::{DataStore, EntryHead, EntryKey, Filter, Plain};
use lockgate_store::variables::Scope;
use lockgate_web::body::Items;
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;

use crate::service::Operations;
use crate::surface::query::{self, Pairs};

const ALL: &str = "/operator/v1/data-stores";
const ONE: &str = "/operator/v1/data-stores/{store}";
const ENTRIES: &str = "/operator/v1/data-stores/{store}/entries";
const ENTRY: &str = "/operator/v1/data-stores/{store}/entries/{entry}";

pub(super) fn routes(surface: SurfaceBuilder<Operations>) -> SurfaceBuilder<Operations> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::DELETE, ONE, Access::Operator, delete)
        .route(Method::GET, ENTRIES, Access::Operator, entries)
        .route(Method::GET, ENTRY, Access::Operator, show)
        .route(Method::DELETE, ENTRY, Access::Operator, delete_entry)
}

#[derive(Debug, Serialize)]
pub(super) struct DataStoreView {
    name: String,
    flow: Option<String>,
    entries: u64,
    overdue: u64,
}

impl From<DataStore> for DataStoreView {
    fn from(store: DataStore) -> Self {
        Self {
            name: store.name,
            flow: flow(store.scope),
            entries: store.entries,
            overdue: store.overdue,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct EntryView {
    id: String,
    store: String,
    flow: Option<String>,
    message: String,
    encrypted: bool,
    size: u64,
    created_at: String,
    due_at: String,
    expires_at: String,
}

impl From<EntryHead> for EntryView {
    fn from(head: EntryHead) -> Self {
        Self {
            id: head.key.id,
            store: head.key.store,
            flow: flow(head.key.scope),
            message: head.message,
            encrypted: head.sealed,
            size: head.size,
            created_at: head.created_at.to_string(),
            due_at: head.due_at.to_string(),
            expires_at: head.expires_at.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct EntriesView {
    items: Vec<EntryView>,
    /// How many there are on all pages.
    total: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct ContentView {
    #[serde(flatten)]
    entry: EntryView,
    headers: Vec<HeaderView>,
    /// Absent when the body is not text.
    body: Option<String>,
    /// The body in Base64 when it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

#[derive(Debug, Serialize)]
struct HeaderView {
    name: String,
    value: String,
}

impl From<(EntryHead, Plain)> for ContentView {
    fn from((head, plain): (EntryHead, Plain)) -> Self {
        let (body, base64) = match String::from_utf8(plain.body) {
            Ok(text) => (Some(text), None),
            Err(bytes) => (None, Some(STANDARD.encode(bytes.as_bytes()))),
        };
        let headers = plain.headers.into_iter().flatten();
        Self {
            entry: head.into(),
            headers: headers
                .map(|(name, value)| HeaderView { name, value })
                .collect(),
            body,
            base64,
        }
    }
}

fn flow(scope: Scope) -> Option<String> {
    match scope {
        Scope::Local(flow) => Some(flow),
        Scope::Global => None,
    }
}

/// What a query of a list may say.
#[derive(Debug)]
struct Asked {
    scope: Scope,
    only_overdue: bool,
    limit: u32,
    offset: u64,
}

/// Reads the query of a list; that of a single thing has the flow only.
fn asked(pairs: Pairs, of_list: bool) -> Result<Asked, Problem> {
    let mut errors = FieldErrors::default();
    let object = query::object(pairs, &mut errors);
    let mut fields = Fields::of("", object, &mut errors);
    let scope = match fields.text("flow") {
        None => Scope::Global,
        Some(flow) => {
            if flow.is_empty() {
                fields.error("flow", "must not be empty");
            }
            Scope::Local(flow)
        }
    };
    let mut asked = Asked {
        scope,
        only_overdue: false,
        limit: 0,
        offset: 0,
    };
    if of_list {
        asked.limit = query::limit(&mut fields);
        asked.only_overdue = match fields.text("overdue").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                fields.error("overdue", "must be true or false");
                false
            }
        };
        asked.offset = match fields.text("offset").map(|text| text.parse()) {
            None => 0,
            Some(Ok(offset)) => offset,
            Some(Err(_)) => {
                fields.error("offset", "must be a whole number");
                0
            }
        };
    }
    fields.finish();
    errors.check().map_err(|errors| Problem::from(&errors))?;
    Ok(asked)
}

fn key(store: String, id: String, pairs: Pairs) -> Result<EntryKey, Problem> {
    let scope = asked(pairs, false)?.scope;
    Ok(EntryKey { scope, store, id })
}

pub(super) async fn list(
    State(operations): State<Operations>,
) -> Result<axum::Json<Items<DataStoreView>>, Problem> {
    let stores = operations.data_stores().await?;
    Ok(axum::Json(
        stores.into_iter().map(DataStoreView::from).collect(),
    ))
}

pub(super) async fn delete(
    State(operations): State<Operations>,
    caller: Caller,
    Path(store): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<StatusCode, Problem> {
    let scope = asked(pairs, false)?.scope;
    let actor = caller.actor();
    operations.delete_data_store(&actor, &scope, &store).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn entries(
    State(operations): State<Operations>,
    Path(store): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<axum::Json<EntriesView>, Problem> {
    let asked = asked(pairs, true)?;
    operations.data_store(&asked.scope, &store).await?;
    let filter = Filter {
        store: Some((asked.scope, store)),
        message: None,
        only_overdue: asked.only_overdue,
    };
    let found = operations.data_store_entries(filter, asked.offset, asked.limit);
    let (heads, total) = found.await?;
    Ok(axum::Json(EntriesView {
        items: heads.into_iter().map(EntryView::from).collect(),
        total,
    }))
}

pub(super) async fn show(
    State(operations): State<Operations>,
    Path((store, entry)): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Result<axum::Json<ContentView>, Problem> {
    let key = key(store, entry, pairs)?;
    Ok(axum::Json(
        operations.data_store_content(&key).await?.into(),
    ))
}

pub(super) async fn delete_entry(
    State(operations): State<Operations>,
    caller: Caller,
    Path((store, entry)): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Result<StatusCode, Problem> {
    let key = key(store, entry, pairs)?;
    let actor = caller.actor();
    operations.delete_data_store_entry(&actor, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
