//! What transactional processes write: all of it when the message has ended well, or nothing.

use std::time::Duration;

use lockgate_store::data_stores::{self, Content, EntryKey, Filter, NewEntry};

use super::*;
use crate::names;

const TAKEN: &str = "com.sap.esb.datastore.DuplicateEntryException";

/// The store `s` of the tenant.
fn store() -> DataStore {
    DataStore {
        name: template("s"),
        scope: StoreScope::Tenant,
    }
}

fn id(text: &str) -> EntryId {
    EntryId::Template(template(text))
}

fn put(entry: &str, replace: bool) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Write(DataStoreWrite {
        store: store(),
        id: id(entry),
        replace,
        with_headers: false,
        encrypt: true,
        due_days: 2,
        expiry_days: 30,
    }))
}

fn get(entry: &str, delete: bool) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Get {
        store: store(),
        id: id(entry),
        delete,
        fail_if_missing: false,
    })
}

fn select(limit: u32) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Select {
        store: store(),
        limit,
        delete: false,
    })
}

fn delete(entry: &str) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Delete {
        store: store(),
        id: id(entry),
    })
}

fn set(name: &str, value: &str) -> StepSpec {
    StepSpec::WriteVariables(vec![VariableRow {
        name: template(name),
        source: constant(value),
        datatype: Datatype::Unspecified,
        scope: StoreScope::Flow,
    }])
}

fn read(name: &str) -> StepSpec {
    let source = ValueSource::LocalVariable {
        name: template(name),
        default: Some("default".to_owned()),
    };
    properties(vec![create(name, source)])
}

fn entry(name: &str) -> NewEntry {
    NewEntry {
        key: EntryKey {
            scope: Scope::Global,
            store: "s".to_owned(),
            id: name.to_owned(),
        },
        message: String::new(),
        content: Content {
            sealed: false,
            headers: None,
            body: b"<old/>".to_vec(),
        },
        size: 6,
        due_after: Duration::from_secs(60),
        expires_after: Duration::from_secs(60),
    }
}

async fn keep(worker: &Worker, name: &str) {
    let mut tx = worker.store.begin().await.unwrap();
    assert!(data_stores::put(&mut tx, entry(name), false).await.unwrap());
    tx.commit().await.unwrap();
}

/// The ids of all entries and the names of all variables.
async fn kept(worker: &Worker) -> Vec<String> {
    let mut tx = worker.store.read().await.unwrap();
    let heads = data_stores::heads(&mut tx, Filter::default(), 0, 100).await;
    let variables = variables::list(&mut tx).await.unwrap().into_iter();
    let ids = heads.unwrap().into_iter().map(|head| head.key.id);
    ids.chain(variables.map(|variable| variable.name)).collect()
}

/// Runs a transactional process of these steps.
async fn run(
    worker: &Worker,
    steps: Vec<StepSpec>,
    handler: Option<Vec<StepSpec>>,
) -> (Exchange, Ending) {
    let mut main = process(steps, handler);
    main.transactional = true;
    let target = worker.target(&plan(vec![main]), LogLevel::Info);
    let sent = xml("<new/>");
    let finished = worker.runtime.run_for_test(target, sent, false).await;
    (finished.exchange, finished.ending)
}

