use std::time::Duration;

use super::*;

/// Set for a process that is to start a server and die.
const DIE: &str = "LOCKGATE_TEST_PG_DIE";

#[tokio::test]
async fn databases_are_separate_and_usable() {
    let Some(first) = Database::create().await else {
        return;
    };
    let second = Database::create().await.unwrap();
    for database in [&first, &second] {
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls)
            .await
            .unwrap();
        let _connection = tokio::spawn(connection);
        client
            .batch_execute("CREATE TABLE t (a TEXT)")
            .await
            .unwrap();
    }
    let url = first.url().to_owned();
    drop(first);
    assert!(tokio_postgres::connect(&url, NoTls).await.is_err());
    assert!(tokio_postgres::connect(second.url(), NoTls).await.is_ok());
}

/// Run by itself this test starts the test program again; that child starts a server and dies
/// without a chance to clean up.
#[tokio::test]
async fn the_server_goes_with_its_process() {
    if env::var_os(DIE).is_some() {
        let database = Database::create().await.unwrap();
        println!("folder {}", database.cluster.folder.display());
        std::process::abort();
    }
    if cluster().is_none() {
        return;
    }
    let child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "postgres::tests::the_server_goes_with_its_process",
        ])
        .arg("--nocapture")
        .env(DIE, "1")
        .stderr(Stdio::null())
        .output()
        .unwrap();
    assert!(!child.status.success());
    let output = String::from_utf8(child.stdout).unwrap();
    let folder = output.lines().find_map(|line| line.split_once("folder "));
    let folder = Path::new(folder.unwrap().1);
    let gone = async {
        while folder.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(30), gone).await;
    assert!(gone.is_ok(), "{} is still there", folder.display());
}

#[test]
fn the_newest_version_is_used() {
    let servers = tempfile::tempdir().unwrap();
    assert_eq!(newest(servers.path()), None);
    assert_eq!(newest(&servers.path().join("missing")), None);
    for version in ["9", "15", "17", "trash"] {
        fs::create_dir_all(servers.path().join(version).join("bin")).unwrap();
    }
    for complete in ["9", "15", "trash"] {
        fs::write(servers.path().join(complete).join("bin/initdb"), "").unwrap();
    }
    assert_eq!(newest(servers.path()), Some(servers.path().join("15/bin")));
}
