//! Finding messages by anything, and what is kept of their content.

use std::time::Duration;

use lockgate_core::clock::Timestamp;
use lockgate_core::ids::MessageId;
use lockgate_store::flows::{self, LogLevel, NewFlow};
use lockgate_store::messages::{
    self, Compare, Condition, Filter, Message, MessageStatus, Order, OrderBy, Search, Subject,
    TextTest, TimeSubject,
};
use lockgate_store::payloads::{self, Payload, PayloadHead, PayloadKind};
use lockgate_store::resends::{self, Resend};
use lockgate_store::{Tx, settings};

use crate::backend::{Backend, START, for_each_backend};
use crate::messages::message;

fn at(secs: u64) -> Timestamp {
    START.plus(Duration::from_secs(secs))
}

fn text(subject: Subject, test: TextTest, text: &str) -> Condition {
    Condition::Text(subject, test, text.to_owned())
}

fn equal(subject: Subject, other: &str) -> Condition {
    text(subject, TextTest::Is(Compare::Equal), other)
}

fn not_equal(subject: Subject, other: &str) -> Condition {
    text(subject, TextTest::Is(Compare::NotEqual), other)
}

fn time(subject: TimeSubject, compare: Compare, secs: u64) -> Condition {
    Condition::Time(subject, compare, at(secs))
}

fn header(name: &str, value: Option<&str>) -> Condition {
    Condition::Header {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    }
}

/// Six messages, each a little different; the third still runs, and took place of an earlier record.
async fn fill(tx: &mut Tx) {
    let flow = NewFlow {
        id: "flow1".to_owned(),
        name: "Orders".to_owned(),
        version: "1.0.0".to_owned(),
        bundle: Vec::new(),
        parameters: Default::default(),
        log_level: LogLevel::Info,
        deployed_by: String::new(),
    };
    flows::upsert(tx, &flow).await.unwrap();
    let mut all: Vec<Message> = (0..6).map(message).collect();
    all[0].sender = Some("Shop".to_owned());
    all[0].receiver = Some("ERP 100%_x".to_owned());
    all[1].status = MessageStatus::Failed;
    all[1].custom_status = Some("Lost".to_owned());
    all[2].status = MessageStatus::Processing;
    all[2].ended_at = None;
    all[3].message_type = Some("ORDERS05".to_owned());
    all[3].application_id = Some("A'1".to_owned());
    all[3].ended_at = Some(at(100));
    all[4].predecessor = Some(message(0).id);
    all[4].correlation_id = message(4).id.to_string();
    all[4].log_level = LogLevel::Debug;
    all[5].status = MessageStatus::Escalated;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    all[0].custom_headers = vec![pair("Order", "1"), pair("Order", "2"), pair("Order", "2")];
    all[5].custom_headers = vec![pair("Order", "2"), pair("Country", "DE")];
    messages::append(tx, &all[2..3]).await.unwrap();
    messages::append(tx, &all).await.unwrap();
}

async fn found(tx: &mut Tx, search: &Search) -> String {
    let found = messages::search(tx, search).await.unwrap();
    let number = |message: &Message| message.id.as_str().trim_start_matches("m0000").to_owned();
    found.iter().map(number).collect()
}

fn conditions() -> Vec<(Condition, &'static str)> {
    use Subject::*;
    let or = Condition::Or;
    let and = Condition::And;
    vec![
        (and(vec![]), "543210"),
        (or(vec![]), ""),
        (equal(Id, "m00003"), "3"),
        (text(Id, TextTest::Contains, "0003"), "3"),
        (equal(Correlation, "c0"), "30"),
        (equal(Correlation, "m00004"), "4"),
        (not_equal(Correlation, "c0"), "5421"),
        (equal(Predecessor, "m00000"), "4"),
        (equal(Predecessor, ""), "53210"),
        (equal(Flow, "flow1"), "531"),
        (equal(Flow, "Orders"), "531"),
        (not_equal(Flow, "Orders"), "420"),
        (text(Flow, TextTest::EndsWith, "1"), "531"),
        (equal(FlowId, "Orders"), ""),
        (equal(FlowName, "Flow"), "543210"),
        (equal(Status, "COMPLETED"), "430"),
        (equal(Status, "FAILED"), "1"),
        (not_equal(Status, "DISCARDED"), "543210"),
        (
            or(vec![
                equal(Status, "FAILED"),
                equal(Status, "ESCALATED"),
                equal(Status, "FAILED"),
            ]),
            "51",
        ),
        (equal(CustomStatus, "Lost"), "1"),
        (equal(CustomStatus, "COMPLETED"), "430"),
        (equal(CustomStatus, "FAILED"), ""),
    ]
}

