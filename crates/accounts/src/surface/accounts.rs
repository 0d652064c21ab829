//! People, tools and brokers. Views have no member for a password; what was generated is in the
//! answer to the request that made it, and nowhere else.

use axum::extract::{Path, State};
use http::{Method, StatusCode};
use lockgate_core::account::AccountKind;
use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::role::RoleName;
use lockgate_core::secret::Secret;
use lockgate_store::accounts::Account;
use lockgate_web::body::{Items, Json as Body};
use lockgate_web::caller::Caller;
use lockgate_web::problem::Problem;
use lockgate_web::surface::{Access, SurfaceBuilder};
use serde::Serialize;
use serde_json::Value;

use super::memberships::MembershipView;
use crate::error::Error;
use crate::service::{AccountChange, AccountService, Issued, MembershipFilter, NewAccount};

const ALL: &str = "/operator/v1/accounts";
const ONE: &str = "/operator/v1/accounts/{account}";
const PASSWORD: &str = "/operator/v1/accounts/{account}/password";
const SECRET: &str = "/operator/v1/accounts/{account}/secret";

pub(super) fn routes(surface: SurfaceBuilder<AccountService>) -> SurfaceBuilder<AccountService> {
    surface
        .route(Method::GET, ALL, Access::Operator, list)
        .route(Method::POST, ALL, Access::Operator, create)
        .route(Method::GET, ONE, Access::Operator, show)
        .route(Method::PATCH, ONE, Access::Operator, update)
        .route(Method::DELETE, ONE, Access::Operator, delete)
        .route(Method::POST, PASSWORD, Access::Operator, set_password)
        .route(Method::POST, SECRET, Access::Operator, rotate_secret)
}

#[derive(Debug, Serialize)]
struct AccountView {
    guid: String,
    name: String,
    kind: AccountKind,
    admin: bool,
    roles: Vec<RoleName>,
    created_at: String,
    updated_at: String,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            guid: account.id.to_string(),
            name: account.name,
            kind: account.kind,
            admin: account.admin,
            roles: account.roles,
            created_at: account.created_at.to_string(),
            updated_at: account.updated_at.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ShownAccount {
    #[serde(flatten)]
    account: AccountView,
    memberships: Vec<MembershipView>,
}

/// The one place where a generated password or secret leaves the server.
#[derive(Debug, Serialize)]
struct IssuedView {
    #[serde(flatten)]
    account: AccountView,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Issued> for IssuedView {
    fn from(issued: Issued) -> Self {
        let shown = issued.secret.map(|secret| secret.expose().clone());
        let (password, secret) = match issued.account.kind {
            AccountKind::Person => (shown, None),
            AccountKind::Tool | AccountKind::Broker => (None, shown),
        };
        Self {
            account: issued.account.into(),
            password,
            secret,
        }
    }
}

async fn list(
    State(service): State<AccountService>,
) -> Result<axum::Json<Items<AccountView>>, Problem> {
    let accounts = service.accounts().await?.into_iter();
    Ok(axum::Json(accounts.map(AccountView::from).collect()))
}

async fn show(
    State(service): State<AccountService>,
    Path(account): Path<String>,
) -> Result<axum::Json<ShownAccount>, Problem> {
    let account = service.account(&account).await?;
    let filter = MembershipFilter {
        account: Some(account.id),
        ..MembershipFilter::default()
    };
    let memberships = service.named_memberships(filter).await?.into_iter();
    Ok(axum::Json(ShownAccount {
        account: account.into(),
        memberships: memberships.map(MembershipView::from).collect(),
    }))
}

async fn create(
    State(service): State<AccountService>,
    caller: Caller,
    Body(request): Body<Value>,
) -> Result<(StatusCode, axum::Json<IssuedView>), Problem> {
    let new = read_new(request).map_err(Error::Fields)?;
    let issued = service.create_account(&caller.actor(), new).await?;
    Ok((StatusCode::CREATED, axum::Json(issued.into())))
}

async fn update(
    State(service): State<AccountService>,
    caller: Caller,
    Path(account): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<AccountView>, Problem> {
    let change = read_change(request).map_err(Error::Fields)?;
    let actor = caller.actor();
    let account = service.update_account(&actor, &account, change).await?;
    Ok(axum::Json(account.into()))
}

async fn delete(
    State(service): State<AccountService>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<StatusCode, Problem> {
    service.delete_account(&caller.actor(), &account).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_password(
    State(service): State<AccountService>,
    caller: Caller,
    Path(account): Path<String>,
    Body(request): Body<Value>,
) -> Result<axum::Json<IssuedView>, Problem> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let password = fields.text("password").map(Secret::new);
    fields.finish();
    errors.check().map_err(Error::Fields)?;
    let actor = caller.actor();
    let issued = service.set_password(&actor, &account, password).await?;
    Ok(axum::Json(issued.into()))
}

async fn rotate_secret(
    State(service): State<AccountService>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<axum::Json<IssuedView>, Problem> {
    let issued = service.rotate_secret(&caller.actor(), &account).await?;
    Ok(axum::Json(issued.into()))
}

fn read_new(request: Value) -> Result<NewAccount, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let name = fields.required_text("name");
    let kind = match fields.text("kind").as_deref() {
        None => Some(AccountKind::Person),
        Some(word) => AccountKind::from_name(word),
    };
    if kind.is_none() {
        let names = AccountKind::ALL.map(AccountKind::name).join(", ");
        fields.error("kind", format!("must be one of {names}"));
    }
    let admin = fields.boolean("admin").unwrap_or_default();
    let roles = roles(&mut fields).unwrap_or_default();
    let password = fields.text("password").map(Secret::new);
    fields.finish();
    errors.check()?;
    let complete = "invariant: what is missing is an error";
    Ok(NewAccount {
        name: name.expect(complete),
        kind: kind.expect(complete),
        admin,
        roles,
        password,
    })
}

fn read_change(request: Value) -> Result<AccountChange, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut fields = Fields::of("", request, &mut errors);
    let change = AccountChange {
        name: fields.text("name"),
        admin: fields.boolean("admin"),
        roles: roles(&mut fields),
    };
    fields.finish();
    errors.check()?;
    Ok(change)
}

/// The flow roles of an account, each once.
fn roles(fields: &mut Fields<'_>) -> Option<Vec<RoleName>> {
    let names = fields.texts("roles", limits::INSTANCE_LIST)?;
    let mut roles: Vec<RoleName> = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match name.parse() {
            Ok(role) if roles.contains(&role) => {}
            Ok(role) => roles.push(role),
            Err(error) => fields.error(&format!("roles[{index}]"), error.to_string()),
        }
    }
    Some(roles)
}
