//! The tenant this server is, and the names derived from it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::InstanceId;
use crate::role::RoleName;

/// A service plan of `it-rt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Plan {
    /// Calls integration flow endpoints.
    #[serde(rename = "integration-flow")]
    IntegrationFlow,
    /// Calls the OData API.
    #[serde(rename = "api")]
    Api,
}

impl Plan {
    /// Every plan, in the order the catalogue lists them.
    pub const ALL: [Self; 2] = [Self::IntegrationFlow, Self::Api];

    /// The plan's name in commands and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IntegrationFlow => "integration-flow",
            Self::Api => "api",
        }
    }

    /// The plan called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.name() == name)
    }
}

/// Who this server is towards clients. All URLs come from here, never from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Subdomain-like name, `[a-z0-9-]{1,63}`; part of client ids.
    pub name: String,
    /// Zone id, claim `zid`.
    pub zone_id: Uuid,
    /// The number behind `!b` of clients.
    pub client_number: u32,
    /// The number behind `!b` of the service itself.
    pub service_number: u32,
    /// Base URL of the token server without a trailing slash, such as `http://localhost:8080`.
    pub token_base: String,
    /// Base URL of the token server's listener that asks for client certificates, key field
    /// `certurl`; `None` when there is none.
    pub certificate_base: Option<String>,
    /// Base URL of the runtime without a trailing slash; flows live below `/http`.
    pub runtime_base: String,
    /// Base URL of the API: Cloud Foundry below `/v3`, OData below `/api/v1`.
    pub api_base: String,
}

impl Tenant {
    /// The application name that scopes start with: `it-rt-<tenant>!b<n>` for flows, `it!b<n>` for
    /// the API.
    #[must_use]
    pub fn app_name(&self, plan: Plan) -> String {
        match plan {
            Plan::IntegrationFlow => format!("it-rt-{}!b{}", self.name, self.service_number),
            Plan::Api => format!("it!b{}", self.service_number),
        }
    }

    /// The OAuth client id of an instance: `sb-<guid>!b<n>|<app name>`.
    #[must_use]
    pub fn client_id(&self, instance: InstanceId, plan: Plan) -> String {
        format!(
            "sb-{instance}!b{}|{}",
            self.client_number,
            self.app_name(plan)
        )
    }

    /// The scope that carries `role` in tokens.
    #[must_use]
    pub fn scope(&self, plan: Plan, role: &RoleName) -> String {
        format!("{}.{role}", self.app_name(plan))
    }

    /// The token endpoint, field `tokenurl` of a service key.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.token_base)
    }

    /// The token endpoint for clients that authenticate with a certificate, if there is one.
    #[must_use]
    pub fn certificate_token_url(&self) -> Option<String> {
        let base = self.certificate_base.as_ref()?;
        Some(format!("{base}/oauth/token"))
    }

    /// The issuer, claim `iss`; the same text as the token endpoint.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.token_url()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant() -> Tenant {
        Tenant {
            name: "acme".to_owned(),
            zone_id: Uuid::from_u128(1),
            client_number: 2207,
            service_number: 101,
            token_base: "https://acme.authentication.example.org".to_owned(),
            certificate_base: None,
            runtime_base: "https://acme.example.org".to_owned(),
            api_base: "https://api.example.org".to_owned(),
        }
    }

    #[test]
    fn names_have_the_documented_formats() {
        let (tenant, instance) = (tenant(), InstanceId(Uuid::from_u128(0x1f0e)));
        assert_eq!(
            tenant.client_id(instance, Plan::IntegrationFlow),
            "sb-00000000-0000-0000-0000-000000001f0e!b2207|it-rt-acme!b101"
        );
        assert_eq!(
            tenant.client_id(instance, Plan::Api),
            "sb-00000000-0000-0000-0000-000000001f0e!b2207|it!b101"
        );
        let role = "ESBMessaging.send".parse().unwrap();
        assert_eq!(
            tenant.scope(Plan::IntegrationFlow, &role),
            "it-rt-acme!b101.ESBMessaging.send"
        );
    }

    #[test]
    fn plans_are_found_by_name() {
        assert_eq!(Plan::from_name("api"), Some(Plan::Api));
        assert_eq!(Plan::from_name("API"), None);
    }
}
