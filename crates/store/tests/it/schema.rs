//! Both databases have the same schema, and opening one again changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_store::{Error, Location, Store};
use lockgate_testkit::postgres;

use crate::backend::{Backend, connect, for_each_backend};

/// A schema in words that both databases can say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    /// Table and column, with type and whether it may be null.
    columns: BTreeMap<(String, String), (String, bool)>,
    /// Indexes by name with table, uniqueness and columns. Primary keys have the name of the table.
    indexes: BTreeMap<String, (String, bool, String)>,
    /// Foreign keys: table, columns, table referred to, its columns, action on delete.
    references: BTreeSet<[String; 5]>,
}

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let _sqlite = Backend::open(Location::Sqlite(path.clone())).await;
    let _postgres = Backend::open(Location::Postgres(database.url().to_owned())).await;
    let sqlite = of_sqlite(&rusqlite::Connection::open(path).unwrap());
    let postgres = of_postgres(&connect(database.url()).await).await;
    assert!(sqlite.columns.len() > 90, "{sqlite:#?}");
    assert_eq!(sqlite.references.len(), 11, "{sqlite:#?}");
    assert_eq!(sqlite.columns, postgres.columns);
    assert_eq!(sqlite.indexes, postgres.indexes);
    assert_eq!(sqlite.references, postgres.references);
    for (name, (table, unique, columns)) in &sqlite.indexes {
        if *unique && name != table {
            let expected = format!("{table}_{}", columns.replace(", ", "_"));
            assert_eq!(*name, expected, "conflicts are reported by this name");
        }
    }
}

#[tokio::test]
async fn primary_keys_of_postgres_are_named_like_conflicts_of_sqlite() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let _postgres = Backend::open(Location::Postgres(database.url().to_owned())).await;
    let rows = connect(database.url())
        .await
        .query(
            "SELECT conname::text AS name, conrelid::regclass::text AS on_table,
                (SELECT string_agg(a.attname, '_' ORDER BY k.n)
                FROM unnest(conkey) WITH ORDINALITY AS k (column_number, n)
                JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.column_number
                ) AS columns
            FROM pg_constraint WHERE contype = 'p'
                AND connamespace = 'public'::regnamespace",
            &[],
        )
        .await
        .unwrap();
    assert!(rows.len() > 15);
    for row in rows {
        let (name, table, columns): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(name, format!("{table}_{columns}"));
    }
}

fn of_sqlite(connection: &rusqlite::Connection) -> Schema {
    let mut schema = Schema::default();
    let strings = |sql: &str| -> Vec<Vec<String>> {
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|i| row.get(i)).collect());
        rows.unwrap().map(Result::unwrap).collect()
    };
    let tables = strings(
        "SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND strict = 1",
    );
    for table in tables.into_iter().flatten() {
        for row in strings(&format!(
            "SELECT name, type, CASE \"notnull\" WHEN 1 THEN 'no' ELSE 'yes' END
            FROM pragma_table_info('{table}')"
        )) {
            let kind = match row[1].as_str() {
                "INTEGER" => "bigint",
                "BLOB" => "bytea",
                "TEXT" => "text",
                other => panic!("{table}.{} has type {other}", row[0]),
            };
            let column = (kind.to_owned(), row[2] == "yes");
            schema
                .columns
                .insert((table.clone(), row[0].clone()), column);
        }
        for row in strings(&format!(
            "SELECT name, CAST(\"unique\" AS TEXT),
                (SELECT group_concat(name, ', ') FROM pragma_index_info(list.name))
            FROM pragma_index_list('{table}') list WHERE origin <> 'pk'
            UNION ALL
            SELECT '{table}', '1', group_concat(name, ', ' ORDER BY pk)
            FROM pragma_table_info('{table}') WHERE pk > 0"
        )) {
            let index = (table.clone(), row[1] == "1", row[2].clone());
            schema.indexes.insert(row[0].clone(), index);
        }
        for row in strings(&format!(
            "SELECT \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list('{table}')"
        )) {
            let [from, to_table, to, on_delete] = row.try_into().unwrap();
            schema
                .references
                .insert([table.clone(), from, to_table, to, on_delete]);
        }
    }
    schema
}

async fn of_postgres(client: &tokio_postgres::Client) -> Schema {
    let mut schema = Schema::default();
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text
        FROM information_schema.columns WHERE table_schema = 'public'";
    for row in client.query(columns, &[]).await.unwrap() {
        let nullable: &str = row.get(3);
        let column = (row.get(2), nullable == "YES");
        schema.columns.insert((row.get(0), row.get(1)), column);
    }
    let indexes = "SELECT CASE WHEN i.indisprimary THEN t.relname ELSE c.relname END::text,
            t.relname::text, i.indisunique,
            (SELECT string_agg(a.attname, ', ' ORDER BY k.n)
            FROM unnest(i.indkey::int[]) WITH ORDINALITY AS k (column_number, n)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_number)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relnamespace = 'public'::regnamespace";
    for row in client.query(indexes, &[]).await.unwrap() {
        let index = (row.get(1), row.get(2), row.get(3));
        schema.indexes.insert(row.get(0), index);
    }
    let references = "SELECT c.conrelid::regclass::text, a.attname::text,
            c.confrelid::regclass::text, f.attname::text,
            CASE c.confdeltype WHEN 'a' THEN 'NO ACTION' ELSE c.confdeltype::text END
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
        WHERE c.contype = 'f'";
    for row in client.query(references, &[]).await.unwrap() {
        let reference = [0, 1, 2, 3, 4].map(|index| row.get(index));
        schema.references.insert(reference);
    }
    schema
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    for_each_backend(async |backend| {
        backend
            .raw(
                "INSERT INTO schema_migrations (number, name, checksum, applied_at)
                SELECT 999, 'future', checksum, applied_at FROM schema_migrations WHERE number = 1",
            )
            .await;
        let Backend {
            store,
            clock,
            location,
        } = backend;
        drop(store);
        let error = Store::open(&location, clock).await.unwrap_err();
        assert!(
            matches!(error, Error::SchemaNewer { found: 999, .. }),
            "{error:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_migrate_once() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let starts: Vec<_> = (0..4)
        .map(|_| tokio::spawn(Backend::open(Location::Postgres(database.url().to_owned()))))
        .collect();
    for start in starts {
        start.await.unwrap().store.ping().await.unwrap();
    }
}
