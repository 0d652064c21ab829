use super::*;
use crate::value::params;

fn open(patience: Patience) -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open_now(&folder.path().join("new/test.db"), patience).unwrap();
    (folder, database)
}

#[tokio::test]
async fn a_silent_writer_does_not_keep_the_others_waiting() {
    let (_folder, database) = open(Patience {
        hold: Duration::from_millis(50),
        ..PATIENCE
    });
    let silent = database.begin(Mode::Write).await.unwrap();
    silent
        .script("CREATE TABLE t (a TEXT) STRICT")
        .await
        .unwrap();
    let next = database.begin(Mode::Write).await.unwrap();
    next.script("CREATE TABLE t (a TEXT) STRICT").await.unwrap();
    assert!(matches!(silent.commit().await, Err(Error::RolledBack)));
    next.commit().await.unwrap();
}

#[tokio::test]
async fn a_queue_that_does_not_move_is_left() {
    let (_folder, database) = open(Patience {
        wait: Duration::from_millis(250),
        ..PATIENCE
    });
    let first = database.begin(Mode::Write).await.unwrap();
    let second = database.begin(Mode::Write).await;
    assert!(matches!(second, Err(Error::Busy)), "{second:?}");
    database.begin(Mode::Read).await.unwrap();
    drop(first);
    database.begin(Mode::Write).await.unwrap();
}

#[tokio::test]
async fn who_goes_first_waits_for_the_one_whose_turn_it_is_only() {
    let (_folder, database) = open(PATIENCE);
    let database = Arc::new(database);
    let order = Arc::new(Mutex::new(Vec::new()));
    let turn = database.begin(Mode::Write).await.unwrap();
    let begin = |mode: Mode| {
        let (database, order) = (Arc::clone(&database), Arc::clone(&order));
        async move {
            let session = database.begin(mode).await.unwrap();
            order.lock().unwrap().push(mode);
            session.commit().await.unwrap();
        }
    };
    // More than have a place in the queue.
    let mut tasks: Vec<_> = (0..2 * QUEUE)
        .map(|_| tokio::spawn(begin(Mode::Write)))
        .collect();
    tokio::task::yield_now().await;
    tasks.push(tokio::spawn(begin(Mode::WriteFirst)));
    tokio::task::yield_now().await;
    turn.commit().await.unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    let mut order = std::mem::take(&mut *order.lock().unwrap()).into_iter();
    let place = order.position(|mode| mode == Mode::WriteFirst);
    // The thread may have taken the next one already.
    assert!(place.unwrap() <= 1, "{place:?}");
    // Nobody else waits.
    begin(Mode::WriteFirst).await;
}

#[tokio::test]
async fn parameters_are_matched_by_number() {
    let (_folder, database) = open(PATIENCE);
    let session = database.begin(Mode::Read).await.unwrap();
    let mut rows = session
        .query("SELECT $2 AS b, $1 AS a", params!["first", "second"])
        .await
        .unwrap();
    assert_eq!(rows[0].take::<String>("a").unwrap(), "first");
    assert_eq!(rows[0].take::<String>("b").unwrap(), "second");
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_folder, database) = open(PATIENCE);
    let session = database.begin(Mode::Read).await.unwrap();
    let refused = session.script("CREATE TABLE t (a TEXT) STRICT").await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
}

#[test]
fn constraints_are_named_after_table_and_columns() {
    let cases = [
        ("UNIQUE constraint failed: roles.name", "roles_name"),
        (
            "UNIQUE constraint failed: spaces.organization_id, spaces.name_folded",
            "spaces_organization_id_name_folded",
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(constraint(message), expected);
    }
}

#[tokio::test]
async fn files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, database) = open(PATIENCE);
    let session = database.begin(Mode::Write).await.unwrap();
    session
        .script("CREATE TABLE t (a TEXT) STRICT")
        .await
        .unwrap();
    session.commit().await.unwrap();
    let mode = |name: &str| {
        let metadata = std::fs::metadata(folder.path().join(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("new"), 0o700);
    for name in ["new/test.db", "new/test.db-wal", "new/test.db.lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}
