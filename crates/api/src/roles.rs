//! The roles of plan `api`, and the roles that they contain.

/// A role by which callers are let in.
macro_rules! roles {
    ($($constant:ident = $name:literal;)*) => {
        $(#[doc = concat!("`", $name, "`")] pub const $constant: &str = $name;)*
        /// Every role.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

roles! {
    PACKAGES_READ = "WorkspacePackagesRead";
    PACKAGES_EDIT = "WorkspacePackagesEdit";
    PACKAGES_CONFIGURE = "WorkspacePackagesConfigure";
    ARTIFACTS_DEPLOY = "WorkspaceArtifactsDeploy";
    CATALOG_PACKAGES_READ = "CatalogPackagesRead";
    CATALOG_ARTIFACTS_READ = "CatalogPackageArtifactsRead";
    CATALOG_PACKAGES_COPY = "CatalogPackagesCopy";
    ARTIFACT_LOCKS_READ = "WorkspaceArtifactLocksRead";
    ARTIFACT_LOCKS_DELETE = "WorkspaceArtifactLocksDelete";
    MONITORING_READ = "MonitoringDataRead";
    MONITORING_DEPLOY = "MonitoringArtifactsDeploy";
    PAYLOADS_READ = "MessagePayloadsRead";
    TRACE_READ = "TraceConfigurationRead";
    TRACE_EDIT = "TraceConfigurationEdit";
    DATA_STORES_READ = "DataStoresAndQueuesRead";
    DATA_STORE_PAYLOADS_READ = "DataStorePayloadsRead";
    DATA_STORES_DELETE = "DataStoresAndQueuesDelete";
    DATA_STORES_CONFIG = "DataStoresAndQueuesConfig";
    QUEUES_ACTIVATE = "QueuesActivate";
    QUEUES_RETRY = "QueuesRetry";
    CREDENTIALS_READ = "CredentialsRead";
    CREDENTIALS_EDIT = "CredentialsEdit";
    SECURITY_MATERIAL_EDIT = "SecurityMaterialEdit";
    SECURITY_MATERIAL_DOWNLOAD = "SecurityMaterialDownload";
    ACCESS_POLICIES_READ = "AccessPoliciesRead";
    ACCESS_POLICIES_EDIT = "AccessPoliciesEdit";
    ALL_ARTIFACTS = "AccessAllAccessPoliciesArtifacts";
    PROCESSING_LOCKS_READ = "MessageProcessingLocksRead";
    PROCESSING_LOCKS_DELETE = "MessageProcessingLocksDelete";
    EXTERNAL_LOGGING_ACTIVATE = "ExternalLoggingActivate";
    EXTERNAL_LOGGING_READ = "ExternalLoggingActivationRead";
    HEALTH_READ = "HealthCheckMonitoringDataRead";
    PARTNER_DIRECTORY = "AuthGroup_TenantPartnerDirectoryConfigurator";
    TENANT_CONFIGURATION = "WebToolingSettingsProductProfiles.savetenantconfiguration";
}

/// What a developer of flows may read and do.
const DEVELOPER: &[&str] = &[
    PACKAGES_READ,
    PACKAGES_EDIT,
    PACKAGES_CONFIGURE,
    ARTIFACTS_DEPLOY,
    CATALOG_PACKAGES_READ,
    CATALOG_ARTIFACTS_READ,
    CATALOG_PACKAGES_COPY,
    ARTIFACT_LOCKS_READ,
    MONITORING_READ,
    MONITORING_DEPLOY,
    CREDENTIALS_READ,
    CREDENTIALS_EDIT,
    ACCESS_POLICIES_READ,
    DATA_STORES_READ,
    TRACE_READ,
    TRACE_EDIT,
    QUEUES_RETRY,
    PROCESSING_LOCKS_READ,
];

/// What an administrator of the tenant may read and do.
const ADMINISTRATOR: &[&str] = &[
    PACKAGES_READ,
    ARTIFACTS_DEPLOY,
    ARTIFACT_LOCKS_READ,
    ARTIFACT_LOCKS_DELETE,
    MONITORING_READ,
    MONITORING_DEPLOY,
    CREDENTIALS_READ,
    CREDENTIALS_EDIT,
    SECURITY_MATERIAL_EDIT,
    SECURITY_MATERIAL_DOWNLOAD,
    ACCESS_POLICIES_READ,
    ACCESS_POLICIES_EDIT,
    DATA_STORES_READ,
    DATA_STORES_DELETE,
    DATA_STORES_CONFIG,
    QUEUES_ACTIVATE,
    QUEUES_RETRY,
    PROCESSING_LOCKS_READ,
    PROCESSING_LOCKS_DELETE,
    EXTERNAL_LOGGING_ACTIVATE,
    EXTERNAL_LOGGING_READ,
    HEALTH_READ,
    TRACE_READ,
    TENANT_CONFIGURATION,
];

/// What somebody who looks after the business may read and do.
const BUSINESS_EXPERT: &[&str] = &[
    PACKAGES_READ,
    MONITORING_READ,
    DATA_STORES_READ,
    PAYLOADS_READ,
    DATA_STORE_PAYLOADS_READ,
    TRACE_READ,
    TRACE_EDIT,
];

/// What somebody who only looks may read: no payloads.
const READ_ONLY: &[&str] = &[
    PACKAGES_READ,
    CATALOG_PACKAGES_READ,
    CATALOG_ARTIFACTS_READ,
    ARTIFACT_LOCKS_READ,
    MONITORING_READ,
    DATA_STORES_READ,
    ACCESS_POLICIES_READ,
    PROCESSING_LOCKS_READ,
    EXTERNAL_LOGGING_READ,
    HEALTH_READ,
    TRACE_READ,
];

/// The roles that `role` contains besides itself.
#[must_use]
pub fn contained(role: &str) -> &'static [&'static str] {
    match role {
        PACKAGES_EDIT => &[PACKAGES_READ],
        ARTIFACT_LOCKS_DELETE => &[ARTIFACT_LOCKS_READ],
        DATA_STORES_DELETE => &[DATA_STORES_READ],
        ACCESS_POLICIES_EDIT => &[ACCESS_POLICIES_READ],
        TRACE_EDIT => &[TRACE_READ],
        PROCESSING_LOCKS_DELETE => &[PROCESSING_LOCKS_READ],
        EXTERNAL_LOGGING_ACTIVATE => &[EXTERNAL_LOGGING_READ],
        "AuthGroup_IntegrationDeveloper" => DEVELOPER,
        "AuthGroup_Administrator" => ADMINISTRATOR,
        "AuthGroup_BusinessExpert" => BUSINESS_EXPERT,
        "AuthGroup_ReadOnly" => READ_ONLY,
        "AuthGroup_SystemDeveloper" => SYSTEM_DEVELOPER,
        _ => &[],
    }
}

/// What somebody who supports the tenant may read.
const SYSTEM_DEVELOPER: &[&str] = &[
    PACKAGES_READ,
    MONITORING_READ,
    DATA_STORES_READ,
    ACCESS_POLICIES_READ,
    PROCESSING_LOCKS_READ,
    HEALTH_READ,
    TRACE_READ,
    TRACE_EDIT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_edit_is_to_read_but_payloads_are_apart() {
        for (role, reading) in [
            (PACKAGES_EDIT, PACKAGES_READ),
            (ACCESS_POLICIES_EDIT, ACCESS_POLICIES_READ),
            (TRACE_EDIT, TRACE_READ),
        ] {
            assert!(contained(role).contains(&reading), "{role}");
        }
        assert!(!contained(DATA_STORE_PAYLOADS_READ).contains(&DATA_STORES_READ));
        for role in READ_ONLY {
            assert!(role.ends_with("Read"), "{role}");
        }
        assert!(!READ_ONLY.contains(&PAYLOADS_READ));
        assert!(!ADMINISTRATOR.contains(&PAYLOADS_READ));
    }

    #[test]
    fn what_a_bundle_contains_is_a_role() {
        for bundle in [
            DEVELOPER,
            ADMINISTRATOR,
            BUSINESS_EXPERT,
            READ_ONLY,
            SYSTEM_DEVELOPER,
        ] {
            assert!(bundle.iter().all(|role| ALL.contains(role)));
        }
    }
}
