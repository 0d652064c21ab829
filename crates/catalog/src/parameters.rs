//! What an instance may ask for: the JSON parameters of the plans, their defaults and rules.

use lockgate_core::input::{FieldErrors, Fields};
use lockgate_core::limits;
use lockgate_core::role::{self, API_ROLES, RoleName};
use lockgate_core::tenant::{Plan, Tenant};
use lockgate_store::instances::Parameters;
use serde_json::Value;

/// The grant that service-to-service clients use.
pub(crate) const CLIENT_CREDENTIALS: &str = "client_credentials";
/// The grant that turns another issuer's token into one of this server.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Grants that an instance may name.
pub(crate) const GRANT_TYPES: [&str; 6] = [
    CLIENT_CREDENTIALS,
    "authorization_code",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    JWT_BEARER,
];
/// Those of them that the token server offers to instances.
const SERVED_GRANTS: [&str; 4] = [
    CLIENT_CREDENTIALS,
    "authorization_code",
    "refresh_token",
    JWT_BEARER,
];
/// The name that older instances use for client credentials with a certificate. Out of use: an
/// instance that still has it gets no new keys and is changed only by replacing it.
const CLIENT_X509: &str = "client_x509";

/// Shortest and longest life of tokens, in seconds.
pub(crate) const TOKEN_VALIDITY: std::ops::RangeInclusive<i64> = 3_600..=86_400;

/// The parameters of an instance that names none.
///
/// The plan `api` has no default role: a request has to name at least one.
#[must_use]
pub(crate) fn defaults(plan: Plan) -> Parameters {
    let send = role::MESSAGING_SEND.parse();
    let (roles, token_validity) = match plan {
        Plan::IntegrationFlow => (
            vec![send.expect("invariant: predefined role names are legal")],
            3_600,
        ),
        Plan::Api => (vec![], 43_200),
    };
    Parameters {
        roles,
        grant_types: vec![CLIENT_CREDENTIALS.to_owned()],
        redirect_uris: vec![],
        token_validity,
    }
}

/// What given parameters are checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// The tenant, whose name is part of scopes.
    pub(crate) tenant: &'a Tenant,
    /// The plan of the instance.
    pub(crate) plan: Plan,
    /// Custom roles that exist.
    pub(crate) custom_roles: &'a [RoleName],
}

impl Rules<'_> {
    /// Replaces the parameters that `given` names and leaves the others as they are. Lies at the
    /// field `parameters`. Returns what the caller should know although nothing is wrong.
    pub(crate) fn apply(
        &self,
        given: Option<Value>,
        parameters: &mut Parameters,
        errors: &mut FieldErrors,
    ) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(given) = given {
            let mut fields = Fields::of("parameters", given, errors);
            if let Some(roles) = self.roles(&mut fields) {
                parameters.roles = roles;
            }
            if let Some(grant_types) = grant_types(&mut fields, &mut warnings) {
                parameters.grant_types = grant_types;
            }
            if let Some(uris) = redirect_uris(&mut fields) {
                parameters.redirect_uris = uris;
            }
            if let Some(seconds) = fields.integer("token-validity", TOKEN_VALIDITY) {
                parameters.token_validity =
                    u32::try_from(seconds).expect("invariant: the range lies within u32");
            }
            fields.finish();
        }
        if errors.is_empty() {
            self.check_roles(&parameters.roles, errors);
            check_grants(&parameters.grant_types, errors);
        }
        warnings
    }

    fn roles(&self, fields: &mut Fields<'_>) -> Option<Vec<RoleName>> {
        let names = fields.texts("roles", limits::INSTANCE_LIST)?;
        let mut roles = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            match self.role(name) {
                Ok(role) if roles.contains(&role) => {}
                Ok(role) => roles.push(role),
                Err(message) => fields.error(&format!("roles[{index}]"), message),
            }
        }
        Some(roles)
    }

    fn role(&self, name: &str) -> Result<RoleName, String> {
        let role: RoleName = name
            .parse()
            .map_err(|error: role::InvalidRole| error.to_string())?;
        if self.known_roles().any(|known| known == name) {
            return Ok(role);
        }
        let alike = self.known_roles().find(|k| k.eq_ignore_ascii_case(name));
        Err(match (alike, self.plan) {
            (Some(known), _) => {
                format!(
                    "role {name} does not exist; names are case-sensitive, did you mean {known}?"
                )
            }
            (None, Plan::IntegrationFlow) if API_ROLES.contains(&name) => {
                format!("role {name} belongs to the plan api")
            }
            (None, Plan::IntegrationFlow) => {
                format!("role {name} does not exist; create it with: lockgate role create {name}")
            }
            (None, Plan::Api) => format!("role {name} is not one of the plan api's fixed roles"),
        })
    }

    fn known_roles(&self) -> impl Iterator<Item = &str> {
        let (fixed, custom): (Vec<&str>, &[RoleName]) = match self.plan {
            Plan::IntegrationFlow => (
                role::PREDEFINED.iter().map(|(name, _)| *name).collect(),
                self.custom_roles,
            ),
            Plan::Api => (API_ROLES.to_vec(), &[]),
        };
        fixed.into_iter().chain(custom.iter().map(RoleName::as_str))
    }

    /// Rules about the roles that result, whether given now or before.
    fn check_roles(&self, roles: &[RoleName], errors: &mut FieldErrors) {
        if self.plan == Plan::Api && roles.is_empty() {
            errors.add(
                "parameters.roles",
                "the plan api needs at least one role, such as MonitoringDataRead",
            );
        }
        let scopes = roles
            .iter()
            .map(|role| self.tenant.scope(self.plan, role).len() + 1);
        let length: usize = scopes.sum();
        if length > limits::INSTANCE_SCOPES {
            let limit = limits::INSTANCE_SCOPES;
            errors.add(
                "parameters.roles",
                format!(
                    "the scopes of all roles have {length} characters; tokens hold at most {limit}"
                ),
            );
        }
    }
}

