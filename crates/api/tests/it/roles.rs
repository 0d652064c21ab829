//! Who may do what with packages, artifacts and deployments.

use crate::world::{World, basic};

const READ: &str = "WorkspacePackagesRead";
const EDIT: &str = "WorkspacePackagesEdit";
const CONFIGURE: &str = "WorkspacePackagesConfigure";
const DEPLOY: &str = "WorkspaceArtifactsDeploy";
const MONITOR: &str = "MonitoringDataRead";
const UNDEPLOY: &str = "MonitoringArtifactsDeploy";
const LOCKS: &str = "WorkspaceArtifactLocksRead";
const DEVELOPER: &str = "AuthGroup_IntegrationDeveloper";
const READER: &str = "AuthGroup_ReadOnly";

/// Everybody has the role that is the name.
const PEOPLE: [(&str, &[&str]); 9] = [
    (READ, &[READ]),
    (EDIT, &[EDIT]),
    (CONFIGURE, &[CONFIGURE]),
    (DEPLOY, &[DEPLOY]),
    (MONITOR, &[MONITOR]),
    (UNDEPLOY, &[UNDEPLOY]),
    (LOCKS, &[LOCKS]),
    (DEVELOPER, &[DEVELOPER]),
    (READER, &[READER]),
];

const FLOW: &str = "IntegrationDesigntimeArtifacts(Id='F',Version='active')";

/// Method, path, and who may; `F/` stands for a flow.
const CALLS: [(&str, &str, &[&str]); 13] = [
    (
        "GET",
        "IntegrationPackages",
        &[READ, EDIT, DEVELOPER, READER],
    ),
    ("GET", "F/$value", &[READ, EDIT, DEVELOPER, READER]),
    ("GET", "F/Configurations", &[READ, EDIT, DEVELOPER, READER]),
    ("POST", "IntegrationPackages", &[EDIT, DEVELOPER]),
    ("PUT", "F/", &[EDIT, DEVELOPER]),
    ("DELETE", "F/", &[EDIT, DEVELOPER]),
    ("POST", "F/Resources", &[EDIT, DEVELOPER]),
    (
        "PUT",
        "F/$links/Configurations('A')",
        &[CONFIGURE, DEVELOPER],
    ),
    (
        "POST",
        "DeployIntegrationDesigntimeArtifact?Id='F'&Version='active'",
        &[DEPLOY, DEVELOPER],
    ),
    (
        "DELETE",
        "IntegrationRuntimeArtifacts('F')",
        &[DEPLOY, UNDEPLOY, DEVELOPER],
    ),
    (
        "GET",
        "IntegrationRuntimeArtifacts",
        &[MONITOR, DEVELOPER, READER],
    ),
    ("GET", "ServiceEndpoints", &[MONITOR, DEVELOPER, READER]),
    (
        "GET",
        "IntegrationDesigntimeLocks",
        &[LOCKS, DEVELOPER, READER],
    ),
];

#[tokio::test]
async fn each_call_needs_its_role() {
    let world = World::with_people(&PEOPLE).await;
    for (method, path, may) in CALLS {
        let path = path.replace("F/", &format!("{FLOW}/"));
        for (person, _) in PEOPLE {
            let status = status(&world, person, method, &path).await;
            let was_let_in = status != 403;
            assert_eq!(
                was_let_in,
                may.contains(&person),
                "{person}: {method} {path}: {status}"
            );
        }
    }
}

/// The status that a person gets; who is let in sees that there is no such flow, or an empty list.
async fn status(world: &World, person: &str, method: &str, path: &str) -> u16 {
    let mut headers = vec![
        ("Authorization".to_owned(), basic(person)),
        ("X-CSRF-Token".to_owned(), "Fetch".to_owned()),
    ];
    let fetched = world.send("GET", "/api/v1/", &headers, "").await;
    fetched.headers["x-csrf-token"]
        .to_str()
        .unwrap()
        .clone_into(&mut headers[1].1);
    let target = format!("/api/v1/{path}");
    let answer = world.send(method, &target, &headers, "").await;
    if answer.status == 403 {
        assert!(answer.body.is_empty(), "{}", answer.text());
        assert!(!answer.headers.contains_key("x-csrf-token"));
    }
    answer.status.as_u16()
}
