//! Role names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The role a flow asks for unless it names another.
pub const MESSAGING_SEND: &str = "ESBMessaging.send";
/// The role of API artifacts.
pub const API_INVOKE: &str = "API.invoke";
/// Roles that exist from the start and cannot be changed or deleted, with what they allow.
pub const PREDEFINED: [(&str, &str); 2] = [
    (
        MESSAGING_SEND,
        "Send messages to integration flow endpoints",
    ),
    (API_INVOKE, "Invoke API artifacts"),
];

/// The roles of the plan `api`. Fixed: each opens a part of the OData API.
pub const API_ROLES: [&str; 50] = [
    "AccessAllAccessPoliciesArtifacts",
    "AccessPoliciesEdit",
    "AccessPoliciesRead",
    "AuthGroup_Administrator",
    "AuthGroup_BusinessExpert",
    "AuthGroup_ContentPublisher",
    "AuthGroup_IntegrationDeveloper",
    "AuthGroup_ReadOnly",
    "AuthGroup_SystemDeveloper",
    "AuthGroup_TenantPartnerDirectoryConfigurator",
    "B2bInterchangeOperate",
    "B2bInterchangePayloadRead",
    "B2bInterchangeRead",
    "CatalogPackageArtifactsRead",
    "CatalogPackagesCopy",
    "CatalogPackagesRead",
    "CredentialsEdit",
    "CredentialsRead",
    "DataArchivingActivate",
    "DataArchivingRead",
    "DataStorePayloadsRead",
    "DataStoresAndQueuesConfig",
    "DataStoresAndQueuesDelete",
    "DataStoresAndQueuesRead",
    "ExternalLoggingActivate",
    "ExternalLoggingActivationRead",
    "HealthCheckMonitoringDataRead",
    "IntegrationCellOperationCockpitRead",
    "IntegrationCellOperationCockpitWrite",
    "MessagePayloadsRead",
    "MessageProcessingLocksDelete",
    "MessageProcessingLocksRead",
    "MonitoringArtifactsDeploy",
    "MonitoringDataRead",
    "QueuesActivate",
    "QueuesRetry",
    "SecurityMaterialDownload",
    "SecurityMaterialEdit",
    "TraceConfigurationEdit",
    "TraceConfigurationRead",
    "UserRolesEdit",
    "WebToolingSettingsProductProfiles.savetenantconfiguration",
    "WorkspaceArtifactLocksDelete",
    "WorkspaceArtifactLocksRead",
    "WorkspaceArtifactsDeploy",
    "WorkspaceDesignGuidelinesConfigure",
    "WorkspacePackagesConfigure",
    "WorkspacePackagesEdit",
    "WorkspacePackagesRead",
    "WorkspacePackagesTransport",
];

/// A role name: 1 to 64 characters of `[A-Za-z0-9_.]`, compared exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

/// Why a text is not a role name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidRole {
    /// Empty, or longer than 64 characters.
    #[error("a role name has 1 to 64 characters")]
    Length,
    /// Contains something outside `[A-Za-z0-9_.]`.
    #[error("a role name may contain letters, digits, '_' and '.' only, not {0:?}")]
    Character(char),
}

impl RoleName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the role opens a part of the API.
    #[must_use]
    pub fn is_of_api(&self) -> bool {
        API_ROLES.contains(&self.as_str())
    }

    /// Whether the role exists from the start and is fixed.
    #[must_use]
    pub fn is_predefined(&self) -> bool {
        PREDEFINED.iter().any(|(name, _)| *name == self.0)
    }
}

impl FromStr for RoleName {
    type Err = InvalidRole;
    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let illegal = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        match text.chars().find(illegal) {
            Some(c) => Err(InvalidRole::Character(c)),
            None if (1..=64).contains(&text.len()) => Ok(Self(text.to_owned())),
            None => Err(InvalidRole::Length),
        }
    }
}

impl TryFrom<String> for RoleName {
    type Error = InvalidRole;
    fn try_from(text: String) -> Result<Self, InvalidRole> {
        text.parse()
    }
}

impl From<RoleName> for String {
    fn from(role: RoleName) -> Self {
        role.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_names_are_exact_and_bounded() {
        assert!(
            "ESBMessaging.send"
                .parse::<RoleName>()
                .unwrap()
                .is_predefined()
        );
        assert!(
            !"ESBmessaging.send"
                .parse::<RoleName>()
                .unwrap()
                .is_predefined()
        );
        assert_eq!(
            "a b".parse::<RoleName>().unwrap_err(),
            InvalidRole::Character(' ')
        );
        assert_eq!(
            "ä".parse::<RoleName>().unwrap_err(),
            InvalidRole::Character('ä')
        );
        assert_eq!("".parse::<RoleName>().unwrap_err(), InvalidRole::Length);
        assert_eq!(
            "x".repeat(65).parse::<RoleName>().unwrap_err(),
            InvalidRole::Length
        );
        assert!("x".repeat(64).parse::<RoleName>().is_ok());
    }
}
