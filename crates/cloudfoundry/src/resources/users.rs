//! Users: people and tools. The guid of a tool is its client id, as tokens name it.

use axum::extract::{RawQuery, State};
use http::Method;
use lockgate_core::account::AccountKind;
use lockgate_core::clock::Timestamp;
use lockgate_store::accounts::Account;
use lockgate_store::metadata::Metadata;
use lockgate_web::caller::Caller;
use lockgate_web::surface::{Access, SurfaceBuilder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::CloudFoundry;
use crate::answer::{Answer, Base, Included, Page, time};
use crate::failure::Failure;
use crate::path::Name;
use crate::query::{Listed, Query, Spec};
use crate::resources::no_metadata;
use crate::sight::Sight;

const ALL: &str = "/v3/users";
const ONE: &str = "/v3/users/{guid}";
/// Where the passwords of people are kept: here.
pub(super) const ORIGIN: &str = "uaa";

pub(super) fn routes(surface: SurfaceBuilder<CloudFoundry>) -> SurfaceBuilder<CloudFoundry> {
    surface
        .route(Method::GET, ALL, Access::Account, list)
        .route(Method::GET, ONE, Access::Account, show)
}

const LIST: Spec = Spec {
    named: false,
    filters: &["origins", "partial_usernames", "usernames"],
    folded: &["partial_usernames", "usernames"],
    ..Spec::LIST
};

impl Listed for Account {
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
        self.updated_at
    }
    fn metadata(&self) -> Option<&Metadata> {
        None
    }
}

/// The guid by which clients know an account.
pub(super) fn guid_of(account: &Account) -> String {
    match account.kind {
        AccountKind::Tool => account.name.clone(),
        AccountKind::Person | AccountKind::Broker => account.id.to_string(),
    }
}

/// Where the user with this guid is.
pub(super) fn path(guid: &str) -> String {
    const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    format!("{ALL}/{}", utf8_percent_encode(guid, SEGMENT))
}

/// An account as a resource.
pub(super) fn view(base: Base<'_>, account: &Account) -> Value {
    let person = account.kind == AccountKind::Person;
    let guid = guid_of(account);
    let path = path(&guid);
    json!({
        "guid": guid,
        "username": person.then_some(&account.name),
        "origin": person.then_some(ORIGIN),
        "presentation_name": account.name,
        "created_at": time(account.created_at),
        "updated_at": time(account.updated_at),
        "metadata": no_metadata(),
        "links": {"self": base.link(&path)},
    })
}

impl CloudFoundry {
    /// The people and tools that somebody may see: everybody for administrators, else oneself and
    /// who has a role where the sender sees roles.
    async fn visible_users(&self, sight: &Sight) -> Result<Vec<Account>, Failure> {
        let mut accounts = self.users().await?;
        accounts.retain(|account| {
            let own = sight.account().is_some_and(|own| own.id == account.id);
            let known = sight.identities().accounts.get(account.id);
            let mut scopes = known.iter().flat_map(|known| &known.scopes);
            own || sight
                .may(|rights| rights.is_admin() || scopes.any(|scope| rights.can_see_role(*scope)))
        });
        Ok(accounts)
    }

    /// All people and tools. Brokers use another API.
    pub(super) async fn users(&self) -> Result<Vec<Account>, Failure> {
        let mut accounts = self.accounts.accounts().await?;
        accounts.retain(|account| account.kind != AccountKind::Broker);
        Ok(accounts)
    }
}

async fn list(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Answer, Failure> {
    let mut query = Query::read(raw.as_deref(), &LIST)?;
    let guids = query.take_guids();
    let mut users = cf.visible_users(&cf.sight(&caller)).await?;
    users.retain(|user| {
        let person = user.kind == AccountKind::Person;
        let username = person.then_some(user.name.as_str());
        guids
            .as_ref()
            .is_none_or(|guids| guids.contains(&guid_of(user)))
            && query.allows_any("usernames", username)
            && query.allows_any("origins", person.then_some(ORIGIN))
            && partly(&query, username)
    });
    let page = Page::of(&query, users);
    let base = cf.base();
    Ok(page.answer(base, ALL, |user| view(base, user), Included::default()))
}

/// Whether the name contains one of those that the request asks for.
fn partly(query: &Query, username: Option<&str>) -> bool {
    let Some(parts) = query.wanted("partial_usernames") else {
        return true;
    };
    let name = username.map(str::to_lowercase);
    name.is_some_and(|name| parts.iter().any(|part| name.contains(part)))
}

async fn show(
    State(cf): State<CloudFoundry>,
    caller: Caller,
    Name(guid): Name,
) -> Result<Answer, Failure> {
    let users = cf.visible_users(&cf.sight(&caller)).await?;
    let found = users.iter().find(|user| guid_of(user) == guid);
    let user = found.ok_or_else(|| Failure::not_found("User"))?;
    Ok(Answer::ok(view(cf.base(), user)))
}
