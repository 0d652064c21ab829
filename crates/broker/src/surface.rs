//! The routes below `/osb/v2`.

use axum::extract::State;
use axum::handler::Handler as _;
use axum::middleware::from_fn;
use http::{Method, StatusCode};
use lockgate_web::surface::{Access, Surface, SurfaceBuilder};
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::call::{BindingPath, Body, InstancePath, Platform, Query, echo};
use crate::error::{Refused, denied};
use crate::offerings::offerings;
use crate::request::{Bind, Provision, Update, check_query};

const CATALOG: &str = "/osb/v2/catalog";
const INSTANCE: &str = "/osb/v2/service_instances/{instance}";
const INSTANCE_OPERATION: &str = "/osb/v2/service_instances/{instance}/last_operation";
const BINDING: &str = "/osb/v2/service_instances/{instance}/service_bindings/{binding}";
const BINDING_OPERATION: &str =
    "/osb/v2/service_instances/{instance}/service_bindings/{binding}/last_operation";

/// A status and a JSON object.
type Answer = Result<(StatusCode, axum::Json<Value>), Refused>;

/// The routes of the broker API.
#[must_use]
pub fn surface(broker: Broker) -> Surface {
    let surface = Surface::builder("broker", broker).denials("/osb/v2", denied);
    bindings(instances(surface)).build()
}

fn instances(surface: SurfaceBuilder<Broker>) -> SurfaceBuilder<Broker> {
    let access = Access::Broker;
    let (provision, update) = (provision.layer(from_fn(echo)), update.layer(from_fn(echo)));
    let deprovision = deprovision.layer(from_fn(echo));
    let (catalog, instance) = (catalog.layer(from_fn(echo)), instance.layer(from_fn(echo)));
    let operation = instance_operation.layer(from_fn(echo));
    surface
        .route(Method::GET, CATALOG, access, catalog)
        .route(Method::PUT, INSTANCE, access, provision)
        .route(Method::GET, INSTANCE, access, instance)
        .route(Method::PATCH, INSTANCE, access, update)
        .route(Method::DELETE, INSTANCE, access, deprovision)
        .route(Method::GET, INSTANCE_OPERATION, access, operation)
}

fn bindings(surface: SurfaceBuilder<Broker>) -> SurfaceBuilder<Broker> {
    let access = Access::Broker;
    let (bind, unbind) = (bind.layer(from_fn(echo)), unbind.layer(from_fn(echo)));
    let binding = binding.layer(from_fn(echo));
    let operation = binding_operation.layer(from_fn(echo));
    surface
        .route(Method::PUT, BINDING, access, bind)
        .route(Method::GET, BINDING, access, binding)
        .route(Method::DELETE, BINDING, access, unbind)
        .route(Method::GET, BINDING_OPERATION, access, operation)
}

fn ok(body: Value) -> Answer {
    Ok((StatusCode::OK, axum::Json(body)))
}

async fn catalog(State(broker): State<Broker>, platform: Platform) -> Answer {
    let retrievable = broker.catalog.shows_keys_again();
    ok(offerings(platform.version, retrievable))
}

async fn provision(
    State(broker): State<Broker>,
    platform: Platform,
    InstancePath(id): InstancePath,
    body: Body,
) -> Answer {
    let request = Provision::read(body)?;
    let status = broker.provision(&platform, &id, request).await?;
    Ok((status, axum::Json(json!({}))))
}

async fn instance(
    State(broker): State<Broker>,
    platform: Platform,
    InstancePath(id): InstancePath,
) -> Answer {
    ok(broker.instance(&platform, &id).await?)
}

async fn update(
    State(broker): State<Broker>,
    platform: Platform,
    InstancePath(id): InstancePath,
    body: Body,
) -> Answer {
    let request = Update::read(body).map_err(Refused::unchanged)?;
    let updated = broker.update(&platform, &id, request).await;
    updated.map_err(Refused::unchanged)?;
    ok(json!({}))
}

async fn deprovision(
    State(broker): State<Broker>,
    platform: Platform,
    InstancePath(id): InstancePath,
    query: Query,
) -> Answer {
    check_query(&query).map_err(Refused::unchanged)?;
    let deleted = broker.deprovision(&platform, &id).await;
    deleted.map_err(Refused::unchanged)?;
    ok(json!({}))
}

/// Every operation is finished when its request is answered, so there is never one to wait for.
async fn instance_operation(
    State(broker): State<Broker>,
    platform: Platform,
    InstancePath(id): InstancePath,
) -> Answer {
    broker.booked(&platform, &id).await?;
    ok(json!({"state": "succeeded"}))
}

async fn bind(
    State(broker): State<Broker>,
    platform: Platform,
    path: BindingPath,
    body: Body,
) -> Answer {
    let request = Bind::read(body)?;
    let (status, body) = broker.bind(&platform, &path, request).await?;
    Ok((status, axum::Json(body)))
}

async fn binding(State(broker): State<Broker>, platform: Platform, path: BindingPath) -> Answer {
    ok(broker.binding(&platform, &path).await?)
}

async fn unbind(
    State(broker): State<Broker>,
    platform: Platform,
    path: BindingPath,
    query: Query,
) -> Answer {
    check_query(&query)?;
    broker.unbind(&platform, &path).await?;
    ok(json!({}))
}

async fn binding_operation(
    State(broker): State<Broker>,
    platform: Platform,
    path: BindingPath,
) -> Answer {
    broker.check_binding(&platform, &path).await?;
    ok(json!({"state": "succeeded"}))
}
