//! What the message log keeps of messages, and how they are sent again.

use std::time::Duration;

use lockgate_core::clock::Clock as _;
use lockgate_core::ids::MessageId;
use lockgate_engine::journal::ContentLimits;
use lockgate_engine::runtime::Settings;
use lockgate_store::flows::{self, LogLevel, Temporary};
use lockgate_store::messages::{self, MessageStatus};
use lockgate_store::payloads::{Payload, PayloadKind};
use lockgate_store::resends::{self, Resend};

use crate::models::Model;
use crate::worker::{Worker, eventually};

async fn keep(worker: &Worker, flow: &str) {
    let mut tx = worker.store.begin().await.unwrap();
    assert!(flows::set_keep(&mut tx, flow, true).await.unwrap());
    tx.commit().await.unwrap();
    worker.runtime.reconcile().await.unwrap();
}

async fn ask(worker: &Worker, original: &MessageId, new: &str) -> MessageId {
    let resend = Resend {
        id: MessageId::parse(new).unwrap(),
        original: original.clone(),
        requested_by: "alice".to_owned(),
    };
    let mut tx = worker.store.begin().await.unwrap();
    resends::insert(&mut tx, &resend).await.unwrap();
    tx.commit().await.unwrap();
    resend.id
}

fn of_kind(payloads: &[Payload], kind: PayloadKind) -> Vec<&Payload> {
    let all = payloads.iter();
    all.filter(|payload| payload.head.kind == kind).collect()
}

fn pair<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut all = pairs.iter();
    let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_log_level_for_a_time_ends_on_every_worker_without_anybody_doing_anything() {
    let worker = Worker::start().await;
    worker.deploy(&[Model::https("A", "/a").body("x")]).await;
    let other = worker.beside("w2").await;
    let until = worker.clock.now().plus(Duration::from_secs(600));
    let mut tx = worker.store.begin().await.unwrap();
    let temporary = Temporary {
        level: LogLevel::Trace,
        until,
    };
    flows::set_temporary_level(&mut tx, "A", temporary)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for worker in [&worker, &other] {
        worker.runtime.reconcile().await.unwrap();
    }
    for (advance, level) in [
        (0, LogLevel::Trace),
        (599, LogLevel::Trace),
        (1, LogLevel::Info),
    ] {
        worker.clock.advance(Duration::from_secs(advance));
        for worker in [&worker, &other] {
            let outcome = worker.post("/a", "").await.unwrap();
            let record = worker.message(&outcome.message_id).await;
            assert_eq!(record.log_level, level);
        }
    }
    // A new deployment changes nothing about it; a level for good ends it.
    worker.clock.advance(Duration::from_secs(1));
    let mut tx = worker.store.begin().await.unwrap();
    flows::set_log_level(&mut tx, "A", LogLevel::Error)
        .await
        .unwrap();
    let head = flows::find_head(&mut tx, "A").await.unwrap().unwrap();
    assert_eq!((head.log_level, head.temporary), (LogLevel::Error, None));
}

#[tokio::test]
async fn a_trace_shows_the_message_before_and_after_each_step() {
    let worker = Worker::start().await;
    let model = Model::https("A", "/a").body("${in.body}!");
    worker.put("A", model.zip(), LogLevel::Trace).await;
    worker.runtime.reconcile().await.unwrap();
    let outcome = worker.post("/a", "b").await.unwrap();
    let record = worker.message(&outcome.message_id).await;
    let payloads = worker.payloads(&record.id).await;
    let bodies = |kind| -> Vec<String> {
        let all = of_kind(&payloads, kind).into_iter();
        all.map(|payload| String::from_utf8(payload.body.clone()).unwrap())
            .collect()
    };
    assert_eq!(bodies(PayloadKind::Before), ["b", "b!"]);
    assert_eq!(bodies(PayloadKind::After), ["b!", "b!"]);
    let (step, traced) = (&record.steps[0], of_kind(&payloads, PayloadKind::Before)[0]);
    assert_eq!(traced.head.step_seq, Some(step.seq));
    assert_eq!(
        traced.head.step_id.as_deref(),
        Some(record.node(step).id.as_str())
    );
    assert_eq!(
        pair(&traced.headers, "SAP_MessageProcessingLogID"),
        Some(record.id.as_str())
    );
    assert_eq!(
        pair(&traced.properties, "SAP_MPL_LogLevel_Overall"),
        Some("TRACE")
    );
    let told: Vec<_> = record
        .attributes
        .iter()
        .map(|one| (one.adapter.as_str(), one.name.as_str(), one.value.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("HTTPS", "Method", "POST"),
            ("HTTPS", "Url", "https://host.example/http/a")
        ]
    );
}

