//! Senders and receivers.

use lockgate_flow::plan::{
    Authorization, Channel, End, HttpsSender, ReceiverKind, StepSpec, Trigger,
};
use lockgate_flow::schedule::Schedule;

use crate::draft::{Draft, MESSAGE, element, node, sequence};

fn https_draft(pairs: &[(&str, &str)]) -> Draft {
    let mut all = vec![("ComponentType", "HTTPS")];
    all.extend_from_slice(pairs);
    Draft::new().sender("Ch", "Start", &all)
}

fn https(pairs: &[(&str, &str)]) -> HttpsSender {
    match https_draft(pairs).plan().entries.remove(0).trigger {
        Trigger::Https(sender) => sender,
        other => panic!("{other:?}"),
    }
}

#[test]
fn https_defaults_are_safe() {
    let sender = https(&[("urlPath", "/Orders")]);
    assert_eq!((sender.path.as_str(), sender.prefix), ("/Orders", false));
    let role = "ESBMessaging.send".parse().unwrap();
    assert_eq!(sender.authorization, Authorization::Role(role));
    assert!(!sender.csrf_protected);
    assert_eq!(sender.max_body, 40 * 1024 * 1024);
}

#[test]
fn https_settings_are_read() {
    let sender = https(&[
        ("urlPath", "/a/b/*"),
        ("userRole", "Custom.Role"),
        ("senderAuthType", "RoleBased"),
        ("xsrfProtection", "1"),
        ("maximumBodySize", "1"),
    ]);
    assert_eq!((sender.path.as_str(), sender.prefix), ("/a/b", true));
    assert_eq!(
        sender.authorization,
        Authorization::Role("Custom.Role".parse().unwrap())
    );
    assert!(sender.csrf_protected);
    assert_eq!(sender.max_body, 1024 * 1024);
    let rows = "<row><cell id='clientCertificate.subjectDN'>CN=a</cell>\
        <cell id='clientCertificate.issuerDN'>CN=ca</cell></row>";
    let sender = https(&[
        ("urlPath", "/a"),
        ("senderAuthType", "ClientCertificate"),
        ("clientCertificates", rows),
    ]);
    match sender.authorization {
        Authorization::Certificates(pairs) => {
            assert_eq!(
                (pairs[0].subject.as_str(), pairs[0].issuer.as_str()),
                ("CN=a", "CN=ca")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn https_settings_that_cannot_be_served_are_errors() {
    for (path, problem) in [
        ("", "must start with '/'"),
        ("a", "must start with '/'"),
        ("FILLED_BY_CUSTOMER", "must start with '/'"),
        ("/", "has an empty or relative segment"),
        ("/*", "must start with '/'"),
        ("/a/", "has an empty or relative segment"),
        ("/a//b", "has an empty or relative segment"),
        ("/a/../b", "has an empty or relative segment"),
        ("/a*", "may have '*' only as its last segment"),
        ("/*/b", "may have '*' only as its last segment"),
        (
            "/<HTTP Address>",
            "has characters that a path must not have",
        ),
        ("/a?b", "has characters that a path must not have"),
        ("/a%2fb", "has characters that a path must not have"),
        ("/a\\b", "has characters that a path must not have"),
        ("/a;b", "has characters that a path must not have"),
    ] {
        let expected = format!("LG-F0701 Ch: the HTTPS address {problem}");
        assert_eq!(
            https_draft(&[("urlPath", path)]).errors(),
            [expected],
            "{path}"
        );
    }
    let long = format!("/{}", "a".repeat(1_000));
    assert_eq!(
        https_draft(&[("urlPath", &long)]).errors(),
        ["LG-F0701 Ch: the HTTPS address is too long"]
    );
    for (key, value, problem) in [
        ("userRole", "no role", "is not a role name"),
        (
            "senderAuthType",
            "Anonymous",
            "must be RoleBased or ClientCertificate",
        ),
        ("xsrfProtection", "maybe", "must be true or false"),
        (
            "maximumBodySize",
            "0",
            "must be a number of megabytes from 1 to 1024",
        ),
        (
            "maximumBodySize",
            "9999999999999999999999",
            "must be a number of megabytes from 1 to 1024",
        ),
        (
            "maximumBodySize",
            "x",
            "must be a number of megabytes from 1 to 1024",
        ),
    ] {
        let expected = format!("LG-F0404 Ch: {key} {problem}");
        assert_eq!(
            https_draft(&[("urlPath", "/a"), (key, value)]).errors(),
            [expected]
        );
    }
    let empty = "<row><cell id='clientCertificate.subjectDN'/></row>";
    let pairs = [
        ("urlPath", "/a"),
        ("senderAuthType", "ClientCertificate"),
        ("clientCertificates", empty),
    ];
    assert_eq!(
        https_draft(&pairs).errors(),
        ["LG-F0404 Ch: clientCertificates names no certificate"]
    );
}

/// Adds a second main process with a sender of its own.
fn with_second_main(draft: Draft, pairs: &[(&str, &str)]) -> Draft {
    let xml = element("startEvent", "Start2", &[], MESSAGE)
        + &sequence("F2", "Start2", "End2")
        + &element("endEvent", "End2", &[], MESSAGE);
    draft
        .process("Main2", false, &xml)
        .sender("Ch2", "Start2", pairs)
}

#[test]
fn two_entries_must_not_claim_one_address() {
    for (one, other, clash) in [
        ("/a", "/A", true),
        ("/a/*", "/A/b", true),
        ("/a/b", "/a/*", true),
        ("/a/*", "/a", true),
        ("/a/*", "/ab", false),
        ("/a", "/a/b", false),
    ] {
        let pairs = [("ComponentType", "HTTPS"), ("urlPath", other)];
        let reading = with_second_main(https_draft(&[("urlPath", one)]), &pairs).read();
        assert_eq!(
            reading.plan.is_none(),
            clash,
            "{one} {other}: {:?}",
            reading.diagnostics
        );
    }
    for (one, other, clash) in [("/a", "/a", true), ("/a", "/A", false), ("a", "/a", false)] {
        let pairs = [("ComponentType", "ProcessDirect"), ("address", other)];
        let draft = Draft::new().sender(
            "Ch",
            "Start",
            &[("ComponentType", "ProcessDirect"), ("address", one)],
        );
        let reading = with_second_main(draft, &pairs).read();
        assert_eq!(reading.plan.is_none(), clash, "{one} {other}");
    }
}

#[test]
fn two_channels_of_one_start_must_not_claim_one_address() {
    let pairs = [
        ("ComponentType", "HTTPS"),
        ("urlPath", "/a"),
        ("userRole", "Other"),
    ];
    let draft = https_draft(&[("urlPath", "/a")]).sender("Ch2", "Start", &pairs);
    assert_eq!(
        draft.errors(),
        ["LG-F0702 Main: process 'Main' and process 'Main' have the same address"]
    );
}

#[test]
fn process_direct_addresses_are_literal() {
    let draft = |address: &str| {
        let pairs = [("ComponentType", "ProcessDirect"), ("address", address)];
        Draft::new().sender("Ch", "Start", &pairs)
    };
    for address in ["/a/B", "no slash", "<Placeholder>", " blank "] {
        match &draft(address).plan().entries[0].trigger {
            Trigger::ProcessDirect { address: read } => assert_eq!(read, address),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        draft(" ").errors(),
        ["LG-F0701 Ch: the ProcessDirect address is empty"]
    );
}

#[test]
fn a_start_without_a_channel_is_never_triggered() {
    assert!(matches!(
        Draft::new().plan().entries[0].trigger,
        Trigger::Never
    ));
}

#[test]
fn timers_read_their_table_plain_or_as_a_parameter() {
    let rows =
        "<row><cell>schedule1</cell><cell>0+0+1+?+*+*+*&amp;trigger.timeZone=Etc/GMT</cell></row>";
    let draft = |table: &str| {
        let definition = element("timerEventDefinition", "T", &[("scheduleKey", table)], "");
        let main = element("startEvent", "S", &[], &definition)
            + &sequence("F", "S", "E")
            + &element("endEvent", "E", &[], MESSAGE);
        Draft::new().replace_main(&main)
    };
    let parameter = rows.replace(':', "\\:").replace('=', "\\=");
    for draft in [
        draft(rows),
        draft("{{Timer}}").parameter(&format!("Timer={parameter}")),
    ] {
        match &draft.plan().entries[0].trigger {
            Trigger::Timer(Schedule::Cron { expression, .. }) => {
                assert_eq!(expression, "0 0 1 ? * * *");
            }
            other => panic!("{other:?}"),
        }
    }
    let errors = draft("<row><cell>schedule1</cell><cell>never</cell></row>").errors();
    assert_eq!(
        errors,
        [
            "LG-F0601 S: the timer's schedule cannot be read: 'never' is not a schedule of seven \
          fields joined by '+'"
        ]
    );
}

fn request(pairs: &[(&str, &str)]) -> Draft {
    Draft::new()
        .step("serviceTask", "A", &[("activityType", "ExternalCall")])
        .receiver("Ch", "A", pairs)
}

fn channel(draft: &Draft) -> Channel {
    match draft.first() {
        StepSpec::RequestReply(channel) | StepSpec::Send(channel) => channel,
        other => panic!("{other:?}"),
    }
}

#[test]
fn receivers_are_recognised_and_their_settings_resolved() {
    for (component, protocol, kind) in [
        ("HTTP", "None", ReceiverKind::Http),
        ("HCIOData", "OData V2", ReceiverKind::ODataV2),
        ("Mail", "None", ReceiverKind::Mail),
        (
            "ProcessDirect",
            "Not Applicable",
            ReceiverKind::ProcessDirect,
        ),
    ] {
        let draft = request(&[
            ("ComponentType", component),
            ("MessageProtocol", protocol),
            ("address", "http://{{Host}}/${header.x}"),
            ("Vendor", "design time"),
        ])
        .parameter("Host=<Host>\\:<Port>");
        let channel = channel(&draft);
        assert_eq!(channel.adapter, kind);
        assert_eq!(
            (channel.name.as_str(), channel.receiver.as_str()),
            ("Ch", "Receiver")
        );
        assert_eq!(
            channel.properties["address"],
            "http://<Host>:<Port>/${header.x}"
        );
        assert!(!channel.properties.contains_key("Vendor"));
    }
}

#[test]
fn old_exports_name_the_adapter_in_the_variant_only() {
    let uri =
        "ctype::AdapterVariant/cname::sap:HTTP/tp::HTTP/mp::None/direction::Receiver/version::1.4";
    let draft = Draft::new().step("serviceTask", "A", &[]).channel(
        "Ch",
        "A",
        "R",
        &[("cmdVariantUri", uri)],
    );
    assert_eq!(channel(&draft).adapter, ReceiverKind::Http);
    let uri =
        "ctype::AdapterVariant/cname::sap:HTTPS/tp::HTTPS/mp::None/direction::Sender/version::1.4";
    let draft = Draft::new().channel(
        "Ch",
        "S",
        "Start",
        &[("cmdVariantUri", uri), ("urlPath", "/a")],
    );
    assert!(matches!(draft.plan().entries[0].trigger, Trigger::Https(_)));
}

#[test]
fn an_end_message_sends_when_it_has_a_channel() {
    let plan = Draft::new()
        .receiver("Ch", "End", &[("ComponentType", "Mail")])
        .plan();
    assert!(matches!(
        &node(&plan, "End").spec,
        StepSpec::End(End::Message(Some(_)))
    ));
}

#[test]
fn a_step_that_sends_needs_exactly_one_channel() {
    let none = Draft::new().step("serviceTask", "A", &[("activityType", "Send")]);
    assert_eq!(
        none.errors(),
        ["LG-F0303 A: 'A name' has 0 receiver channels; it must have one"]
    );
    let two =
        request(&[("ComponentType", "HTTP")]).receiver("Ch2", "A", &[("ComponentType", "HTTP")]);
    assert_eq!(
        two.errors(),
        ["LG-F0303 A: 'A name' has 2 receiver channels; it must have one"]
    );
    let orphan = Draft::new().receiver("Ch", "Gone", &[("ComponentType", "HTTP")]);
    assert_eq!(
        orphan.warnings(),
        ["LG-F0302 Ch: channel 'Ch' is not connected"]
    );
}

#[test]
fn values_of_channel_settings_are_never_told() {
    let draft = request(&[
        ("ComponentType", "HTTP"),
        ("password", "hunter2${nope"),
        ("token", "${hunter2}"),
    ])
    .sender(
        "In",
        "Start",
        &[
            ("ComponentType", "HTTPS"),
            ("userRole", "hunter2 "),
            ("urlPath", "{{secret}}"),
        ],
    )
    .parameter("secret=hunter2");
    let reading = draft.read();
    assert!(reading.diagnostics.len() >= 3);
    // Printing everything that was read does not tell them either.
    let told = format!("{reading:?}");
    assert!(!told.contains("hunter2"), "{told}");
}
