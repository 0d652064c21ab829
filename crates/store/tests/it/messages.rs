//! The message log and refusals.

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::certificate::Thumbprint;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::{CorrelationId, KeyId, MessageId};
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{
    self, Attribute, Cursor, Filter, Message, MessageStatus, Model, ModelNode, Step,
};
use lockgate_store::refusals::{self, Refusal};
use uuid::Uuid;

use crate::backend::{START, for_each_backend};

fn at(secs: u64) -> Timestamp {
    START.plus(Duration::from_secs(secs))
}

pub(crate) fn message(number: u64) -> Message {
    Message {
        id: MessageId::parse(&format!("m{number:05}")).unwrap(),
        correlation_id: format!("c{}", number % 3),
        predecessor: None,
        flow_id: format!("flow{}", number % 2),
        flow_name: "Flow".to_owned(),
        status: MessageStatus::Completed,
        custom_status: None,
        application_id: None,
        message_type: None,
        sender: None,
        receiver: None,
        started_at: at(number),
        ended_at: Some(at(number + 1)),
        identity: Some("sb-client".to_owned()),
        error: None,
        error_step: None,
        intermediate_error: false,
        log_level: LogLevel::Info,
        worker: "w1".to_owned(),
        custom_headers: Vec::new(),
        attributes: Vec::new(),
        model: None,
        steps: Vec::new(),
    }
}

fn step(seq: u32) -> Step {
    Step {
        seq,
        node: seq - 1,
        started_at: at(1),
        ended_at: at(2),
        error: (seq == 2).then(|| "it broke".to_owned()),
        properties: vec![(
            "RealDestinationUrl".to_owned(),
            "http://a\u{0}\u{fc}".to_owned(),
        )],
    }
}

fn model() -> Arc<Model> {
    let node = |n| ModelNode {
        id: format!("CallActivity_{n}"),
        name: "Set body".to_owned(),
        kind: "Content Modifier".to_owned(),
    };
    Arc::new(Model::new("flow1", vec![node(1), node(2)]))
}

fn numbers(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

#[tokio::test]
async fn a_record_is_found_with_its_steps_and_listed_without() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let full = Message {
            custom_status: Some("Sent".to_owned()),
            application_id: Some("A1".to_owned()),
            message_type: Some("Order".to_owned()),
            sender: Some("shop".to_owned()),
            receiver: Some("erp".to_owned()),
            error: Some("HTTP 500".to_owned()),
            error_step: Some("CallActivity_2".to_owned()),
            intermediate_error: true,
            custom_headers: vec![("order".to_owned(), "1".to_owned()); 2],
            predecessor: Some(message(9).id),
            attributes: vec![Attribute {
                adapter: "HTTP".to_owned(),
                name: "Url".to_owned(),
                value: "http://erp".to_owned(),
            }],
            model: Some(model()),
            steps: vec![step(1), step(2)],
            ..message(1)
        };
        messages::append(&mut tx, std::slice::from_ref(&full))
            .await
            .unwrap();
        let found = messages::find(&mut tx, &full.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&full));
        let listed = messages::list(&mut tx, &Filter::default()).await.unwrap();
        let without = Message {
            model: None,
            steps: Vec::new(),
            ..full
        };
        assert_eq!(listed, [without]);
        assert_eq!(messages::find(&mut tx, &message(2).id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn text_that_a_database_cannot_keep_is_replaced() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let odd = Message {
            sender: Some("a\0b".to_owned()),
            ..message(1)
        };
        messages::append(&mut tx, &[odd, message(2)]).await.unwrap();
        let found = messages::find(&mut tx, &message(1).id).await.unwrap();
        assert_eq!(found.unwrap().sender.as_deref(), Some("a\u{fffd}b"));
    })
    .await;
}

#[tokio::test]
async fn a_value_too_long_for_an_index_is_cut_and_found() {
    // Text that does not compress, four bytes a character.
    let long: String = (0..5_000_u32)
        .filter_map(|n| char::from_u32(0x1_0000 + n.wrapping_mul(2_654_435_761) % 0x8_0000))
        .collect();
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let odd = Message {
            correlation_id: long.clone(),
            flow_id: long.clone(),
            application_id: Some(long.clone()),
            ..message(1)
        };
        messages::append(&mut tx, &[odd]).await.unwrap();
        let filter = Filter {
            correlation: Some(long.clone()),
            flow: Some(long.clone()),
            application_id: Some(long.clone()),
            ..Filter::default()
        };
        let found = messages::list(&mut tx, &filter).await.unwrap();
        assert_eq!(numbers(&found), ["m00001"]);
        assert_eq!(found[0].flow_id.chars().count(), 500);
    })
    .await;
}