/// Conditions on what only some messages have, and combinations.
fn more_conditions() -> Vec<(Condition, &'static str)> {
    use Subject::*;
    let or = Condition::Or;
    let and = Condition::And;
    let not = |condition| Condition::Not(Box::new(condition));
    vec![
        (equal(ApplicationId, "A'1"), "3"),
        (equal(MessageType, "ORDERS05"), "3"),
        (text(MessageType, TextTest::StartsWith, "ORD"), "3"),
        (text(MessageType, TextTest::StartsWith, "ord"), ""),
        (text(MessageType, TextTest::StartsWith, ""), "543210"),
        (equal(Sender, "Shop"), "0"),
        (not_equal(Sender, "Shop"), "54321"),
        (equal(Sender, ""), "54321"),
        (text(Sender, TextTest::Is(Compare::Greater), ""), "0"),
        (text(Receiver, TextTest::Contains, "0%_"), "0"),
        (text(Receiver, TextTest::EndsWith, "x"), "0"),
        (
            text(Receiver, TextTest::EndsWith, "much longer than it"),
            "",
        ),
        (equal(LogLevel, "DEBUG"), "4"),
        (header("Order", Some("2")), "50"),
        (header("Order", None), "50"),
        (header("Country", Some("DE")), "5"),
        (
            and(vec![header("Order", Some("2")), header("Country", None)]),
            "5",
        ),
        (not(header("Order", None)), "4321"),
        (time(TimeSubject::Started, Compare::GreaterOrEqual, 4), "54"),
        (time(TimeSubject::Started, Compare::Less, 1), "0"),
        (time(TimeSubject::Changed, Compare::Greater, 6), "3"),
        // One that runs has changed when it started.
        (time(TimeSubject::Changed, Compare::Equal, 2), "21"),
        (
            and(vec![
                equal(Correlation, "c0"),
                or(vec![equal(Sender, "Shop"), equal(Status, "FAILED")]),
            ]),
            "0",
        ),
        (
            not(or(vec![
                equal(Status, "COMPLETED"),
                equal(Status, "FAILED"),
            ])),
            "52",
        ),
        (equal(Sender, "' OR 1=1 --"), ""),
    ]
}

#[tokio::test]
async fn any_condition_finds_and_counts_alike_on_both_databases() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        fill(&mut tx).await;
        for (condition, expected) in conditions().into_iter().chain(more_conditions()) {
            let search = Search {
                condition: condition.clone(),
                limit: 100,
                ..Search::default()
            };
            assert_eq!(found(&mut tx, &search).await, expected, "{condition:?}");
            let counted = messages::count(&mut tx, &condition).await.unwrap();
            assert_eq!(counted, expected.len() as u64, "{condition:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn orders_offsets_and_limits_combine_with_branches() {
    let by = |by, descending| Order { by, descending };
    let changed = OrderBy::Time(TimeSubject::Changed);
    let started = OrderBy::Time(TimeSubject::Started);
    let (all, of_order) = (Condition::default, || header("Order", Some("2")));
    let (of_flow, correlated) = (
        || equal(Subject::Flow, "Orders"),
        || equal(Subject::Correlation, "c0"),
    );
    let by_status = by(OrderBy::Text(Subject::Status), false);
    let by_sender = by(OrderBy::Text(Subject::Sender), true);
    let (newest, oldest) = (by(changed, true), by(changed, false));
    // 1 and 2 changed at the same instant; what is equal is in the order of ids.
    let cases = [
        (vec![by(started, false)], all(), 0, 9, "012345"),
        (vec![newest], all(), 0, 9, "354210"),
        (vec![newest], all(), 1, 2, "54"),
        (vec![newest], of_flow(), 0, 1, "3"),
        (vec![oldest], correlated(), 0, 9, "03"),
        (vec![by_status, by(started, true)], all(), 0, 9, "430512"),
        (vec![by_sender], correlated(), 0, 9, "03"),
        (vec![newest], of_order(), 1, 1, "0"),
        (vec![], of_order(), 1, 1, "0"),
        (vec![], all(), 0, 0, ""),
        (vec![], all(), u64::MAX, 1, ""),
    ];
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        fill(&mut tx).await;
        for (order, condition, skip, limit, expected) in &cases {
            let search = Search {
                condition: condition.clone(),
                order: order.clone(),
                after: None,
                skip: *skip,
                limit: *limit,
            };
            let found = found(&mut tx, &search).await;
            assert_eq!(&found, expected, "{search:?}");
        }
    })
    .await;
}

fn payload(message: &MessageId, kind: PayloadKind, secs: u64, body: &[u8]) -> Payload {
    Payload {
        head: PayloadHead {
            id: 0,
            message: message.clone(),
            kind,
            step_seq: Some(3),
            step_id: Some("CallActivity_1".to_owned()),
            parent: None,
            name: None,
            kept_at: at(secs),
            media_type: Some("text/plain".to_owned()),
            size: body.len() as u64,
        },
        headers: vec![("a".to_owned(), "\u{0}b".to_owned())],
        properties: Vec::new(),
        body: body.to_vec(),
    }
}

