//! How exchanges move and end: a table of flows with the way they take.

use lockgate_core::limits;
use lockgate_flow::plan::{
    Condition, End, Filter, FilterResult, LoopingCall, Process, Route, Router, StepSpec,
};
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::MessageStatus;

use super::*;
use crate::exchange::Body;
use crate::runtime::Settings;
use crate::testing::*;

const ERROR: StepSpec = StepSpec::End(End::Error);
const TERMINATE: StepSpec = StepSpec::End(End::Terminate);
const LOCAL: StepSpec = StepSpec::ProcessCall(1);
const SECOND: StepSpec = StepSpec::ProcessCall(2);

fn escalate() -> StepSpec {
    StepSpec::End(End::Escalation("Others".to_owned()))
}

fn fail() -> StepSpec {
    call("fail:it broke")
}

/// What a run comes to: `C`ompleted, `E`scalated or `F`ailed, and the way it took.
async fn outcome(worker: &Worker, processes: Vec<Process>) -> (char, String) {
    let target = worker.target(&plan(processes), LogLevel::Info);
    let finished = worker
        .runtime
        .run_for_test(target, Exchange::default(), true)
        .await;
    let path = finished
        .exchange
        .properties
        .get("path")
        .and_then(Value::as_text)
        .unwrap_or_default();
    let letter = match finished.ending {
        Ending::Completed => 'C',
        Ending::Escalated => 'E',
        Ending::Failed(_) => 'F',
        Ending::Abandoned => 'A',
    };
    (letter, path.to_owned())
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn endings_follow_the_documented_rules() {
    let worker = Worker::start().await;
    let main = |steps| process(steps, None);
    let handled = |steps, handler| process(steps, Some(handler));
    let cases: Vec<(&str, Vec<Process>, char, &str)> = vec![
        // End events of the main process.
        ("end", vec![main(vec![mark("a"), end()])], 'C', "a"),
        ("dead end", vec![main(vec![mark("a")])], 'C', "a"),
        ("empty process", vec![main(vec![])], 'C', ""),
        ("error end", vec![main(vec![mark("a"), ERROR])], 'F', "a"),
        (
            "escalation",
            vec![main(vec![mark("a"), escalate()])],
            'E',
            "a",
        ),
        (
            "terminate",
            vec![main(vec![mark("a"), TERMINATE])],
            'C',
            "a",
        ),
        (
            "unhandled error",
            vec![main(vec![mark("a"), fail(), mark("b")])],
            'F',
            "a",
        ),
        // Handled errors.
        (
            "handled",
            vec![handled(
                vec![mark("a"), fail(), mark("b")],
                vec![mark("h"), end()],
            )],
            'C',
            "ah",
        ),
        (
            "handled, dead end",
            vec![handled(vec![fail()], vec![mark("h")])],
            'C',
            "h",
        ),
        (
            "raised again",
            vec![handled(vec![fail()], vec![mark("h"), ERROR])],
            'F',
            "h",
        ),
        (
            "escalated",
            vec![handled(vec![fail()], vec![mark("h"), escalate()])],
            'E',
            "h",
        ),
        (
            "terminated",
            vec![handled(vec![fail()], vec![mark("h"), TERMINATE])],
            'C',
            "h",
        ),
        (
            "error in the handler",
            vec![handled(vec![fail()], vec![mark("h"), fail(), mark("i")])],
            'F',
            "h",
        ),
        (
            "error end is not caught",
            vec![handled(vec![ERROR], vec![mark("h"), end()])],
            'F',
            "",
        ),
        // Local processes.
        (
            "returns",
            vec![main(vec![LOCAL, mark("b")]), main(vec![mark("a"), end()])],
            'C',
            "ab",
        ),
        (
            "nested",
            vec![
                main(vec![LOCAL, mark("c")]),
                main(vec![SECOND, mark("b")]),
                main(vec![mark("a")]),
            ],
            'C',
            "abc",
        ),
        (
            "terminate in local",
            vec![
                main(vec![LOCAL, mark("b")]),
                main(vec![mark("a"), TERMINATE]),
            ],
            'C',
            "a",
        ),
        (
            "escalation in local goes on",
            vec![
                main(vec![LOCAL, mark("b"), end()]),
                main(vec![mark("a"), escalate()]),
            ],
            'E',
            "ab",
        ),
        (
            "error end in local",
            vec![main(vec![LOCAL, mark("b")]), main(vec![ERROR])],
            'F',
            "",
        ),
        // An exception that is handled in a local process ends the callers too.
        (
            "handled in local",
            vec![
                main(vec![LOCAL, mark("b")]),
                handled(vec![fail()], vec![mark("h"), end()]),
            ],
            'C',
            "h",
        ),
        (
            "handled in nested local",
            vec![
                main(vec![LOCAL, mark("c")]),
                main(vec![SECOND, mark("b")]),
                handled(vec![fail()], vec![mark("h")]),
            ],
            'C',
            "h",
        ),
        (
            "escalated in local handler",
            vec![
                main(vec![LOCAL, mark("b")]),
                handled(vec![fail()], vec![mark("h"), escalate()]),
            ],
            'E',
            "h",
        ),
        // An exception that leaves a local process is not caught by the caller.
        (
            "not caught by caller",
            vec![
                handled(vec![LOCAL], vec![mark("h"), end()]),
                main(vec![mark("a"), fail()]),
            ],
            'F',
            "a",
        ),
        (
            "raised again in local",
            vec![
                handled(vec![LOCAL], vec![mark("m"), end()]),
                handled(vec![fail()], vec![mark("h"), ERROR]),
            ],
            'F',
            "h",
        ),
        // Calls from a handler: the local process handles its own errors.
        (
            "call from handler",
            vec![
                handled(vec![fail()], vec![LOCAL, mark("h"), end()]),
                main(vec![mark("a")]),
            ],
            'C',
            "ah",
        ),
        (
            "failing call from handler",
            vec![
                handled(vec![fail()], vec![LOCAL, mark("h")]),
                main(vec![mark("a"), fail()]),
            ],
            'F',
            "a",
        ),
        (
            "handled call from handler",
            vec![
                handled(vec![fail()], vec![LOCAL, mark("h"), ERROR]),
                handled(vec![fail()], vec![mark("i"), end()]),
            ],
            'C',
            "i",
        ),
        // A panic is an error of its step.
        (
            "panic",
            vec![main(vec![mark("a"), call("panic:boom"), mark("b")])],
            'F',
            "a",
        ),
        (
            "handled panic",
            vec![handled(vec![call("panic:boom")], vec![mark("h"), end()])],
            'C',
            "h",
        ),
    ];
    for (name, processes, letter, path) in cases {
        assert_eq!(
            outcome(&worker, processes).await,
            (letter, path.to_owned()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn errors_of_local_processes_reach_the_caller_when_asked_to() {
    let settings = Settings {
        local_errors_reach_caller: true,
        ..Settings::of_worker("w1")
    };
    let worker = Worker::with(settings).await;
    let caller = || process(vec![LOCAL, mark("b")], Some(vec![mark("h"), end()]));
    let local = process(vec![mark("a"), fail()], None);
    assert_eq!(
        outcome(&worker, vec![caller(), local]).await,
        ('C', "ah".to_owned())
    );
    let handled = process(vec![fail()], Some(vec![mark("i"), end()]));
    assert_eq!(
        outcome(&worker, vec![caller(), handled]).await,
        ('C', "i".to_owned())
    );
    let raised = process(vec![fail()], Some(vec![mark("i"), ERROR]));
    assert_eq!(
        outcome(&worker, vec![caller(), raised]).await,
        ('C', "ih".to_owned())
    );
}

#[tokio::test]
async fn a_handler_sees_the_message_as_it_was_when_the_step_failed() {
    let worker = Worker::start().await;
    let handler = vec![
        body(
            "${exception.message}|${property.SAP_ErrorModelStepID}|${property.CamelExceptionCaught}|${in.body}",
        ),
        end(),
    ];
    let steps = vec![body("request"), fail(), end()];
    let target = worker.target(&plan(vec![process(steps, Some(handler))]), LogLevel::Info);
    let finished = worker
        .runtime
        .run_for_test(target, Exchange::default(), true)
        .await;
    assert_eq!(
        finished.exchange.body_text().unwrap().unwrap(),
        "it broke|n1|a.b.Failed: it broke|request"
    );
    let record = worker.message(&finished.id).await;
    assert_eq!(record.status, MessageStatus::Completed);
    assert!(record.intermediate_error);
    assert_eq!(record.error.as_deref(), Some("a.b.Failed: it broke"));
    assert_eq!(record.error_step.as_deref(), Some("n1"));
}

fn looping(condition: Condition, max_iterations: u32, throw_on_max: bool) -> StepSpec {
    StepSpec::LoopingCall(LoopingCall {
        process: 1,
        condition,
        max_iterations,
        throw_on_max,
    })
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn a_looping_call_runs_first_and_asks_afterwards() {
    let worker = Worker::start().await;
    let always = || condition("'a' = 'a'");
    let round = || mark("${property.CamelLoopIndex}");
    let cases = [
        (
            "once",
            looping(condition("'a' = 'b'"), 5, true),
            vec![round()],
            'C',
            "0z",
        ),
        (
            "until",
            looping(condition("${property.CamelLoopIndex} < 2"), 9, true),
            vec![round()],
            'C',
            "012z",
        ),
        (
            "the maximum ends it",
            looping(always(), 3, false),
            vec![round()],
            'C',
            "012z",
        ),
        (
            "the maximum is an error",
            looping(always(), 3, true),
            vec![round()],
            'F',
            "012",
        ),
        (
            "just enough",
            looping(condition("${property.CamelLoopIndex} < 2"), 3, true),
            vec![round()],
            'C',
            "012z",
        ),
        (
            "an error ends it",
            looping(always(), 3, true),
            vec![round(), fail()],
            'F',
            "0",
        ),
        (
            "terminate ends it",
            looping(always(), 3, true),
            vec![round(), TERMINATE],
            'C',
            "0",
        ),
        (
            "a condition that fails",
            looping(condition("${property.path.nope()} = 1"), 3, true),
            vec![round()],
            'F',
            "0",
        ),
    ];
    for (name, step, body, letter, path) in cases {
        let processes = vec![process(vec![step, mark("z")], None), process(body, None)];
        assert_eq!(
            outcome(&worker, processes).await,
            (letter, path.to_owned()),
            "{name}"
        );
    }
    let handled = process(
        vec![looping(always(), 2, true), mark("z")],
        Some(vec![mark("h"), end()]),
    );
    let outcome = outcome(&worker, vec![handled, process(vec![round()], None)]).await;
    assert_eq!(
        outcome,
        ('C', "01h".to_owned()),
        "reaching the maximum is an error of the caller's step"
    );
}

#[tokio::test]
async fn a_router_takes_the_first_route_that_holds() {
    let worker = Worker::start().await;
    let route = |source: &str, target| Route {
        name: source.to_owned(),
        condition: condition(source),
        target: Some(target),
    };
    let router = |routes, throw_on_default| {
        StepSpec::Router(Router {
            routes,
            default: Some(5),
            throw_on_default,
        })
    };
    let (no, yes) = ("'a' = 'b'", "'a' = 'a'");
    let cases = [
        (
            "first",
            router(vec![route(yes, 1), route(yes, 3)], false),
            'C',
            "1",
        ),
        (
            "second",
            router(vec![route(no, 1), route(yes, 3)], false),
            'C',
            "3",
        ),
        (
            "default",
            router(vec![route(no, 1), route(no, 3)], false),
            'C',
            "5",
        ),
        ("default raises", router(vec![route(no, 1)], true), 'F', ""),
        (
            "nothing to compare",
            router(vec![route("${property.none.x()} = 1", 1)], false),
            'C',
            "5",
        ),
    ];
    for (name, step, letter, path) in cases {
        let steps = vec![step, mark("1"), end(), mark("3"), end(), mark("5"), end()];
        assert_eq!(
            outcome(&worker, vec![process(steps, None)]).await,
            (letter, path.to_owned()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn endless_flows_are_stopped() {
    let settings = Settings {
        exchange_steps: 1_000,
        ..Settings::of_worker("w1")
    };
    let worker = Worker::with(settings).await;
    let recursive = process(vec![mark("x"), LOCAL], None);
    let (letter, path) = outcome(&worker, vec![process(vec![LOCAL], None), recursive]).await;
    assert_eq!((letter, path.len()), ('F', limits::CALL_DEPTH - 1));
    let endless = || looping(condition("'a' = 'a'"), u32::MAX, true);
    let handled = process(vec![endless()], Some(vec![mark("h"), end()]));
    let (letter, path) = outcome(&worker, vec![handled, process(vec![mark("x")], None)]).await;
    assert_eq!(letter, 'F');
    assert!(
        !path.contains('h'),
        "no handler goes on where the limit has stopped it"
    );
}

#[tokio::test]
async fn the_category_of_an_escalation_is_recorded() {
    let worker = Worker::start().await;
    let target = worker.target(&plan(vec![process(vec![escalate()], None)]), LogLevel::Info);
    let finished = worker
        .runtime
        .run_for_test(target, Exchange::default(), false)
        .await;
    let record = worker.message(&finished.id).await;
    assert_eq!(record.status, MessageStatus::Escalated);
    assert_eq!(record.error.as_deref(), Some("Escalation: Others"));
    assert_eq!(record.error_step.as_deref(), Some("n0"));
    assert!(!record.intermediate_error);
}

#[tokio::test]
async fn sent_messages_come_back_unchanged_and_replies_replace_the_body() {
    let worker = Worker::start().await;
    let steps = vec![
        body("first"),
        StepSpec::Send(channel("answer:sent")),
        body("${body}, ${header.X-Step}"),
        call("answer:replied"),
        body("${body}, ${header.X-Step}"),
        StepSpec::End(End::Message(Some(channel("answer:at the end")))),
    ];
    let target = worker.target(&plan(vec![process(steps, None)]), LogLevel::Debug);
    let finished = worker
        .runtime
        .run_for_test(target, Exchange::default(), true)
        .await;
    assert!(matches!(finished.ending, Ending::Completed));
    let received = worker.peer.0.received.lock().unwrap().clone();
    assert_eq!(received, ["first", "first, ", "replied, n3"]);
    assert_eq!(
        finished.exchange.body_text().unwrap().unwrap(),
        "at the end"
    );
    let record = worker.message(&finished.id).await;
    let nodes: Vec<_> = record.steps.iter().map(|step| record.node(step)).collect();
    let kinds: Vec<_> = nodes
        .iter()
        .map(|node| (node.id.as_str(), node.name.as_str(), node.kind.as_str()))
        .collect();
    assert_eq!(kinds[1], ("n1", "Node 1", "Send"));
    assert_eq!(
        kinds[5..],
        [("n5", "Node 5", "End"), ("n5", "Node 5", "End")]
    );
}

#[tokio::test]
async fn sessions_live_as_long_as_the_flow_says() {
    let worker = Worker::start().await;
    for (lifetime, first, second) in [
        (HttpSession::None, 1, 1),
        (HttpSession::Exchange, 2, 2),
        (HttpSession::Flow, 2, 4),
    ] {
        let mut plan = plan(vec![process(vec![call("count"), call("count")], None)]);
        plan.settings.http_session = lifetime;
        let target = worker.target(&plan, LogLevel::Info);
        for expected in [first, second] {
            let finished = worker
                .runtime
                .run_for_test(target.clone(), Exchange::default(), true)
                .await;
            let count = finished.exchange.properties.get("count");
            assert!(
                matches!(count, Some(Value::Int(n)) if *n == expected),
                "{lifetime:?}: {count:?}"
            );
        }
    }
}

#[tokio::test]
async fn large_bodies_are_computed_on_other_threads() {
    let worker = Worker::start().await;
    let spec = Filter {
        xpath: "/a/b".to_owned(),
        result: FilterResult::Text,
    };
    let target = worker.target(
        &plan(vec![process(vec![StepSpec::Filter(spec), mark("z")], None)]),
        LogLevel::Info,
    );
    let large = format!("<a><b>{}</b></a>", "x".repeat(100_000));
    let exchange = Exchange {
        body: Body::Text(large.into()),
        ..Exchange::default()
    };
    let finished = worker.runtime.run_for_test(target, exchange, true).await;
    assert_eq!(finished.exchange.body.size(), 100_000);
    assert_eq!(
        finished
            .exchange
            .properties
            .get("path")
            .and_then(Value::as_text),
        Some("z")
    );
}

#[tokio::test]
async fn a_record_keeps_the_last_steps() {
    let worker = Worker::start().await;
    let marks = |count: usize| (0..count).map(|_| mark("x")).collect::<Vec<_>>();
    let mut steps = marks(limits::LOG_STEPS_INFO + 10);
    let long = plan(vec![process(steps.clone(), None)]);
    steps.push(fail());
    let failing = plan(vec![process(steps, None)]);
    let again = condition(&format!(
        "${{property.CamelLoopIndex}} < {}",
        limits::LOG_STEPS
    ));
    let looping = plan(vec![
        process(vec![looping(again, u32::MAX, true)], None),
        process(vec![mark("")], None),
    ]);
    for (plan, level, kept, first) in [
        (&failing, LogLevel::Error, limits::LOG_STEPS_ERROR, 161),
        (&failing, LogLevel::Info, limits::LOG_STEPS_INFO, 11),
        (&long, LogLevel::Info, limits::LOG_STEPS_INFO, 10),
        (&failing, LogLevel::Debug, limits::LOG_STEPS_INFO + 11, 0),
        (&looping, LogLevel::Debug, limits::LOG_STEPS, 2),
    ] {
        let target = worker.target(plan, level);
        let finished = worker
            .runtime
            .run_for_test(target, Exchange::default(), false)
            .await;
        let record = worker.message(&finished.id).await;
        assert_eq!(record.steps.len(), kept);
        assert_eq!(record.steps[0].seq, first);
        let last = record.steps.last().map(|step| step.error.as_deref());
        assert_eq!(
            last == Some(Some("it broke")),
            record.status == MessageStatus::Failed
        );
    }
}

/// What takes disproportionately long keeps no turn of what does not, and no message waits for ever.
#[tokio::test]
async fn long_computations_of_one_kind_do_not_hold_up_the_other() {
    let worker = Worker::start().await;
    let mut turns = Vec::new();
    tokio::time::pause();
    while let Some(turn) = worker.runtime.heavy_turn(true).await {
        turns.push(turn);
    }
    assert!(!turns.is_empty());
    let run = async |xpath: &str| {
        let filter = StepSpec::Filter(Filter {
            xpath: xpath.to_owned(),
            result: FilterResult::Text,
        });
        let target = worker.target(&plan(vec![process(vec![filter], None)]), LogLevel::Info);
        let exchange = Exchange {
            body: Body::Text(format!("<a><b>{}</b></a>", "x".repeat(100_000)).into()),
            ..Exchange::default()
        };
        worker.runtime.run_for_test(target, exchange, true).await
    };
    let plain = run("/a/b").await;
    assert!(matches!(plain.ending, Ending::Completed));
    let full = run("string-join(/a/b, ',')").await;
    let Ending::Failed(error) = full.ending else {
        panic!("{:?}", full.ending);
    };
    assert!(error.message.contains("busy"), "{}", error.message);
    turns.clear();
    let full = run("string-join(/a/b, ',')").await;
    assert!(matches!(full.ending, Ending::Completed));
}