#[tokio::test]
async fn a_kept_message_is_sent_again_by_one_worker() {
    let worker = Worker::start().await;
    let model = Model::https("A", "/a")
        .setting("allowedHeaderList", "*")
        .body("${in.body}, ${header.Tag}, ${header.SapAuthenticatedUserName}");
    worker.deploy(&[model]).await;
    let other = worker.beside("w2").await;
    other.runtime.reconcile().await.unwrap();
    let before = worker.post("/a", "lost").await.unwrap().message_id;
    keep(&worker, "A").await;
    // Either worker may take what is sent again, so both have to know that messages are kept.
    other.runtime.reconcile().await.unwrap();
    let headers = [("Tag", "t1"), ("X-Api-Key", "hunter2")];
    let first = worker.call("/a", None, &headers, "hello").await.unwrap();
    let original = worker.message(&first.message_id).await;
    assert!(worker.payloads(&before).await.is_empty());
    let kept = worker.payloads(&original.id).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].head.kind, PayloadKind::Inbound);
    assert!(!format!("{kept:?}").contains("hunter2"));

    let new = ask(&worker, &original.id, "again").await;
    let both = [&worker, &other];
    for worker in both {
        worker.runtime.resend_kept().await.unwrap();
    }
    let ended = || async {
        let mut tx = worker.store.read().await.unwrap();
        let found = messages::find(&mut tx, &new).await.unwrap();
        found.filter(|record| record.status != MessageStatus::Processing)
    };
    let record = eventually(ended).await;
    assert_eq!(record.status, MessageStatus::Completed);
    assert_eq!(record.predecessor.as_ref(), Some(&original.id));
    assert_eq!(record.correlation_id, original.correlation_id);
    assert_eq!(record.identity.as_deref(), Some("alice"));
    // It is kept as well, with what it was sent with, and the operator's name.
    let written = || async {
        let found = worker.payloads(&new).await;
        (!found.is_empty()).then_some(found)
    };
    let again = eventually(written).await;
    assert_eq!(again.len(), 1, "one worker ran it");
    assert_eq!(again[0].body, b"hello");
    assert_eq!(pair(&again[0].headers, "Tag"), Some("t1"));
    assert_eq!(
        pair(&again[0].headers, "SapAuthenticatedUserName"),
        Some("alice")
    );
    let mut tx = worker.store.read().await.unwrap();
    assert!(resends::list(&mut tx).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_not_kept_whole_fails_when_it_is_sent_again() {
    let settings = Settings {
        content: ContentLimits {
            trace_bytes: 3,
            kept_bytes: 3,
        },
        ..Settings::of_worker("w1")
    };
    let worker = Worker::with(settings).await;
    worker.deploy(&[Model::https("A", "/a").body("x")]).await;
    keep(&worker, "A").await;
    let original = worker.post("/a", "hello").await.unwrap().message_id;
    worker.message(&original).await;
    let kept = worker.payloads(&original).await;
    assert!(kept[0].is_cut() && kept[0].body == b"hel" && kept[0].head.size == 5);
    let new = ask(&worker, &original, "again").await;
    worker.runtime.resend_kept().await.unwrap();
    let record = worker.message(&new).await;
    assert_eq!(record.status, MessageStatus::Failed);
    assert!(record.error.unwrap().contains(original.as_str()));
}

#[tokio::test]
async fn a_message_whose_flow_is_gone_waits_to_be_sent_again() {
    let worker = Worker::start().await;
    worker.deploy(&[Model::https("A", "/a").body("x")]).await;
    keep(&worker, "A").await;
    let original = worker.post("/a", "hello").await.unwrap().message_id;
    worker.message(&original).await;
    worker.undeploy("A").await;
    let new = ask(&worker, &original, "again").await;
    worker.runtime.resend_kept().await.unwrap();
    worker
        .deploy(&[Model::https("A", "/other").body("y")])
        .await;
    let sent = eventually(|| async {
        worker.runtime.resend_kept().await.unwrap();
        let mut tx = worker.store.read().await.unwrap();
        let found = messages::find(&mut tx, &new).await.unwrap();
        found.filter(|record| record.status == MessageStatus::Completed)
    });
    assert_eq!(sent.await.predecessor, Some(original));
}

#[tokio::test]
async fn what_is_sent_again_is_seen_although_the_flow_keeps_no_log() {
    let worker = Worker::start().await;
    worker.deploy(&[Model::https("A", "/a").body("x")]).await;
    keep(&worker, "A").await;
    let original = worker.post("/a", "hello").await.unwrap().message_id;
    worker.message(&original).await;
    let mut tx = worker.store.begin().await.unwrap();
    flows::set_log_level(&mut tx, "A", LogLevel::None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    worker.runtime.reconcile().await.unwrap();
    let new = ask(&worker, &original, "again").await;
    worker.runtime.resend_kept().await.unwrap();
    assert_eq!(worker.message(&new).await.log_level, LogLevel::Info);
}

/// The levels None and Error keep no attachments, and only Debug and Trace what steps tell of themselves.
#[tokio::test]
async fn what_steps_tell_is_kept_as_far_as_the_level_goes() {
    let worker = Worker::start().await;
    let model = Model::https("A", "/a").call_peer("tell").ends("Error");
    for (level, attachments, properties) in [
        (LogLevel::Error, 0, 0),
        (LogLevel::Info, 1, 0),
        (LogLevel::Debug, 1, 1),
    ] {
        worker.put("A", model.zip(), level).await;
        worker.runtime.reconcile().await.unwrap();
        let outcome = worker.post("/a", "x").await.unwrap();
        let record = worker.message(&outcome.message_id).await;
        let headers = [("Order".to_owned(), "4711".to_owned())];
        assert_eq!(record.custom_headers, headers, "{level}");
        let told = record.attributes.iter().filter(|one| one.adapter == "HTTP");
        assert_eq!(told.count(), 1, "{level}");
        let steps = record.steps.iter().map(|step| step.properties.len());
        assert_eq!(steps.sum::<usize>(), properties, "{level}");
        let kept = worker.payloads(&record.id).await;
        let kept = of_kind(&kept, PayloadKind::Attachment);
        assert_eq!(kept.len(), attachments, "{level}");
        for attachment in kept {
            assert_eq!(attachment.head.name.as_deref(), Some("order.txt"));
            assert_eq!(attachment.body, b"attached");
        }
        let mut tx = worker.store.read().await.unwrap();
        let filter = messages::Filter {
            header: Some(("Order".to_owned(), Some("4711".to_owned()))),
            ..messages::Filter::default()
        };
        let found = messages::list(&mut tx, &filter).await.unwrap();
        assert!(found.iter().any(|one| one.id == record.id));
    }
}