/// Whether an instance still has the grant type that came before certificates were a key type.
pub(crate) fn has_client_x509(parameters: &Parameters) -> bool {
    parameters
        .grant_types
        .iter()
        .any(|name| name == CLIENT_X509)
}

/// A grant type from before is no reason to refuse the change that replaces it, so it is what
/// results that is checked.
fn check_grants(grants: &[String], errors: &mut FieldErrors) {
    if grants.iter().any(|name| name == CLIENT_X509) {
        errors.add(
            "parameters.grant-types",
            format!("{CLIENT_X509} is out of use; replace it with {CLIENT_CREDENTIALS}"),
        );
    }
}

fn grant_types(fields: &mut Fields<'_>, warnings: &mut Vec<String>) -> Option<Vec<String>> {
    let names = fields.texts("grant-types", limits::INSTANCE_LIST)?;
    if names.is_empty() {
        fields.error("grant-types", "needs at least one grant type");
    }
    let mut grants: Vec<String> = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        if name != CLIENT_X509 && !GRANT_TYPES.contains(&name.as_str()) {
            let message = format!("must be one of {}", GRANT_TYPES.join(", "));
            fields.error(&format!("grant-types[{index}]"), message);
        } else if !grants.contains(&name) {
            grants.push(name);
        }
    }
    let unserved =
        |grant: &&String| *grant != CLIENT_X509 && !SERVED_GRANTS.contains(&grant.as_str());
    for grant in grants.iter().filter(unserved) {
        let served = SERVED_GRANTS.join(", ");
        warnings.push(format!(
            "grant type {grant} is kept, but the token server offers instances only {served}"
        ));
    }
    Some(grants)
}

fn redirect_uris(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let uris = fields.texts("redirect-uris", limits::INSTANCE_LIST)?;
    for (index, uri) in uris.iter().enumerate() {
        let rest = uri
            .strip_prefix("https://")
            .or_else(|| uri.strip_prefix("http://"));
        let legal = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '\\' | '"' | '<' | '>');
        let absolute = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
        if !absolute || !uri.chars().all(legal) {
            fields.error(
                &format!("redirect-uris[{index}]"),
                "must be an absolute http or https URI without a fragment",
            );
        } else if uri.len() > limits::REDIRECT_URI {
            let message = format!("is longer than {} characters", limits::REDIRECT_URI);
            fields.error(&format!("redirect-uris[{index}]"), message);
        }
    }
    Some(uris)
}

#[cfg(test)]
mod tests;
