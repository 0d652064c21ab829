//! Service credential bindings of type `key`: service keys. There are no apps to bind.

use std::collections::{BTreeSet, HashMap};

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_catalog::catalogue::{OFFERING, OFFERING_ID, plan_id};
use lockgate_catalog::service::{NewKey, ShownKey};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{InstanceId, KeyId, SpaceId};
use lockgate_store::instances::Instance;
use lockgate_store::keys::Key;
use lockgate_store::metadata::Metadata;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time, to_one};
use crate::body::{Body, Relationships, short};
use crate::failure::Failure;
use crate::metadata;
use crate::path::{Id, guid};
use crate::query::{Listed, Query, Spec};
use crate::resources::service_instances;
use crate::sight::Sight;

const ALL: &str = "/v3/service_credential_bindings";
const ONE: &str = "/v3/service_credential_bindings/{guid}";
const DETAILS: &str = "/v3/service_credential_bindings/{guid}/details";
const PARAMETERS: &str = "/v3/service_credential_bindings/{guid}/parameters";
const WHAT: &str = "Service credential binding";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::POST, ALL, Access::Account, create)
        .route(Method::GET, ONE, Access::Account, show)
        .route(Method::PATCH, ONE, Access::Account, update)
        .route(Method::DELETE, ONE, Access::Account, delete)
        .route(Method::GET, DETAILS, Access::Account, details)
        .route(Method::GET, PARAMETERS, Access::Account, parameters)
}

const SHOW: Spec = Spec {
    include: &["app", "service_instance"],
    ..Spec::ONE
};

const LIST: Spec = Spec {
    filters: &[
        "app_guids",
        "app_names",
        "service_instance_guids",
        "service_instance_names",
        "service_offering_guids",
        "service_offering_names",
        "service_plan_guids",
        "service_plan_names",
        "type",
    ],
    folded: &["service_offering_names", "service_plan_names"],
    include: SHOW.include,
    ..Spec::LIST
};

impl Listed for Key {
    fn guid(&self) -> Uuid {
        self.id.0
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn created_at(&self) -> Timestamp {
        self.created_at
    }
    fn updated_at(&self) -> Timestamp {
        self.created_at
    }
    fn metadata(&self) -> Option<&Metadata> {
        Some(&self.metadata)
    }
}

fn view(base: Base<'_>, key: &Key) -> Value {
    let (path, at) = (format!("{ALL}/{}", key.id), time(key.created_at));
    json!({
        "guid": key.id,
        "name": key.name,
        "type": "key",
        "created_at": at,
        "updated_at": at,
        "last_operation": {
            "type": "create",
            "state": "succeeded",
            "description": null,
            "created_at": at,
            "updated_at": at,
        },
        "relationships": {"service_instance": to_one(key.instance)},
        "metadata": metadata::view(&key.metadata),
        "links": {
            "self": base.link(&path),
            "details": base.link(&format!("{path}/details")),
            "parameters": base.link(&format!("{path}/parameters")),
            "service_instance": base.link(&format!("/v3/service_instances/{}", key.instance)),
        },
    })
}

impl CloudFoundry {
    /// The key with this guid, the instance it belongs to and its space; 404 for who may not see
    /// them.
    async fn visible_key(
        &self,
        sight: &Sight,
        id: Id,
    ) -> Result<(Key, Instance, SpaceId), Failure> {
        let id = KeyId(id.of(WHAT)?);
        let key = self.catalog.find_key(id).await?;
        let found = self.visible_instance(sight, key.instance.0).await;
        let (instance, space) = found.map_err(|failure| match failure.status {
            http::StatusCode::NOT_FOUND => Failure::not_found(WHAT),
            _ => failure,
        })?;
        Ok((key, instance, space))
    }

    /// The key with this guid, for who may change it.
    async fn changeable_key(&self, caller: &Caller, id: Id) -> Result<Key, Failure> {
        let sight = self.sight(caller);
        let (key, _, space) = self.visible_key(&sight, id).await?;
        sight.require(|rights| rights.can_write_space(space))?;
        Ok(key)
    }
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &LIST)?;
    let kind = query.one_of("type", &["app", "key"])?;
    let keys_wanted = kind != Some("app")
        && query.wanted("app_guids").is_none()
        && query.wanted("app_names").is_none()
        && query.allows_guid("service_offering_guids", OFFERING_ID)
        && query.allows("service_offering_names", OFFERING);
    let mut instances = match keys_wanted {
        true => cf.visible_instances(&cf.sight(&caller)).await?,
        false => Vec::new(),
    };
    instances.retain(|instance| {
        query.allows_guid("service_instance_guids", instance.id.0)
            && query.allows("service_instance_names", &instance.name)
            && query.allows_guid("service_plan_guids", plan_id(instance.plan))
            && query.allows("service_plan_names", instance.plan.name())
    });
    let instances: HashMap<InstanceId, Instance> =
        instances.into_iter().map(|one| (one.id, one)).collect();
    let ids: Vec<InstanceId> = instances.keys().copied().collect();
    let keys = match ids.is_empty() {
        true => Vec::new(),
        false => cf.catalog.keys_of(&ids).await?,
    };
    let page = Page::of(&query, keys);
    let used: BTreeSet<InstanceId> = page.items.iter().map(|key| key.instance).collect();
    let used = used.iter().filter_map(|id| instances.get(id));
    let base = cf.base();
    let included = included(base, &query, used);
    Ok(page.answer(base, ALL, |key| view(base, key), included))
}

