//! The flows in `testdata/flows` deploy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lockgate_flow::plan::{DataStoreStep, End, Plan, ReceiverKind, StepSpec, Trigger};
use lockgate_flow::{Bundle, Severity};

fn collect(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, root, files);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.push((relative.replace('\\', "/"), std::fs::read(&path).unwrap()));
        }
    }
}

fn plan(name: &str) -> Plan {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/flows")
        .join(name);
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    let bundle = Bundle::from_files(files).unwrap();
    let reading = lockgate_flow::read(&bundle, &BTreeMap::new());
    let errors = reading
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error);
    assert_eq!(errors.count(), 0, "{:#?}", reading.diagnostics);
    assert_eq!(reading.diagnostics.len(), 0, "{:#?}", reading.diagnostics);
    reading.plan.unwrap()
}

fn https_path(plan: &Plan) -> (&str, bool) {
    match &plan.entries[0].trigger {
        Trigger::Https(sender) => (&sender.path, sender.csrf_protected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn hello() {
    let plan = plan("hello");
    assert_eq!(plan.id, "Hello");
    assert_eq!(https_path(&plan), ("/hello", false));
    assert_eq!(plan.processes[0].nodes.len(), 2);
}

#[test]
fn scripted() {
    let plan = plan("scripted");
    assert_eq!(https_path(&plan), ("/scripted", false));
    let scripts: Vec<_> = plan.scripts.keys().collect();
    assert_eq!(scripts, ["check.groovy", "total.groovy"]);
    let from = plan.processes[0].nodes.iter().map(|node| match &node.spec {
        StepSpec::Script(script) => script.collection.as_deref().unwrap_or("here"),
        _ => "",
    });
    let from: Vec<_> = from.filter(|from| !from.is_empty()).collect();
    assert_eq!(from, ["here", "here", "Common_Scripts"]);
}

#[test]
fn shelf() {
    let plan = plan("shelf");
    assert_eq!(https_path(&plan), ("/shelf/keep", false));
    let [keep, remember, _] = &plan.processes[0].nodes[..] else {
        panic!("{:?}", plan.processes[0].nodes);
    };
    assert!(matches!(
        keep.spec,
        StepSpec::DataStore(DataStoreStep::Write(_))
    ));
    assert!(matches!(&remember.spec, StepSpec::WriteVariables(rows) if rows.len() == 1));
    assert!(matches!(
        plan.processes[1].nodes[0].spec,
        StepSpec::DataStore(DataStoreStep::Get { .. })
    ));
}

#[test]
fn order_to_mail() {
    let plan = plan("order-to-mail");
    assert_eq!(https_path(&plan), ("/demo/orders", true));
    let [convert, remember, ask, mail] = &plan.processes[0].nodes[..] else {
        panic!("{:?}", plan.processes[0].nodes);
    };
    assert!(matches!(convert.spec, StepSpec::JsonToXml(_)));
    assert!(matches!(remember.spec, StepSpec::ContentModifier(_)));
    let StepSpec::RequestReply(products) = &ask.spec else {
        panic!()
    };
    assert_eq!(products.adapter, ReceiverKind::ODataV2);
    let StepSpec::End(End::Message(Some(mail))) = &mail.spec else {
        panic!()
    };
    assert_eq!(mail.adapter, ReceiverKind::Mail);
}

#[test]
fn failing() {
    let plan = plan("failing");
    assert_eq!(https_path(&plan), ("/failing", false));
    assert!(plan.processes[0].exception.is_some());
}
