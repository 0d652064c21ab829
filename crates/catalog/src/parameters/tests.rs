use lockgate_testkit::tenant;
use serde_json::json;

use super::*;

type Outcome = Result<(Parameters, Vec<String>), FieldErrors>;

fn applied(plan: Plan, given: Value) -> Outcome {
    let custom_roles = ["Orders.write".parse().unwrap()];
    let tenant = tenant();
    let rules = Rules {
        tenant: &tenant,
        plan,
        custom_roles: &custom_roles,
    };
    let (mut parameters, mut errors) = (defaults(plan), FieldErrors::default());
    let warnings = rules.apply(Some(given), &mut parameters, &mut errors);
    errors.check().map(|()| (parameters, warnings))
}

fn flow(given: Value) -> Parameters {
    applied(Plan::IntegrationFlow, given).unwrap().0
}

#[test]
fn plans_have_their_documented_defaults() {
    let parameters = flow(json!({}));
    assert_eq!(parameters.roles, ["ESBMessaging.send".parse().unwrap()]);
    assert_eq!(parameters.grant_types, ["client_credentials"]);
    assert_eq!(parameters.redirect_uris, [""; 0]);
    assert_eq!(parameters.token_validity, 3_600);
    assert_eq!(defaults(Plan::Api).token_validity, 43_200);
}

#[test]
fn given_parameters_replace_and_absent_ones_stay() {
    let parameters = flow(json!({
        "roles": ["Orders.write", "ESBMessaging.send", "Orders.write"],
        "redirect-uris": ["https://app.example.org/callback"],
        "token-validity": 86_400,
    }));
    let roles: Vec<_> = parameters.roles.iter().map(RoleName::as_str).collect();
    assert_eq!(roles, ["Orders.write", "ESBMessaging.send"]);
    assert_eq!(parameters.grant_types, ["client_credentials"]);
    assert_eq!(
        parameters.redirect_uris,
        ["https://app.example.org/callback"]
    );
    assert_eq!(parameters.token_validity, 86_400);
    assert!(flow(json!({"roles": []})).roles.is_empty());
}

#[test]
fn certificate_grants_of_old_are_refused_until_they_are_replaced() {
    let rules = Rules {
        tenant: &tenant(),
        plan: Plan::IntegrationFlow,
        custom_roles: &[],
    };
    let update = |before: &[&str], given: Value| {
        let grant_types = before.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = Parameters {
            grant_types,
            ..defaults(rules.plan)
        };
        let mut errors = FieldErrors::default();
        rules.apply(Some(given), &mut parameters, &mut errors);
        errors.check().map(|()| parameters.grant_types)
    };
    let (old, new) = ("client_x509", "client_credentials");
    let refused: [(&[&str], Value); 4] = [
        (&[new], json!({"grant-types": [old]})),
        (&[new], json!({"grant-types": [new, old]})),
        (&[old], json!({"token-validity": 7200})),
        (&[old, new], json!({})),
    ];
    for (before, given) in refused {
        let errors = update(before, given.clone()).unwrap_err();
        assert_eq!(
            errors.as_slice()[0].field,
            "parameters.grant-types",
            "{given}"
        );
        assert!(
            errors
                .to_string()
                .contains("replace it with client_credentials")
        );
    }
    let replaced = update(&[old], json!({"grant-types": [new]}));
    assert_eq!(replaced, Ok(vec![new.to_owned()]));
}

#[test]
fn grants_that_the_token_server_lacks_are_kept_with_a_warning() {
    let bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let grants = ["client_credentials", "password", bearer];
    let given = json!({"grant-types": grants});
    let (parameters, warnings) = applied(Plan::IntegrationFlow, given).unwrap();
    assert_eq!(parameters.grant_types, grants);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("password"), "{warnings:?}");
}

