//! Scripts are judged when their flow is read.

use std::collections::BTreeMap;

use lockgate_flow::report::Report;
use lockgate_flow::{Bundle, Reading};

use crate::draft::Draft;

/// A draft with a step for each pair of file and function.
fn calling(steps: &[(&str, &str)]) -> Draft {
    let mut draft = Draft::new();
    for (index, (file, function)) in steps.iter().enumerate() {
        let pairs = [("script", *file), ("scriptFunction", *function)];
        draft = draft.activity(&format!("Step{index}"), "Script", &pairs);
    }
    draft
}

fn bundle(draft: &Draft, scripts: &[(&str, &str)]) -> Bundle {
    let mut files = draft.files();
    files.extend(scripts.iter().map(|(name, text)| {
        let path = format!("src/main/resources/script/{name}");
        (path, text.as_bytes().to_vec())
    }));
    Bundle::from_files(files).unwrap()
}

fn read(draft: &Draft, scripts: &[(&str, &str)]) -> Reading {
    lockgate_flow::read(&bundle(draft, scripts), &BTreeMap::new())
}

/// Findings as `element file:line:column code message`.
fn found(draft: &Draft, scripts: &[(&str, &str)]) -> Vec<String> {
    let reading = read(draft, scripts);
    let all = reading.diagnostics.iter().map(|found| {
        let place = found.span.as_ref().unwrap().to_string();
        let place = place.rsplit('/').next().unwrap_or_default().to_owned();
        let element = found.element.as_deref().unwrap_or("-");
        let place = match place.starts_with("d.iflw") {
            true => "model".to_owned(),
            false => place,
        };
        format!("{element} {place} {} {}", found.code, found.message)
    });
    all.collect()
}

const ENTRY: &str = "def processData(message) { message }";

#[test]
fn what_is_not_groovy_keeps_the_flow_from_being_deployed() {
    let draft = calling(&[("a.groovy", ""), ("a.groovy", ""), ("b.gsh", "")]);
    let scripts = [
        ("a.groovy", "def processData(m) {\n  foo(m\n}"),
        ("b.gsh", ENTRY),
    ];
    assert_eq!(
        found(&draft, &scripts),
        [
            "Step0 a.groovy:3:1 LG-F0801 the script is not Groovy 2.4: `)` is expected here, as the \
             bracket in line 2, column 6 is still open, but `}` was found"
        ]
    );
    let reading = read(&draft, &scripts);
    assert!(reading.plan.is_none());
    let compiles: Vec<_> = reading
        .usage
        .scripts
        .iter()
        .map(|one| one.compiles)
        .collect();
    assert_eq!(compiles, [false, true]);
}

#[test]
fn what_no_step_calls_is_not_judged() {
    let scripts = [("a.groovy", ENTRY), ("old.groovy", "def ("), ("b.js", "(")];
    assert!(found(&calling(&[("a.groovy", "")]), &scripts).is_empty());
    // What belongs to another artifact is judged there.
    let pairs = [("script", "c.groovy"), ("scriptBundleId", "Common")];
    let elsewhere = Draft::new().activity("A", "Script", &pairs);
    assert!(found(&elsewhere, &scripts).is_empty());
}

#[test]
fn missing_members_are_warnings_with_their_places() {
    let script = "import groovy.sql.Sql\n\
                  def processData(message) {\n  \
                  Sql.newInstance('jdbc')\n  \
                  Integer.teleport(1)\n  \
                  Integer.parseInt('1')\n}";
    let draft = calling(&[("a.groovy", "")]);
    assert_eq!(
        found(&draft, &[("a.groovy", script)]),
        [
            "Step0 a.groovy:3:3 LG-F0802 in the script, class groovy.sql.Sql is not available",
            "Step0 a.groovy:4:11 LG-F0802 in the script, java.lang.Integer.teleport() is not available",
        ]
    );
    let reading = read(&draft, &[("a.groovy", script)]);
    assert!(reading.plan.is_some());
    let missing: Vec<_> = reading.usage.scripts[0].missing.iter().collect();
    assert_eq!(
        missing,
        ["class groovy.sql.Sql", "java.lang.Integer.teleport()"]
    );
}