fn included<'a>(
    base: Base<'_>,
    query: &Query,
    instances: impl IntoIterator<Item = &'a Instance>,
) -> Included {
    let mut included = Included::default();
    if query.includes("app") {
        included.add("apps", None);
    }
    if query.includes("service_instance") {
        let instances = instances.into_iter();
        let views = instances.map(|instance| service_instances::view(base, instance));
        included.add("service_instances", views);
    }
    included
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let query = Query::read(raw.as_deref(), &SHOW)?;
    let (key, instance, _) = cf.visible_key(&cf.sight(&caller), id).await?;
    let included = included(cf.base(), &query, [&instance]);
    Ok(included.beside(view(cf.base(), &key), &query))
}

async fn create(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    body: Body,
) -> Result<Answer, Failure> {
    let known = ["type", "name", "parameters", "metadata", "relationships"];
    let (instance, new) = body.read(&known, |fields| {
        let kind = fields.required_text("type");
        if kind.is_some_and(|kind| kind != "key") {
            fields.error("type", "must be 'key'; there are no apps to bind");
        }
        let to = Relationships::read(fields, &["service_instance"]);
        let instance = to.guid(fields, "service_instance").unwrap_or_default();
        let parameters = fields.value("parameters");
        if parameters.as_ref().is_some_and(|value| !value.is_object()) {
            fields.error("parameters", "must be an object");
        }
        let new = NewKey {
            name: fields.required_text("name").unwrap_or_default(),
            parameters,
            metadata: metadata::read(fields, &Metadata::default()).unwrap_or_default(),
        };
        (instance, new)
    })?;
    let sight = cf.sight(&caller);
    let (instance, space) = cf.referenced_instance(&sight, &instance).await?;
    sight.require(|rights| rights.can_write_space(space))?;
    let created = cf
        .catalog
        .create_key(&caller.actor(), instance.id, new)
        .await?;
    answer(cf.base(), created)
}

impl CloudFoundry {
    /// The instance that a body refers to; 422 for who may not see it.
    async fn referenced_instance(
        &self,
        sight: &Sight,
        text: &str,
    ) -> Result<(Instance, SpaceId), Failure> {
        let missing = || {
            let detail = format!("The service instance could not be found: '{}'", short(text));
            Failure::unprocessable(detail)
        };
        let id = guid(text).ok_or_else(missing)?;
        let found = self.visible_instance(sight, id).await;
        found.map_err(|failure| match failure.status {
            http::StatusCode::NOT_FOUND => missing(),
            _ => failure,
        })
    }
}

/// The answer with a new key. Where its credentials are not kept, they are in it.
fn answer(base: Base<'_>, created: ShownKey) -> Result<Answer, Failure> {
    let mut body = view(base, &created.key);
    let mut warnings = created.warnings;
    if created.key.sealed.is_none() {
        body["credentials"] = parsed(created.credentials.expose())?;
        warnings.push(
            "This server does not keep credentials: those of the service key are in the answer \
             to its creation and nowhere else."
                .to_owned(),
        );
    }
    Ok(Answer::created(body).warn(warnings))
}

fn parsed(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes).map_err(Failure::internal)
}

/// Changes labels and annotations; nothing else about a key can be changed.
async fn update(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
    body: Body,
) -> Result<Answer, Failure> {
    let key = cf.changeable_key(&caller, id).await?;
    let metadata = body.read(&["metadata"], |fields| {
        metadata::read(fields, &key.metadata)
    })?;
    let key = match metadata {
        Some(metadata) => {
            let actor = caller.actor();
            cf.catalog
                .update_key_metadata(&actor, key.id, metadata)
                .await?
        }
        None => key,
    };
    Ok(Answer::ok(view(cf.base(), &key)))
}

async fn delete(State(cf): State<CloudFoundry>, caller: Caller, id: Id) -> Result<Answer, Failure> {
    let key = cf.changeable_key(&caller, id).await?;
    cf.catalog.delete_key(&caller.actor(), key.id).await?;
    Ok(Answer::deleted())
}

/// The credentials of a key. Who may not read them does not learn that there are any.
async fn details(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let sight = cf.sight(&caller);
    let (key, _, space) = cf.visible_key(&sight, id).await?;
    if !sight.may(|rights| rights.can_read_credentials(space)) {
        return Err(Failure::not_found(WHAT));
    }
    let shown = cf.catalog.show_key(key.id).await?;
    let credentials = parsed(shown.credentials.expose())?;
    Ok(Answer::ok(json!({"credentials": credentials})))
}

async fn parameters(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    id: Id,
) -> Result<Answer, Failure> {
    let (key, _, _) = cf.visible_key(&cf.sight(&caller), id).await?;
    Ok(Answer::ok(key.parameters))
}
