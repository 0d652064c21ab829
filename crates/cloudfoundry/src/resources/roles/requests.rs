//! What a request to give a role says.

use lockgate_core::account::{OrgRole, SpaceRole};
use lockgate_core::input::Fields;
use lockgate_store::accounts::Account;

use crate::body::{Body, Relationships, short};
use crate::failure::Failure;
use crate::resources::users;

/// A role to give: which, where, to whom.
pub(super) struct Asked {
    pub(super) role: AskedRole,
    pub(super) user: Wanted,
}

/// A role, and the guid of the place where it is to hold, as it was written.
pub(super) enum AskedRole {
    Org(OrgRole, String),
    Space(SpaceRole, String),
}

/// How a request names a user.
pub(super) enum Wanted {
    Guid(String),
    Name { username: String, origin: String },
}

/// Reads the body of a request.
pub(super) fn read(body: Body) -> Result<Asked, Failure> {
    let asked = body.read(&["type", "relationships"], |fields| {
        let to = Relationships::read(fields, &["user", "organization", "space"]);
        let role = role(fields, &to);
        if to.has("organization") && to.has("space") {
            let message = "must not name both an organization and a space";
            fields.error("relationships", message);
        }
        let user = user(fields, &to);
        Some(Asked {
            role: role?,
            user: user?,
        })
    })?;
    Ok(asked.expect("invariant: what is missing is an error"))
}

fn role(fields: &mut Fields<'_>, to: &Relationships) -> Option<AskedRole> {
    let name = fields.required_text("type")?;
    if let Some(role) = OrgRole::from_name(&name) {
        Some(AskedRole::Org(role, to.guid(fields, "organization")?))
    } else if let Some(role) = SpaceRole::from_name(&name) {
        Some(AskedRole::Space(role, to.guid(fields, "space")?))
    } else {
        let message = "must be one of the roles in organizations and spaces";
        fields.error("type", message);
        None
    }
}

fn user(fields: &mut Fields<'_>, to: &Relationships) -> Option<Wanted> {
    match (to.text("user", "guid"), to.text("user", "username")) {
        (Some(guid), None) => Some(Wanted::Guid(guid.to_owned())),
        (None, Some(username)) => Some(Wanted::Name {
            username: username.to_owned(),
            origin: to
                .text("user", "origin")
                .unwrap_or(users::ORIGIN)
                .to_owned(),
        }),
        _ => {
            fields.error("relationships.user", "must have a guid or a username");
            None
        }
    }
}

impl Wanted {
    /// The account that is meant. Who sets roles by hand knows tools by their names, too.
    pub(super) fn find(self, users: &[Account]) -> Result<&Account, Failure> {
        match self {
            Self::Guid(guid) => {
                let user = users.iter().find(|user| users::guid_of(user) == guid);
                user.ok_or_else(|| {
                    Failure::unprocessable(
                        "Invalid user. Ensure that the user exists and you have access to it.",
                    )
                })
            }
            Self::Name { username, origin } => {
                let folded = username.to_lowercase();
                let meant =
                    |user: &&Account| origin == users::ORIGIN && user.name.to_lowercase() == folded;
                users.iter().find(meant).ok_or_else(|| {
                    let (username, origin) = (short(&username), short(&origin));
                    Failure::unprocessable(format!(
                        "No user exists with the username '{username}' and origin '{origin}'."
                    ))
                })
            }
        }
    }
}