fn class(ending: &Ending) -> &'static str {
    match ending {
        Ending::Failed(error) => error.class,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_that_fails_has_written_nothing() {
    let worker = Worker::start().await;
    keep(&worker, "1").await;
    let steps = |end| {
        vec![
            put("2", false),
            set("v", "1"),
            delete("1"),
            StepSpec::End(end),
        ]
    };
    let (_, ending) = run(&worker, steps(End::Error), None).await;
    assert!(matches!(ending, Ending::Failed(_)));
    assert_eq!(kept(&worker).await, ["1"]);
    let (_, ending) = run(&worker, steps(End::Message(None)), None).await;
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(kept(&worker).await, ["2", "v"]);
}

#[tokio::test]
async fn a_process_that_is_not_transactional_has_written_what_it_has() {
    let worker = Worker::start().await;
    let steps = vec![put("1", false), set("v", "1"), StepSpec::End(End::Error)];
    let target = worker.target(&plan(vec![process(steps, None)]), LogLevel::Info);
    let finished = worker
        .runtime
        .run_for_test(target, xml("<a/>"), false)
        .await;
    assert!(matches!(finished.ending, Ending::Failed(_)));
    assert_eq!(kept(&worker).await, ["1", "v"]);
}

#[tokio::test]
async fn nobody_but_the_message_sees_what_it_has_written_so_far() {
    let worker = Worker::start().await;
    keep(&worker, "1").await;
    keep(&worker, "2").await;
    let steps = vec![
        put("3", false),
        put("2", true),
        delete("1"),
        set("v", "1"),
        call("wait"),
        get("1", false),
        properties(vec![create(
            "one",
            ValueSource::Header(names::DATA_STORE_FOUND.to_owned()),
        )]),
        read("v"),
        select(9),
    ];
    let running = run(&worker, steps, None);
    let meanwhile = async {
        while worker.peer.0.received.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(kept(&worker).await, ["1", "2"]);
        worker.peer.0.go.notify_one();
    };
    let ((exchange, ending), ()) = tokio::join!(running, meanwhile);
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(property(&exchange, "one").unwrap(), "false");
    assert_eq!(property(&exchange, "v").unwrap(), "1");
    let seen = text(&exchange);
    let messages =
        "<messages><message id=\"3\"><new/></message><message id=\"2\"><new/></message></messages>";
    assert!(seen.ends_with(messages), "{seen}");
    assert_eq!(kept(&worker).await, ["2", "3", "v"]);
}

#[tokio::test]
async fn selecting_counts_what_is_left_of_the_store_first() {
    let worker = Worker::start().await;
    keep(&worker, "1").await;
    keep(&worker, "2").await;
    let steps = vec![delete("1"), put("3", false), select(1)];
    let (exchange, _) = run(&worker, steps, None).await;
    let seen = text(&exchange);
    assert!(
        seen.ends_with("<messages><message id=\"2\"><old/></message></messages>"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_taken_id_undoes_the_message_even_if_the_error_is_handled() {
    let worker = Worker::start().await;
    keep(&worker, "1").await;
    for first in [put("1", false), put("2", true)] {
        let steps = vec![set("v", "1"), first, put("2", false)];
        let (_, ending) = run(&worker, steps, Some(vec![end()])).await;
        assert_eq!(class(&ending), TAKEN);
        assert_eq!(kept(&worker).await, ["1"]);
    }
    // What the message itself deleted is free.
    let steps = vec![delete("1"), put("1", false), set("v", "1")];
    let (_, ending) = run(&worker, steps, None).await;
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(kept(&worker).await, ["1", "v"]);
}

#[tokio::test]
async fn an_id_that_another_message_took_meanwhile_undoes_the_message() {
    let worker = Worker::start().await;
    let running = run(
        &worker,
        vec![put("1", false), set("v", "1"), call("wait")],
        None,
    );
    let meanwhile = async {
        while worker.peer.0.received.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        keep(&worker, "1").await;
        worker.peer.0.go.notify_one();
    };
    let ((_, ending), ()) = tokio::join!(running, meanwhile);
    assert_eq!(class(&ending), TAKEN);
    assert_eq!(kept(&worker).await, ["1"]);
}

#[tokio::test]
async fn what_is_fetched_after_it_was_written_is_never_there() {
    let worker = Worker::start().await;
    keep(&worker, "1").await;
    let steps = vec![
        put("1", true),
        get("1", true),
        put("2", false),
        get("2", true),
    ];
    let (exchange, ending) = run(&worker, steps, None).await;
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(text(&exchange), "<new/>");
    assert!(kept(&worker).await.is_empty());
}

#[tokio::test]
async fn an_escalation_keeps_what_was_fetched_and_what_was_written() {
    let worker = Worker::start().await;
    keep(&worker, "1").await;
    let escalation = StepSpec::End(End::Escalation("x".to_owned()));
    let steps = vec![get("1", true), put("2", false), escalation];
    let (_, ending) = run(&worker, steps, None).await;
    assert!(matches!(ending, Ending::Escalated));
    assert_eq!(kept(&worker).await, ["1", "2"]);
}

#[tokio::test]
async fn what_waits_is_bounded() {
    use crate::run::{Transaction, Written};
    let worker = Worker::start().await;
    let transaction = Transaction::new(worker.store.clone(), true);
    let large = || NewEntry {
        size: 60 * 1024 * 1024,
        ..entry("1")
    };
    // Even for one id: what is overwritten has been in memory too.
    for expected in [Written::Yes, Written::Yes, Written::TooMuch] {
        assert_eq!(transaction.put(large(), true, NOW).await.unwrap(), expected);
    }
    let name = "n".repeat(1024 * 1024);
    let key = || vec![((Scope::Global, name.clone()), None)];
    let mut last = Written::Yes;
    for _ in 0..9 {
        last = transaction.set_variables(key()).await.unwrap();
    }
    assert_eq!(last, Written::TooMuch);
}
