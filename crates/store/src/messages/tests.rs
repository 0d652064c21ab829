use rusqlite::Connection;

use super::*;

const SCHEMA: &str = include_str!("../../migrations/0003_messages.sql");

/// How SQLite would find the messages of a filter, one step a line.
fn plan(filter: &Filter) -> String {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    let (sql, params) = query(filter);
    let sql = format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"));
    let mut statement = connection.prepare(&sql).unwrap();
    let steps = statement.query_map(rusqlite::params_from_iter(params), |row| row.get("detail"));
    let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
    steps.join("\n")
}

/// With a million records, a filter that sorts or reads them all would take seconds.
#[test]
fn every_filter_reads_an_index_in_the_order_of_the_list() {
    let text = || Some("x".to_owned());
    let cursor = Cursor {
        started_at: Timestamp::from_secs(1),
        id: MessageId::parse("a").unwrap(),
    };
    let none = Filter::default();
    let cases = [
        (none.clone(), "SCAN messages"),
        (
            Filter {
                since: Some(Timestamp::from_secs(1)),
                before: Some(cursor.clone()),
                ..none.clone()
            },
            "USING PRIMARY KEY",
        ),
        (
            Filter {
                flow: text(),
                before: Some(cursor.clone()),
                ..none.clone()
            },
            "messages_by_flow",
        ),
        (
            Filter {
                status: Some(MessageStatus::Failed),
                before: Some(cursor.clone()),
                ..none.clone()
            },
            "messages_by_status",
        ),
        (
            Filter {
                application_id: text(),
                before: Some(cursor.clone()),
                ..none.clone()
            },
            "messages_by_application_id",
        ),
        (
            Filter {
                correlation: text(),
                before: Some(cursor),
                ..none
            },
            "messages_by_correlation",
        ),
    ];
    for (filter, index) in cases {
        let plan = plan(&filter);
        assert!(plan.contains(index), "{filter:?}:\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{filter:?}:\n{plan}");
    }
}
