//! `lockgate user …`

use std::io::Read as _;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use lockgate_core::secret::Secret;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::output::{Column, DIM, GOOD, WARN, cell, details, line, note, paint, table};
use super::{Session, items};

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("KIND", "/kind"),
    ("ADMIN", "/admin"),
    ("FLOW ROLES", "/roles"),
    ("CREATED", "/created_at"),
];
const FIELDS: &[Column] = &[
    ("Name", "/name"),
    ("GUID", "/guid"),
    ("Kind", "/kind"),
    ("Admin", "/admin"),
    ("Flow roles", "/roles"),
    ("Created", "/created_at"),
    ("Updated", "/updated_at"),
    ("Password", "/password"),
    ("Secret", "/secret"),
];
const MEMBERSHIPS: &[Column] = &[
    ("ROLE", "/role"),
    ("ORGANIZATION", "/organization"),
    ("SPACE", "/space"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a person, a tool or a broker; prints a generated password or secret once
    Create(Create),
    /// List people, tools and brokers
    List,
    /// Show one, and its roles in organizations and spaces
    Show {
        /// Name or GUID
        name: String,
    },
    /// Give one another name
    Rename {
        /// Name or GUID
        name: String,
        /// New name
        new: String,
    },
    /// Delete one; its sessions and tokens end at once
    Delete {
        /// Name or GUID
        name: String,
    },
    /// Give a person a new password, generated unless it is read; sessions end
    Password {
        /// Name or GUID
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a tool or a broker a new secret; the former one ends at once
    Secret {
        /// Name or GUID
        name: String,
    },
    /// Make one an administrator, who may do everything
    Admin {
        /// Name or GUID
        name: String,
        /// Take it back; sessions end
        #[arg(long)]
        remove: bool,
    },
    /// Flow roles: what tokens that a person hands to a flow may carry
    #[command(subcommand)]
    Role(RoleCommand),
    /// Give a role in an organization or a space
    Grant(Membership),
    /// Take a role in an organization or a space
    Revoke(Membership),
}

#[derive(Args, Debug)]
pub(crate) struct Create {
    /// Name; a tool's name is its client id
    name: String,
    /// Make it an administrator, who may do everything
    #[arg(long, conflicts_with = "broker")]
    admin: bool,
    /// A program that logs in with a client secret
    #[arg(long, conflicts_with = "broker")]
    tool: bool,
    /// A platform that registers this server as a service broker
    #[arg(long)]
    broker: bool,
    /// Read the password from standard input instead of generating one
    #[arg(long, conflicts_with_all = ["tool", "broker"])]
    password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// Add a flow role
    Add {
        /// Name or GUID
        name: String,
        /// Role, such as ESBMessaging.send
        role: String,
    },
    /// Remove a flow role; sessions end
    Remove {
        /// Name or GUID
        name: String,
        /// Role
        role: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Membership {
    /// Name or GUID of the person or tool
    name: String,
    /// user, auditor, manager or billing_manager; in a space developer, manager, auditor or supporter
    role: String,
    /// Organization
    #[arg(long, default_value = "default")]
    org: String,
    /// Space in it; without it the role is one in the organization
    #[arg(long)]
    space: Option<String>,
}

pub(crate) async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    let client = &session.client;
    match command {
        Command::Create(create) => self::create(create, session).await,
        Command::List => {
            let answer = client.get("accounts").await?;
            let none = "Nobody yet. Create somebody with: lockgate user create NAME";
            session.show_list(&answer, COLUMNS, none);
            Ok(())
        }
        Command::Show { name } => {
            let answer = client.get(&path(&name)).await?;
            session.show(&answer, shown);
            Ok(())
        }
        Command::Rename { name, new } => {
            let answer = patch(&name, &json!({ "name": new }), session).await?;
            session.done(&answer, &format!("{name} is called {new} now"));
            Ok(())
        }
        Command::Delete { name } => {
            let what = format!("Deleted {name}");
            session.delete(&path(&name), &what).await
        }
        Command::Password {
            name,
            password_stdin,
        } => {
            let body = match password_stdin {
                true => json!({ "password": read_password()?.expose() }),
                false => json!({}),
            };
            let path = format!("{}/password", path(&name));
            let answer = client.send(Method::POST, &path, Some(&body)).await?;
            session.show(&answer, issued);
            Ok(())
        }
        Command::Secret { name } => {
            let path = format!("{}/secret", path(&name));
            let answer = client.send(Method::POST, &path, None).await?;
            session.show(&answer, issued);
            Ok(())
        }
        Command::Admin { name, remove } => {
            let answer = patch(&name, &json!({ "admin": !remove }), session).await?;
            let now = if remove { "is no" } else { "is an" };
            session.done(&answer, &format!("{name} {now} administrator now"));
            Ok(())
        }
        Command::Role(command) => role(command, session).await,
        Command::Grant(membership) => grant(membership, session).await,
        Command::Revoke(membership) => revoke(membership, session).await,
    }
}

async fn create(create: Create, session: &Session) -> anyhow::Result<()> {
    let kind = match (create.tool, create.broker) {
        (true, _) => "tool",
        (false, true) => "broker",
        (false, false) => "person",
    };
    let mut body = json!({ "name": create.name, "kind": kind, "admin": create.admin });
    if create.password_stdin {
        body["password"] = json!(read_password()?.expose());
    }
    let made = session
        .client
        .send(Method::POST, "accounts", Some(&body))
        .await?;
    session.show(&made, issued);
    Ok(())
}

/// Shows an account with what was generated for it.
fn issued(account: &Value) {
    details(account, FIELDS);
    let generated = ["password", "secret"].into_iter();
    for what in generated.filter(|what| account.get(what).is_some()) {
        let text = format!("The {what} is shown this once: keep it now.");
        note(paint(WARN, text));
    }
}

/// Shows an account with its roles in organizations and spaces.
fn shown(account: &Value) {
    details(account, FIELDS);
    let memberships = account.get("memberships").and_then(Value::as_array);
    match memberships.map_or(&[][..], Vec::as_slice) {
        [] => note(paint(DIM, "No roles in organizations and spaces.")),
        memberships => {
            line("");
            table(memberships, MEMBERSHIPS);
        }
    }
}

async fn role(command: RoleCommand, session: &Session) -> anyhow::Result<()> {
    let (name, role, add) = match command {
        RoleCommand::Add { name, role } => (name, role, true),
        RoleCommand::Remove { name, role } => (name, role, false),
    };
    let account = session.client.get(&path(&name)).await?;
    let held = account.get("roles").and_then(Value::as_array);
    let held = held.into_iter().flatten().filter_map(Value::as_str);
    let mut roles: Vec<&str> = held.filter(|held| *held != role).collect();
    if add {
        roles.push(&role);
    }
    let answer = patch(&name, &json!({ "roles": roles }), session).await?;
    let now = if add { "has" } else { "does not have" };
    session.done(&answer, &format!("{name} {now} the flow role {role} now"));
    Ok(())
}

async fn grant(membership: Membership, session: &Session) -> anyhow::Result<()> {
    let Membership {
        name,
        role,
        org,
        space,
    } = &membership;
    let role = full_role(role, space.is_some());
    if space.is_some() && !in_organization(&membership, session).await? {
        // Roles in spaces need one in the organization; cf gives it too.
        let first = json!({ "account": name, "role": "organization_user", "organization": org });
        let path = "memberships";
        session
            .client
            .send(Method::POST, path, Some(&first))
            .await?;
    }
    let body = json!({ "account": name, "role": role, "organization": org, "space": space });
    let answer = session
        .client
        .send(Method::POST, "memberships", Some(&body))
        .await?;
    let place = membership.place();
    session.done(
        &answer,
        &format!("{name} has the role {role} in {place} now"),
    );
    Ok(())
}

/// Whether the account has a role in the organization itself.
async fn in_organization(membership: &Membership, session: &Session) -> anyhow::Result<bool> {
    let answer = session.client.get(&membership.query(None)).await?;
    let there = items(&answer).iter();
    Ok(there.into_iter().any(|one| one.get("space").is_none()))
}

async fn revoke(membership: Membership, session: &Session) -> anyhow::Result<()> {
    let (name, place) = (&membership.name, membership.place());
    let role = full_role(&membership.role, membership.space.is_some());
    let query = membership.query(membership.space.as_deref());
    let answer = session.client.get(&query).await?;
    let there = items(&answer).iter();
    let found = there.into_iter().find(|one| cell(one.get("role")) == role);
    let found =
        found.with_context(|| format!("{name} does not have the role {role} in {place}"))?;
    let path = format!("memberships/{}", cell(found.get("guid")));
    let answer = session.client.send(Method::DELETE, &path, None).await?;
    let text = format!("{name} does not have the role {role} in {place} any more");
    session.show(&answer, |_| line(paint(GOOD, text)));
    Ok(())
}

impl Membership {
    /// Where the role holds, in words.
    fn place(&self) -> String {
        match &self.space {
            Some(space) => format!("space {space} of {}", self.org),
            None => format!("organization {}", self.org),
        }
    }

    /// Asks for the roles of the account in the organization, or in a space of it.
    fn query(&self, space: Option<&str>) -> String {
        let (name, org) = (segment(&self.name), segment(&self.org));
        let mut query = format!("memberships?account={name}&organization={org}");
        if let Some(space) = space {
            query.push_str(&format!("&space={}", segment(space)));
        }
        query
    }
}

/// The whole name of a role, which may be given without what it is a role in.
fn full_role(role: &str, in_space: bool) -> String {
    let prefix = if in_space { "space_" } else { "organization_" };
    if role.starts_with("space_") || role.starts_with("organization_") {
        return role.to_owned();
    }
    format!("{prefix}{role}")
}

fn path(name: &str) -> String {
    format!("accounts/{}", segment(name))
}

async fn patch(name: &str, body: &Value, session: &Session) -> anyhow::Result<Value> {
    session
        .client
        .send(Method::PATCH, &path(name), Some(body))
        .await
}

/// The password from standard input, without the line end: arguments would show in process lists.
fn read_password() -> anyhow::Result<Secret<String>> {
    let mut text = String::new();
    std::io::stdin()
        .take(64 * 1024)
        .read_to_string(&mut text)
        .context("cannot read the password from standard input")?;
    let text = Secret::new(text);
    let password = text.expose().trim_end_matches(['\r', '\n']);
    Ok(Secret::new(password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_may_be_given_without_their_prefix() {
        let cases = [
            ("manager", false, "organization_manager"),
            ("manager", true, "space_manager"),
            ("space_developer", true, "space_developer"),
            // Told by the server, which knows what goes together.
            ("organization_user", true, "organization_user"),
        ];
        for (role, in_space, expected) in cases {
            assert_eq!(full_role(role, in_space), expected);
        }
    }
}
