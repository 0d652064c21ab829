use std::sync::Arc;

use lockgate_core::clock::{ManualClock, SharedClock};
use lockgate_testkit::postgres;
use rusqlite::Connection;

use super::search::page_statement;
use super::*;
use crate::driver::Dialect;
use crate::store::{Location, Store};

/// The tables of messages, as migrations make them.
const SCHEMA: [&str; 2] = [
    include_str!("../../migrations/0003_messages.sql"),
    include_str!("../../migrations/0007_message_log.sql"),
];

/// How SQLite would find the messages of a search, one step a line.
fn plan(search: &Search) -> String {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE flows (id TEXT NOT NULL)")
        .unwrap();
    for script in SCHEMA {
        connection.execute_batch(script).unwrap();
    }
    let (sql, params) = page_statement(search, Dialect::Sqlite);
    let sql = format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"));
    let mut statement = connection.prepare(&sql).unwrap();
    let steps = statement.query_map(rusqlite::params_from_iter(params), |row| row.get("detail"));
    let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
    steps.join("\n")
}

fn equal(subject: Subject, text: &str) -> Condition {
    Condition::Text(subject, TextTest::Is(Compare::Equal), text.to_owned())
}

fn by_change(condition: Condition) -> Search {
    Search {
        condition,
        order: vec![Order {
            by: OrderBy::Time(TimeSubject::Changed),
            descending: true,
        }],
        limit: 50,
        ..Search::default()
    }
}

fn after(condition: Condition) -> Search {
    let cursor = Cursor {
        started_at: Timestamp::from_secs(1),
        id: MessageId::parse("a").unwrap(),
    };
    Search {
        condition,
        after: Some(cursor),
        limit: 50,
        ..Search::default()
    }
}

fn any_of(subject: Subject, texts: &[&str]) -> Condition {
    Condition::Or(texts.iter().map(|text| equal(subject, text)).collect())
}

/// Searches of people and tools, and the index that has to find each.
fn searches() -> Vec<(Search, &'static str)> {
    let since = Condition::Time(
        TimeSubject::Started,
        Compare::GreaterOrEqual,
        Timestamp::from_secs(1),
    );
    let header = Condition::Header {
        name: "Order".to_owned(),
        value: Some("4711".to_owned()),
    };
    let not_discarded = Condition::Text(
        Subject::Status,
        TextTest::Is(Compare::NotEqual),
        "DISCARDED".to_owned(),
    );
    let of_flow = Condition::And(vec![equal(Subject::FlowId, "x"), not_discarded]);
    vec![
        (after(since), "messages_started_at_id"),
        (after(equal(Subject::FlowId, "x")), "messages_by_flow"),
        (
            after(any_of(Subject::FlowId, &["x", "y"])),
            "messages_by_flow",
        ),
        (
            after(equal(Subject::Status, "FAILED")),
            "messages_by_status",
        ),
        (
            after(any_of(Subject::Status, &["FAILED", "RETRY"])),
            "messages_by_status",
        ),
        (
            after(equal(Subject::CustomStatus, "Sent")),
            "messages_by_custom_status",
        ),
        (
            after(equal(Subject::ApplicationId, "x")),
            "messages_by_application_id",
        ),
        (
            after(equal(Subject::MessageType, "x")),
            "messages_by_message_type",
        ),
        (after(equal(Subject::Sender, "x")), "messages_by_sender"),
        (after(equal(Subject::Receiver, "x")), "messages_by_receiver"),
        (
            after(equal(Subject::Predecessor, "x")),
            "messages_by_predecessor",
        ),
        (
            after(equal(Subject::Correlation, "x")),
            "messages_by_correlation",
        ),
        (after(equal(Subject::Id, "x")), "messages_id"),
        (
            after(header),
            "message_headers_header_name_header_value_message_at_message_id",
        ),
        (by_change(Condition::default()), "messages_by_change"),
        (by_change(of_flow), "messages_by_flow_change"),
    ]
}

/// With a million records, a search that sorts or reads them all would take seconds.
#[test]
fn every_search_of_sqlite_reads_an_index_in_the_order_of_the_list() {
    for (search, index) in searches() {
        let plan = plan(&search);
        let primary = match index {
            "messages_started_at_id" => "SEARCH messages USING PRIMARY KEY",
            "message_headers_header_name_header_value_message_at_message_id" => {
                "SEARCH message_headers USING PRIMARY KEY"
            }
            index => index,
        };
        assert!(plan.contains(primary), "{search:?}:\n{plan}");
        // Pages of several indexes are merged; nothing else is sorted.
        let lines: Vec<&str> = plan.lines().collect();
        let sorts = lines
            .windows(2)
            .any(|pair| pair[0].starts_with("SEARCH") && pair[1].contains("TEMP B-TREE"));
        assert!(!sorts || index == "messages_id", "{search:?}:\n{plan}");
    }
    let all = plan(&Search::default());
    assert!(all.contains("SCAN messages") && !all.contains("TEMP B-TREE"));
    let by_text = plan(&after(Condition::Payload("x".to_owned())));
    assert!(by_text.contains("messages_id"), "{by_text}");
}

#[tokio::test]
async fn every_search_of_postgresql_reads_an_index() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let clock: SharedClock = Arc::new(ManualClock::default());
    let location = Location::Postgres(database.url().to_owned());
    let store = Store::open(&location, clock).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    // Without records every plan is as good; the index is to be possible, and in the list's order.
    for setting in ["seqscan", "bitmapscan", "sort"] {
        let sql = format!("SET LOCAL enable_{setting} = off");
        tx.script(&sql).await.unwrap();
    }
    for (search, index) in searches() {
        let (sql, params) = page_statement(&search, Dialect::Postgres);
        let explain = format!("EXPLAIN {}", written_out(sql, &params));
        let lines = tx.list(TABLE, &explain, params![], |row| {
            row.take::<String>("QUERY PLAN")
        });
        let plan = lines.await.unwrap().join("\n");
        // Backwards is the order of the list. One message needs no order.
        let scan = format!("Backward using {index}");
        let found = plan.contains(&scan) || index == "messages_id";
        assert!(found, "{search:?}:\n{plan}");
    }
}

/// A statement with its values in place of the parameters; the last first, as `$1` begins `$10`.
fn written_out(mut sql: String, params: &[Value]) -> String {
    for (at, value) in params.iter().enumerate().rev() {
        let literal = match value {
            Value::Int(number) => number.to_string(),
            Value::Text(text) => format!("'{text}'"),
            Value::Null | Value::Blob(_) => "NULL".to_owned(),
        };
        sql = sql.replace(&format!("${}", at + 1), &literal);
    }
    sql
}

#[test]
fn a_name_of_a_flow_stands_for_its_id() {
    let flows = [("f1".to_owned(), "Orders".to_owned())];
    let named = |test| Condition::Text(Subject::Flow, TextTest::Is(test), "Orders".to_owned());
    let ids = any_of(Subject::FlowId, &["Orders", "f1"]);
    let resolved = |condition| search::with_ids(&condition, &flows);
    assert_eq!(resolved(named(Compare::Equal)), ids);
    let different = Condition::And(vec![named(Compare::NotEqual)]);
    assert_eq!(
        resolved(different),
        Condition::And(vec![Condition::Not(Box::new(ids))])
    );
    assert_eq!(
        resolved(equal(Subject::Flow, "f1")),
        equal(Subject::FlowId, "f1")
    );
}