#[test]
fn many_findings_are_summed_up() {
    let uses = "new a.b.Missing()\n".repeat(30);
    let script = format!("def processData(message) {{\n{uses}}}");
    let found = found(&calling(&[("a.groovy", "")]), &[("a.groovy", &script)]);
    assert_eq!(found.len(), 21);
    assert_eq!(
        found[0],
        "Step0 a.groovy:1:1 LG-F0802 in the script, 10 more places use what is not there"
    );
}

#[test]
fn names_that_lead_nowhere_are_warnings_as_the_step_may_never_run() {
    let draft = calling(&[("gone.groovy", ""), ("a.groovy", "other"), ("a.groovy", "")]);
    assert_eq!(
        found(&draft, &[("a.groovy", ENTRY)]),
        [
            "Step0 model LG-F0803 the bundle has no script 'gone.groovy'",
            "Step1 model LG-F0803 the script 'a.groovy' has no function 'other'",
        ]
    );
    assert!(read(&draft, &[("a.groovy", ENTRY)]).plan.is_some());
    let unnamed = Draft::new().activity("A", "Script", &[]);
    assert_eq!(
        found(&unnamed, &[]),
        ["A model LG-F0803 the step names no script"]
    );
}

#[test]
fn scripts_may_use_classes_of_other_files_of_the_bundle() {
    let main = "def processData(message) { new Helper().help(message); new Tools().run() }";
    let helper = "class Helper { def help(m) { Deep.dig(m) } }";
    let deep = "class Deep { static dig(m) { m } }";
    // `Tools` is the class that its file is by itself; the last file is not used and broken.
    let scripts = [
        ("a.groovy", main),
        ("one.groovy", helper),
        ("lib/two.gsh", deep),
        ("Tools.groovy", "return 1"),
        ("three.groovy", "class Helper {"),
    ];
    assert_eq!(found(&calling(&[("a.groovy", "")]), &scripts), [""; 0]);
    // Without the others, nobody knows their classes.
    assert_eq!(
        found(&calling(&[("a.groovy", "")]), &scripts[..1]),
        [
            "Step0 a.groovy:1:32 LG-F0802 in the script, class Helper is not available",
            "Step0 a.groovy:1:60 LG-F0802 in the script, class Tools is not available",
        ]
    );
}

#[test]
fn a_script_that_is_too_large_or_too_deep_is_refused() {
    let deep = format!(
        "def processData(m) {{ {}1{} }}",
        "(".repeat(1000),
        ")".repeat(1000)
    );
    let large = format!("def processData(m) {{ m }}\n//{}", "x".repeat(4 << 20));
    for (script, wanted) in [(deep, "more than 200 levels"), (large, "larger than")] {
        let found = found(&calling(&[("a.groovy", "")]), &[("a.groovy", &script)]);
        assert!(
            found.len() == 1 && found[0].contains(wanted) && found[0].contains("LG-F0801"),
            "{found:?}"
        );
    }
}

#[test]
fn reports_count_scripts_of_flows_and_collections() {
    let draft = calling(&[("a.groovy", ""), ("b.groovy", "")]);
    let scripts = [("a.groovy", ENTRY), ("b.groovy", "new x.y.Zed()")];
    let flow = bundle(&draft, &scripts);
    let mut report = Report::default();
    report.add("flow", &flow, &read(&draft, &scripts));
    let manifest = "Bundle-SymbolicName: Common\r\nBundle-Version: 1.0.0\r\n\
                    SAP-BundleType: ScriptCollection\r\n";
    let files = [
        ("META-INF/MANIFEST.MF", manifest),
        ("src/main/resources/script/c.groovy", "def ("),
        ("src/main/resources/script/d.groovy", "new x.y.Zed()"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    report.add_collection("common", &Bundle::from_files(files.to_vec()).unwrap());
    let sum = report.sum();
    assert_eq!(
        (
            sum.scripts.files,
            sum.scripts.runs,
            sum.scripts.lacking,
            sum.scripts.broken
        ),
        (4, 1, 2, 1)
    );
    assert_eq!(sum.missing_in_scripts[0].name, "class x.y.Zed");
    assert_eq!(sum.missing_in_scripts[0].scripts, 2);
    assert_eq!(report.collections[0].diagnostics.len(), 2);
}
