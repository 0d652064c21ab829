//! The one service broker: this server itself. It cannot be changed, and no other can be registered.

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_accounts::permission::Rights;
use lockgate_catalog::catalogue::{BROKER, BROKER_ID};
use lockgate_core::clock::Timestamp;
use lockgate_store::metadata::Metadata;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time};
use crate::failure::Failure;
use crate::path::Id;
use crate::query::{Listed, Query, Spec};
use crate::resources::no_metadata;

const ALL: &str = "/v3/service_brokers";
const ONE: &str = "/v3/service_brokers/{guid}";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::POST, ALL, Access::Account, refuse)
        .route(Method::GET, ONE, Access::Account, show)
        .route(Method::PATCH, ONE, Access::Account, refuse_one)
        .route(Method::DELETE, ONE, Access::Account, refuse_one)
}

const LIST: Spec = Spec {
    filters: &["space_guids"],
    ..Spec::LIST
};

/// The broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broker;

impl Listed for Broker {
    fn guid(&self) -> Uuid {
        BROKER_ID
    }
    fn name(&self) -> &str {
        BROKER
    }
    fn created_at(&self) -> Timestamp {
        Timestamp::default()
    }
    fn updated_at(&self) -> Timestamp {
        Timestamp::default()
    }
    fn metadata(&self) -> Option<&Metadata> {
        None
    }
}

/// The broker as a resource.
pub(super) fn view(base: Base<'_>) -> Value {
    let since = time(Timestamp::default());
    json!({
        "guid": BROKER_ID,
        "name": BROKER,
        "url": base.0,
        "created_at": since,
        "updated_at": since,
        "relationships": {},
        "metadata": no_metadata(),
        "links": {
            "self": base.link(&format!("{ALL}/{BROKER_ID}")),
            "service_offerings": base.link(&format!(
                "/v3/service_offerings?service_broker_guids={BROKER_ID}"
            )),
        },
    })
}

/// Only administrators see brokers by themselves; everybody sees them beside the marketplace.
async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let visible = cf.sight(&caller).may(|rights| rights.is_admin());
    // The broker belongs to no space.
    let wanted = visible && query.wanted("space_guids").is_none();
    let page = Page::of(&query, wanted.then_some(Broker).into_iter().collect());
    let base = cf.base();
    Ok(page.answer(base, ALL, |_| view(base), Included::default()))
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    Query::read(raw.as_deref(), &Spec::ONE)?;
    find(&cf, &caller, id)?;
    Ok(Answer::ok(view(cf.base())))
}

async fn refuse(State(cf): State<CloudFoundry>, caller: Caller) -> Result<Answer, Failure> {
    cf.sight(&caller).require(|rights| rights.is_admin())?;
    Err(fixed())
}

async fn refuse_one(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    find(&cf, &caller, id)?;
    Err(fixed())
}

fn find(cf: &CloudFoundry, caller: &Caller, id: Id) -> Result<(), Failure> {
    let visible = cf.sight(caller).may(|rights: Rights<'_>| rights.is_admin());
    match id.0 == Some(BROKER_ID) && visible {
        true => Ok(()),
        false => Err(Failure::not_found("Service broker")),
    }
}

fn fixed() -> Failure {
    Failure::unprocessable(format!(
        "This server has one service broker, {BROKER}, which is built in: it cannot be changed, \
         and no other can be registered."
    ))
}