/// Plan, parameters, the field that is wrong and a part of what is said about it.
const WRONG: &str = r#"
integration-flow | []                                     | parameters                  | must be a JSON object, not a list
integration-flow | {"role": []}                           | parameters.role             | is unknown; known here: roles, grant-types
integration-flow | {"roles": "x"}                         | parameters.roles            | must be a list of texts
integration-flow | {"roles": [1]}                         | parameters.roles[0]         | must be text
integration-flow | {"roles": ["Orders.write", "a b"]}     | parameters.roles[1]         | not ' '
integration-flow | {"roles": [""]}                        | parameters.roles[0]         | 1 to 64
integration-flow | {"roles": ["Nope"]}                    | parameters.roles[0]         | lockgate role create Nope
integration-flow | {"roles": ["ESBmessaging.send"]}       | parameters.roles[0]         | did you mean ESBMessaging.send
integration-flow | {"roles": ["MonitoringDataRead"]}      | parameters.roles[0]         | belongs to the plan api
api              | {"roles": ["Orders.write"]}            | parameters.roles[0]         | plan api's fixed roles
api              | {"roles": ["ESBMessaging.send"]}       | parameters.roles[0]         | plan api's fixed roles
api              | {"roles": []}                          | parameters.roles            | at least one role
api              | {}                                     | parameters.roles            | at least one role
integration-flow | {"grant-types": []}                    | parameters.grant-types      | at least one
integration-flow | {"grant-types": ["implicit"]}          | parameters.grant-types[0]   | must be one of client_credentials
integration-flow | {"grant-types": ["CLIENT_CREDENTIALS"]}| parameters.grant-types[0]   | must be one of client_credentials
integration-flow | {"redirect-uris": ["/x"]}              | parameters.redirect-uris[0] | absolute
integration-flow | {"redirect-uris": ["https:///x"]}      | parameters.redirect-uris[0] | absolute
integration-flow | {"redirect-uris": ["https://a/#b"]}    | parameters.redirect-uris[0] | without a fragment
integration-flow | {"redirect-uris": ["https://a/ b"]}    | parameters.redirect-uris[0] | absolute
integration-flow | {"token-validity": 3599}               | parameters.token-validity   | from 3600 to 86400, not 3599
integration-flow | {"token-validity": 86401}              | parameters.token-validity   | from 3600 to 86400, not 86401
integration-flow | {"token-validity": "3600"}             | parameters.token-validity   | not text
integration-flow | {"token-validity": 3600.5}             | parameters.token-validity   | whole number
"#;

#[test]
fn each_error_names_its_field() {
    for line in WRONG.trim().lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [plan, given, field, message] = cells[..] else {
            panic!("{line}");
        };
        let given = serde_json::from_str(given).unwrap();
        let errors = applied(Plan::from_name(plan).unwrap(), given).unwrap_err();
        let [error] = errors.as_slice() else {
            panic!("{line}: {errors}");
        };
        assert_eq!(error.field, field, "{line}");
        assert!(error.message.contains(message), "{line}: {errors}");
    }
}

#[test]
fn lists_and_uris_are_bounded() {
    let uri = |length: usize| format!("https://a/{}", "x".repeat(length - 10));
    let refused = |given: Value| {
        let errors = applied(Plan::IntegrationFlow, given).unwrap_err();
        errors.as_slice()[0].field.clone()
    };
    let roles = |count: usize| json!({"roles": vec!["Orders.write"; count]});
    assert_eq!(flow(roles(limits::INSTANCE_LIST)).roles.len(), 1);
    assert_eq!(
        refused(roles(limits::INSTANCE_LIST + 1)),
        "parameters.roles"
    );
    let uris = |length: usize| json!({"redirect-uris": [uri(length)]});
    assert_eq!(flow(uris(limits::REDIRECT_URI)).redirect_uris.len(), 1);
    assert_eq!(
        refused(uris(limits::REDIRECT_URI + 1)),
        "parameters.redirect-uris[0]"
    );
}

#[test]
fn all_errors_are_reported_at_once() {
    let given = json!({"roles": ["a b", "Nope"], "token-validity": 1, "x": 1});
    let errors = applied(Plan::IntegrationFlow, given).unwrap_err();
    let fields: Vec<_> = errors.as_slice().iter().map(|e| e.field.as_str()).collect();
    let expected = [
        "parameters.roles[0]",
        "parameters.roles[1]",
        "parameters.token-validity",
        "parameters.x",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn roles_that_would_not_fit_a_token_are_refused() {
    let name = |n: usize| format!("R{n:063}");
    let custom_roles: Vec<RoleName> = (0..60).map(|n| name(n).parse().unwrap()).collect();
    let tenant = tenant();
    let rules = Rules {
        tenant: &tenant,
        plan: Plan::IntegrationFlow,
        custom_roles: &custom_roles,
    };
    let errors_for = |count: usize| {
        let roles: Vec<String> = (0..count).map(name).collect();
        let (mut parameters, mut errors) = (defaults(rules.plan), FieldErrors::default());
        rules.apply(Some(json!({"roles": roles})), &mut parameters, &mut errors);
        errors
    };
    assert!(errors_for(43).is_empty());
    assert_eq!(errors_for(44).as_slice()[0].field, "parameters.roles");
}

#[test]
fn the_plan_api_offers_each_role_once_and_in_order() {
    assert!(API_ROLES.is_sorted_by(|a, b| a < b));
    assert!(
        API_ROLES
            .iter()
            .all(|name| name.parse::<RoleName>().is_ok())
    );
    let (parameters, _) = applied(Plan::Api, json!({"roles": API_ROLES.as_slice()})).unwrap();
    assert_eq!(parameters.roles.len(), API_ROLES.len());
}
