//! `lockgate test`: the examples pass, and what is wrong is shown where it is.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;

use serde_json::Value;

use crate::server::{DEADLINE, lockgate, root, text};

/// A folder with copies of example cases, to be changed.
struct Cases(tempfile::TempDir);

impl Cases {
    fn of(suite: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cases = Self(folder);
        copy(&root().join("testdata/cases").join(suite), &cases.path());
        // Paths in suites are relative.
        let suite = cases.path().join("suite.toml");
        if let Ok(text) = std::fs::read_to_string(&suite) {
            let flows = root().join("testdata/flows");
            let flows = flows.to_str().unwrap();
            std::fs::write(suite, text.replace("../../flows", flows)).unwrap();
        }
        cases
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("cases")
    }

    fn put(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn remove(&self, file: &str) {
        std::fs::remove_file(self.path().join(file)).unwrap();
    }

    /// Runs the cases.
    fn run(&self, arguments: &[&str]) -> Output {
        test(&self.path(), arguments)
    }

    /// Runs the cases, which have to fail, and gives what is said about it.
    fn fail(&self) -> String {
        let output = self.run(&[]);
        let said = text(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{said}{}",
            text(&output.stderr)
        );
        said
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

fn test(folder: &Path, arguments: &[&str]) -> Output {
    let output = lockgate().arg("test").arg(folder).args(arguments).output();
    output.unwrap()
}

#[track_caller]
fn assert_says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}

#[test]
fn the_examples_pass_in_the_same_order_however_many_run_at_a_time() {
    let examples = root().join("testdata/cases");
    let names = |jobs: &str| {
        let output = test(&examples, &["--jobs", jobs]);
        let said = text(&output.stdout);
        assert!(output.status.success(), "{said}{}", text(&output.stderr));
        let lines = said.lines().filter_map(|line| line.strip_prefix("ok   "));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let one_by_one = names("1");
    assert_eq!(one_by_one, names("8"));
    assert!(one_by_one.is_sorted());
    assert!(one_by_one.contains(&"nightly-stock/hands-over-stock".to_owned()));
    assert!(one_by_one.len() >= 11, "{one_by_one:?}");
}

#[test]
fn a_wrong_body_is_shown_where_it_is_wrong() {
    let cases = Cases::of("convert");
    let wrong =
        "<order><number>4712</number><productIdentifier>HT-1080</productIdentifier></order>";
    cases.put("order/out.xml", wrong);
    assert_says(
        &cases.fail(),
        &[
            "FAIL order",
            "/order/number: expected \"4712\", found \"4711\"",
            "-   <number>4712</number>",
            "+   <number>4711</number>",
            "    <productIdentifier>",
            "0 passed, 1 failed",
        ],
    );
    let cases = Cases::of("hello");
    cases.put("greets/out.json", r#"{"message":"Hello","to":[1]}"#);
    let said = cases.fail();
    assert_says(
        &said,
        &[
            "FAIL greets",
            "/to: expected an array of 1, found nothing",
            "ok   without-role",
        ],
    );
    assert!(
        !said.contains('\u{1b}'),
        "no colours beside a terminal: {said}"
    );
}

#[test]
fn what_came_becomes_the_expected_when_wanted() {
    let cases = Cases::of("convert");
    cases.put("order/out.xml", "<nothing/>");
    let updated = cases.run(&["--update"]);
    assert_eq!(updated.status.code(), Some(1), "{}", text(&updated.stderr));
    assert_says(
        &text(&updated.stdout),
        &["expected <nothing>, found <order>"],
    );
    assert_says(&text(&updated.stderr), &["updated", "out.xml"]);
    let output = cases.run(&[]);
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn calls_that_nobody_expects_and_calls_that_do_not_come_fail_a_case() {
    let cases = Cases::of("nightly-stock");
    let mocks = "tests/hands-over-stock/mocks";
    cases.remove(&format!("{mocks}/Planning.toml"));
    cases.put(&format!("{mocks}/Nobody.json"), "{}");
    assert_says(
        &cases.fail(),
        &[
            "unexpected call PUT https://planning.example.org/stock",
            "by channel \"Hand over stock\" to receiver \"Planning\"",
            "add mocks/Hand over stock.toml or mocks/Planning.toml",
            "the call of mock \"Nobody\" was not made",
            "status in the log: expected \"COMPLETED\", found \"FAILED\"",
        ],
    );
}

#[test]
fn requests_are_compared_with_what_mocks_expect() {
    let cases = Cases::of("nightly-stock");
    let mocks = "tests/hands-over-stock/mocks";
    cases.put(
        &format!("{mocks}/Warehouse.toml"),
        "[[call]]\nrequest.method = \"POST\"\nrequest.path = \"https://warehouse.example.org/stocks\"\n\
         request.query = \"site=2000\"\nrequest.headers.X-Key = \"k\"\nresponse.body = \"<stock/>\"\n",
    );
    assert_says(
        &cases.fail(),
        &[
            "the method of the call of mock \"Warehouse\": expected \"POST\", found \"GET\"",
            "expected \"https://warehouse.example.org/stocks\", found \"https://warehouse.example.org/stock\"",
            "the query of the call of mock \"Warehouse\": expected \"site=2000\", found \"site=1000\"",
            "header X-Key of the call of mock \"Warehouse\": expected \"k\", found none",
            "the body of the call of mock \"Planning\" is not as expected",
            "/stock: expected <product>, found nothing more",
        ],
    );
}

#[test]
fn a_refused_or_failed_call_says_why() {
    let cases = Cases::of("hello");
    cases.remove("without-role/case.toml");
    cases.put(
        "without-role/case.toml",
        "[request]\nroles = [\"Other.role\"]\n",
    );
    let why = "status: expected success, found 403; the call was refused: the client does not have the role";
    assert_says(&cases.fail(), &[why]);
    let cases = Cases::of("order-to-mail");
    cases.remove("shop-is-down/case.toml");
    let said = cases.fail();
    let why = "status: expected success, found 500; flow Order_to_Mail failed at step";
    assert_says(&said, &[why, "connection refused"]);
}

#[test]
fn what_a_case_leaves_behind_does_not_reach_the_next() {
    let cases = Cases::of("hello");
    // Both draw the first number of a range.
    let flow = root().join("testdata/flows/hello");
    copy(&flow, &cases.path().join("flow"));
    let model = "flow/src/main/resources/scenarioflows/integrationflow/Hello.iflw";
    let model_text = std::fs::read_to_string(cases.path().join(model)).unwrap();
    let row = "&lt;row&gt;&lt;cell id='Action'&gt;Create&lt;/cell&gt;&lt;cell id='Type'&gt;numberRange&lt;/cell&gt;\
        &lt;cell id='Value'&gt;Numbers&lt;/cell&gt;&lt;cell id='Default'&gt;&lt;/cell&gt;\
        &lt;cell id='Name'&gt;number&lt;/cell&gt;&lt;cell id='Datatype'&gt;&lt;/cell&gt;&lt;/row&gt;";
    let key = "<key>headerTable</key>";
    let start = model_text.find(key).unwrap() + key.len();
    let value = start + model_text[start..].find("<value>").unwrap() + "<value>".len();
    let (before, after) = model_text.split_at(value);
    cases.put(model, &format!("{before}{row}{after}"));
    cases.put(
        "suite.toml",
        "flows = [\"flow\"]\n[number_ranges.Numbers]\nmin = 7\nmax = 99\n",
    );
    for case in ["one", "two"] {
        cases.put(
            &format!("{case}/case.toml"),
            "response.headers.number = \"7\"\n",
        );
    }
    let output = cases.run(&[]);
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn reports_are_for_programs() {
    let cases = Cases::of("convert");
    cases.put("order/out.xml", "<wrong/>");
    cases.put("good/in.json", "{ \"a\": 1 }");
    let file = cases.path().join("junit.xml");
    let output = cases.run(&["--json", "--junit", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["passed"], &report["failed"]),
        (&1.into(), &1.into())
    );
    assert_eq!(report["cases"][0]["name"], "good");
    let place = report["cases"][1]["problems"][0]["message"]
        .as_str()
        .unwrap();
    assert!(place.contains("the response body"), "{place}");
    let junit = std::fs::read_to_string(file).unwrap();
    assert_says(
        &junit,
        &[
            "tests=\"2\" failures=\"1\"",
            "<testcase classname=\"\" name=\"order\"",
        ],
    );
}

#[test]
fn some_cases_and_other_flows_can_be_chosen() {
    let cases = Cases::of("hello");
    let output = cases.run(&["--filter", "without"]);
    assert_says(&text(&output.stdout), &["ok   without-role", "1 passed in"]);
    let none = cases.run(&["--filter", "nothing like this"]);
    assert_eq!(none.status.code(), Some(1));
    assert_says(&text(&none.stderr), &["no case has"]);
    let other = root().join("testdata/flows/orders");
    let output = cases.run(&["--filter", "greets", "--flow", other.to_str().unwrap()]);
    assert_says(
        &text(&output.stdout),
        &["FAIL greets", "what came is not JSON"],
    );
    let missing = cases.run(&["--flow", "nowhere.zip"]);
    assert_says(&text(&missing.stdout), &["cannot read nowhere.zip"]);
}

#[test]
fn mistakes_in_a_case_are_named() {
    let cases = Cases::of("hello");
    let mistakes = [
        (
            "case.toml",
            "respons.status = 200\n",
            "unknown field `respons`",
        ),
        ("case.toml", "time = \"noon\"\n", "not a time such as"),
        (
            "case.toml",
            "start = \"timer\"\n",
            "a timer takes no message",
        ),
        (
            "case.toml",
            "start = \"direct\"\n",
            "needs the ProcessDirect address",
        ),
        (
            "case.toml",
            "flow = \"Nope\"\n",
            "there is no flow \"Nope\"",
        ),
        (
            "case.toml",
            "[parameters]\nNope = \"\"\n",
            "no flow has a parameter \"Nope\"",
        ),
        ("out.txt", "", "there is"),
    ];
    for (file, content, message) in mistakes {
        let wrong = Cases::of("hello");
        wrong.put(&format!("greets/{file}"), content);
        assert_says(&wrong.fail(), &["FAIL greets", message]);
    }
    drop(cases);
    let empty = tempfile::tempdir().unwrap();
    let output = test(empty.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_says(&text(&output.stderr), &["holds no case"]);
}

#[test]
fn what_changes_is_run_again_while_watching() {
    let cases = Cases::of("hello");
    let mut command: Command = lockgate();
    command.arg("test").arg(cases.path()).arg("--watch");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let (sender, lines) = mpsc::channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let until = |part: &str| {
        let mut seen = Vec::new();
        loop {
            let line = lines.recv_timeout(DEADLINE).unwrap();
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(part)) {
                return seen.join("\n");
            }
        }
    };
    assert_says(
        &until("waiting for changes"),
        &["ok   greets", "ok   without-role"],
    );
    cases.put("greets/out.json", r#"{ "message": "Good evening" }"#);
    let again = until("waiting for changes");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_says(
        &again,
        &[
            "FAIL greets",
            "/message: expected \"Good evening\", found \"Hello\"",
        ],
    );
    assert!(!again.contains("without-role"), "{again}");
}