#[tokio::test]
async fn a_later_record_replaces_an_earlier_one_also_in_one_batch() {
    for_each_backend(async |backend| {
        let open = |number| Message {
            status: MessageStatus::Processing,
            ended_at: None,
            ..message(number)
        };
        let mut tx = backend.store.begin().await.unwrap();
        messages::append(&mut tx, &[open(1)]).await.unwrap();
        messages::append(&mut tx, &[open(2), message(1), message(2)])
            .await
            .unwrap();
        let listed = messages::list(&mut tx, &Filter::default()).await.unwrap();
        assert_eq!(listed, [message(2), message(1)]);
        messages::append(&mut tx, &[]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn filters_combine() {
    let special = Message {
        status: MessageStatus::Failed,
        application_id: Some("A1".to_owned()),
        sender: Some("shop".to_owned()),
        ..message(7)
    };
    let only = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    let cases: Vec<(Filter, Vec<&str>)> = vec![
        (only(|f| f.limit = 2), vec!["m00009", "m00008"]),
        (
            only(|f| f.flow = Some("flow0".to_owned())),
            vec!["m00008", "m00006", "m00004", "m00002", "m00000"],
        ),
        (
            only(|f| f.status = Some(MessageStatus::Failed)),
            vec!["m00007"],
        ),
        (
            only(|f| f.correlation = Some("c0".to_owned())),
            vec!["m00009", "m00006", "m00003", "m00000"],
        ),
        (
            only(|f| f.application_id = Some("A1".to_owned())),
            vec!["m00007"],
        ),
        (only(|f| f.sender = Some("shop".to_owned())), vec!["m00007"]),
        (only(|f| f.since = Some(at(8))), vec!["m00009", "m00008"]),
        (only(|f| f.until = Some(at(2))), vec!["m00001", "m00000"]),
        (
            only(|f| {
                f.flow = Some("flow1".to_owned());
                f.correlation = Some("c0".to_owned());
                f.since = Some(at(1));
                f.until = Some(at(9));
            }),
            vec!["m00003"],
        ),
        (only(|f| f.flow = Some("' OR 1=1 --".to_owned())), vec![]),
    ];
    for_each_backend(async |backend| {
        let mut log: Vec<Message> = (0..10).map(message).collect();
        log[7] = special.clone();
        let mut tx = backend.store.begin().await.unwrap();
        messages::append(&mut tx, &log).await.unwrap();
        for (filter, expected) in &cases {
            let listed = messages::list(&mut tx, filter).await.unwrap();
            assert_eq!(&numbers(&listed), expected, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_also_within_one_instant() {
    for_each_backend(async |backend| {
        let log: Vec<Message> = (0..7)
            .map(|number| Message {
                started_at: at(number / 3),
                ..message(number)
            })
            .collect();
        let mut tx = backend.store.begin().await.unwrap();
        messages::append(&mut tx, &log).await.unwrap();
        let mut seen = Vec::new();
        let mut filter = Filter {
            limit: 2,
            ..Filter::default()
        };
        loop {
            let page = messages::list(&mut tx, &filter).await.unwrap();
            let Some(last) = page.last() else { break };
            filter.before = Some(Cursor {
                started_at: last.started_at,
                id: last.id.clone(),
            });
            seen.extend(page);
        }
        let expected = [
            "m00006", "m00005", "m00004", "m00003", "m00002", "m00001", "m00000",
        ];
        assert_eq!(numbers(&seen), expected);
    })
    .await;
}

#[tokio::test]
async fn a_correlation_includes_the_message_it_is_named_after() {
    for_each_backend(async |backend| {
        let correlated = |number, to: &str| Message {
            correlation_id: to.to_owned(),
            ..message(number)
        };
        let own = correlated(4, "m00004");
        let mut tx = backend.store.begin().await.unwrap();
        let log = [
            correlated(1, "m00001"),
            correlated(3, "m00004"),
            own.clone(),
            correlated(5, "m00004"),
            correlated(6, "m00004"),
        ];
        messages::append(&mut tx, &log).await.unwrap();
        let found = messages::find(&mut tx, &own.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&own));
        let mut filter = Filter {
            correlation: Some("m00004".to_owned()),
            limit: 2,
            ..Filter::default()
        };
        let newest = messages::list(&mut tx, &filter).await.unwrap();
        assert_eq!(numbers(&newest), ["m00006", "m00005"]);
        filter.before = Some(Cursor {
            started_at: newest[1].started_at,
            id: newest[1].id.clone(),
        });
        let older = messages::list(&mut tx, &filter).await.unwrap();
        assert_eq!(older, [own, log[1].clone()]);
        filter.before = None;
        filter.status = Some(MessageStatus::Failed);
        assert_eq!(messages::list(&mut tx, &filter).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_page_has_a_largest_size() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let log: Vec<Message> = (0..u64::from(Filter::PAGE_MAX) + 1).map(message).collect();
        for batch in log.chunks(500) {
            messages::append(&mut tx, batch).await.unwrap();
        }
        for (limit, expected) in [(u32::MAX, Filter::PAGE_MAX), (0, Filter::PAGE), (1, 1)] {
            let filter = Filter {
                limit,
                ..Filter::default()
            };
            let page = messages::list(&mut tx, &filter).await.unwrap();
            assert_eq!(u32::try_from(page.len()).unwrap(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_worker_left_open_is_abandoned() {
    for_each_backend(async |backend| {
        let open = |number, worker: &str| Message {
            status: MessageStatus::Processing,
            ended_at: None,
            worker: worker.to_owned(),
            ..message(number)
        };
        let mut tx = backend.store.begin().await.unwrap();
        let log = [open(1, "w1"), open(2, "w2"), message(3)];
        messages::append(&mut tx, &log).await.unwrap();
        backend.clock.set(at(100));
        assert_eq!(messages::abandon_open(&mut tx, "w1").await.unwrap(), 1);
        let found = messages::find(&mut tx, &log[0].id).await.unwrap().unwrap();
        assert_eq!(found.status, MessageStatus::Abandoned);
        assert_eq!(found.ended_at, Some(at(100)));
        for untouched in &log[1..] {
            let found = messages::find(&mut tx, &untouched.id).await.unwrap();
            assert_eq!(found.as_ref(), Some(untouched));
        }
    })
    .await;
}

#[tokio::test]
async fn old_messages_are_purged() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let log: Vec<Message> = (0..5).map(message).collect();
        messages::append(&mut tx, &log).await.unwrap();
        assert_eq!(messages::purge(&mut tx, at(3)).await.unwrap(), 3);
        assert_eq!(messages::purge(&mut tx, at(3)).await.unwrap(), 0);
        let left = messages::list(&mut tx, &Filter::default()).await.unwrap();
        assert_eq!(numbers(&left), ["m00004", "m00003"]);
    })
    .await;
}

/// Two refusals: one with all that can be known, and a later one with as little.
fn refused() -> [Refusal; 2] {
    let full = Refusal {
        id: CorrelationId(Uuid::from_u128(1)),
        at: at(1),
        source: "127.0.0.1".to_owned(),
        method: "POST".to_owned(),
        path: "/http/orders".to_owned(),
        status: 403,
        reason: "role".to_owned(),
        detail: "the client lacks ESBMessaging.send".to_owned(),
        client_id: Some("sb-1".to_owned()),
        key_id: Some(KeyId(Uuid::from_u128(5))),
        thumbprint: Some(Thumbprint::of(b"certificate")),
        flow: Some("orders".to_owned()),
    };
    let bare = Refusal {
        id: CorrelationId(Uuid::from_u128(2)),
        at: at(2),
        client_id: None,
        key_id: None,
        thumbprint: None,
        flow: None,
        ..full.clone()
    };
    [full, bare]
}

fn of_refusals(set: impl FnOnce(&mut refusals::Filter)) -> refusals::Filter {
    let mut filter = refusals::Filter {
        limit: 10,
        ..refusals::Filter::default()
    };
    set(&mut filter);
    filter
}

#[tokio::test]
async fn refusals_are_kept_and_purged() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let [full, bare] = refused();
        let all = of_refusals(|_| ());
        for _ in 0..2 {
            refusals::append(&mut tx, &refused()).await.unwrap();
        }
        let listed = refusals::list(&mut tx, &all).await.unwrap();
        assert_eq!(listed, [bare.clone(), full.clone()]);
        let found = refusals::find(&mut tx, full.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&full));
        assert_eq!(refusals::purge(&mut tx, at(2)).await.unwrap(), 1);
        assert_eq!(refusals::find(&mut tx, full.id).await.unwrap(), None);
        assert_eq!(refusals::list(&mut tx, &all).await.unwrap(), [bare]);
    })
    .await;
}

#[tokio::test]
async fn refusals_are_found_by_each_of_their_parts() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let [full, bare] = refused();
        refusals::append(&mut tx, &refused()).await.unwrap();
        let about = |about: String| of_refusals(|f| f.about = Some(about));
        let cases = [
            (of_refusals(|_| ()), &[2, 1][..]),
            (of_refusals(|f| f.limit = 1), &[2]),
            (of_refusals(|f| f.id = Some(full.id)), &[1]),
            (of_refusals(|f| f.who = Some("sb-1".to_owned())), &[1]),
            (of_refusals(|f| f.who = Some("anonymous".to_owned())), &[2]),
            (about("orders".to_owned()), &[1]),
            (about(KeyId(Uuid::from_u128(5)).to_string()), &[1]),
            (about(Thumbprint::of(b"certificate").to_string()), &[1]),
            (about("other".to_owned()), &[]),
            (of_refusals(|f| f.since = Some(at(2))), &[2]),
            (of_refusals(|f| f.until = Some(at(2))), &[1]),
            (of_refusals(|f| f.before = Some((bare.at, bare.id.0))), &[1]),
        ];
        for (filter, expected) in cases {
            let found = refusals::list(&mut tx, &filter).await.unwrap();
            let found: Vec<_> = found.iter().map(|refusal| refusal.id.0.as_u128()).collect();
            assert_eq!(found, expected, "{filter:?}");
        }
    })
    .await;
}