#[tokio::test]
async fn contents_are_numbered_found_searched_and_deleted_by_kind_and_age() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        fill(&mut tx).await;
        let (one, two) = (message(1).id, message(2).id);
        let all = [
            payload(&one, PayloadKind::Before, 1, b"before \xff needle"),
            payload(&one, PayloadKind::Inbound, 1, b"came in"),
            payload(&two, PayloadKind::Attachment, 2, b"attached"),
        ];
        let first = payloads::append(&mut tx, &all).await.unwrap();
        let next = payloads::append(&mut tx, &all[2..]).await.unwrap();
        assert_eq!(next, first + 3);
        assert_eq!(payloads::append(&mut tx, &[]).await.unwrap(), 0);
        let mut expected = all[0].clone();
        expected.head.id = first;
        expected.headers[0].1 = "\u{fffd}b".to_owned();
        let found_first = payloads::find(&mut tx, first).await.unwrap();
        // JSON escapes what the database cannot keep, so it comes back.
        let kept = found_first.unwrap();
        assert_eq!((&kept.head, &kept.body), (&expected.head, &expected.body));
        let heads = payloads::list(&mut tx, &one).await.unwrap();
        assert_eq!(
            heads.iter().map(|head| head.id).collect::<Vec<_>>(),
            [first, first + 1]
        );
        let inbound = payloads::find_kind(&mut tx, &one, PayloadKind::Inbound).await;
        assert_eq!(inbound.unwrap().unwrap().body, b"came in");

        for (needle, expected) in [("needle", "1"), ("attached", "2"), ("a", "21"), ("no", "")] {
            let search = Search {
                condition: Condition::Payload(needle.to_owned()),
                limit: 10,
                ..Search::default()
            };
            assert_eq!(found(&mut tx, &search).await, expected, "{needle}");
        }
        let purged =
            async |tx: &mut Tx, kind, secs| payloads::purge(tx, kind, at(secs)).await.unwrap();
        assert_eq!(purged(&mut tx, PayloadKind::Before, 1).await, 0);
        assert_eq!(purged(&mut tx, PayloadKind::Before, 2).await, 1);
        assert_eq!(purged(&mut tx, PayloadKind::Before, 2).await, 0);
        assert_eq!(payloads::list(&mut tx, &one).await.unwrap().len(), 1);
        assert_eq!(payloads::list(&mut tx, &two).await.unwrap().len(), 2);
    })
    .await;
}

/// How many rows the tables of the message log have.
async fn rows(backend: &Backend, sql: &str) -> i64 {
    backend
        .raw(&format!(
            "DELETE FROM settings WHERE name = 'rows';
            INSERT INTO settings (name, value) SELECT 'rows', CAST(count(*) AS TEXT) FROM {sql}"
        ))
        .await;
    let mut tx = backend.store.read().await.unwrap();
    let rows = settings::get(&mut tx, "rows").await.unwrap().unwrap();
    rows.parse().unwrap()
}

#[tokio::test]
async fn with_a_message_goes_everything_that_belongs_to_it() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        fill(&mut tx).await;
        let (zero, runs) = (message(0).id, message(2).id);
        let kept = [payload(&zero, PayloadKind::Inbound, 1, b"x")];
        payloads::append(&mut tx, &kept).await.unwrap();
        assert!(!messages::delete(&mut tx, &runs).await.unwrap());
        assert!(messages::delete(&mut tx, &zero).await.unwrap());
        assert!(!messages::delete(&mut tx, &zero).await.unwrap());
        assert!(payloads::list(&mut tx, &zero).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        assert_eq!(rows(&backend, "message_headers").await, 2);

        let mut tx = backend.store.begin().await.unwrap();
        while messages::purge(&mut tx, at(100)).await.unwrap() > 0 {}
        let left = messages::list(&mut tx, &Filter::default()).await.unwrap();
        assert!(left.is_empty());
        tx.commit().await.unwrap();
        for table in ["message_headers", "message_models"] {
            assert_eq!(rows(&backend, table).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_to_send_again_is_taken_over_once() {
    for_each_backend(async |backend| {
        let resend = Resend {
            id: message(9).id,
            original: message(1).id,
            requested_by: "alice".to_owned(),
        };
        let mut tx = backend.store.begin().await.unwrap();
        resends::insert(&mut tx, &resend).await.unwrap();
        assert_eq!(
            resends::list(&mut tx).await.unwrap(),
            std::slice::from_ref(&resend)
        );
        assert!(resends::claim(&mut tx, &resend.id).await.unwrap());
        assert!(!resends::claim(&mut tx, &resend.id).await.unwrap());
        resends::insert(&mut tx, &resend).await.unwrap();
        assert_eq!(resends::purge(&mut tx, START).await.unwrap(), 0);
        assert_eq!(resends::purge(&mut tx, at(1)).await.unwrap(), 1);
    })
    .await;
}
