//! Feature flags: fixed, but `cf service` asks for one.

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_core::clock::Timestamp;
use lockgate_store::metadata::Metadata;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page};
use crate::failure::Failure;
use crate::path::Name;
use crate::query::{Listed, Query, Spec};

const ALL: &str = "/v3/feature_flags";
const ONE: &str = "/v3/feature_flags/{name}";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::GET, ONE, Access::Account, show)
}

#[derive(Clone, Copy, Debug)]
struct Flag {
    name: &'static str,
    enabled: bool,
}

const FLAGS: [Flag; 2] = [
    Flag {
        name: "service_instance_creation",
        enabled: true,
    },
    Flag {
        name: "service_instance_sharing",
        enabled: false,
    },
];

impl Listed for Flag {
    fn guid(&self) -> Uuid {
        Uuid::nil()
    }
    fn name(&self) -> &str {
        self.name
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

fn view(base: Base<'_>, flag: &Flag) -> Value {
    json!({
        "name": flag.name,
        "enabled": flag.enabled,
        "updated_at": null,
        "custom_error_message": null,
        "links": {"self": base.link(&format!("{ALL}/{}", flag.name))},
    })
}

async fn list(State(cf): State<CloudFoundry>, RawQuery(raw): RawQuery) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &Spec::LIST)?;
    let page = Page::of(&query, FLAGS.to_vec());
    let base = cf.base();
    Ok(page.answer(base, ALL, |flag| view(base, flag), Included::default()))
}

async fn show(State(cf): State<CloudFoundry>, Name(name): Name) -> Result<Answer, Failure> {
    let flag = FLAGS.iter().find(|flag| flag.name == name);
    let flag = flag.ok_or_else(|| Failure::not_found("Feature flag"))?;
    Ok(Answer::ok(view(cf.base(), flag)))
}
