//! A private PostgreSQL for each test process, a database for each test.
//!
//! The server is started from Debian's binaries on first use. It listens on a Unix socket in a
//! temporary folder only. A shell script guards it: its standard input is a pipe whose other end
//! this process holds, so when the process ends, for whatever reason, the script stops the server
//! and removes the folder.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

/// Set to `1` to skip what needs PostgreSQL.
pub const SKIP: &str = "LOCKGATE_TEST_NO_PG";

/// Where Debian puts the servers, one folder per version.
const SERVERS: &str = "/usr/lib/postgresql";

/// An empty database of its own.
#[derive(Clone, Debug)]
pub struct Database {
    url: String,
}

impl Database {
    /// Makes a database, starting the server if this is the first. `None` when [`SKIP`] is set.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, or does not start.
    pub async fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let cluster = tokio::task::spawn_blocking(cluster)
            .await
            .expect("the PostgreSQL server must start")?;
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let (client, connection) = tokio_postgres::connect(&cluster.url("postgres"), NoTls)
            .await
            .expect("the server was started");
        let connection = tokio::spawn(connection);
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("names are not used twice");
        drop(client);
        connection
            .await
            .expect("the connection does not panic")
            .expect("the connection ends well");
        Some(Self {
            url: cluster.url(&name),
        })
    }

    /// The connection string.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A running server.
#[derive(Debug)]
struct Cluster {
    folder: PathBuf,
    /// Holds the pipe that keeps the server alive.
    _guard: Child,
}

/// The server of this process; `None` when it is to be skipped.
fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| {
        if env::var(SKIP).is_ok_and(|value| value == "1") {
            eprintln!("*** {SKIP}=1: tests do NOT cover PostgreSQL ***");
            return None;
        }
        Some(Cluster::start())
    });
    cluster.as_ref()
}

impl Cluster {
    fn start() -> Self {
        let binaries = newest(Path::new(SERVERS)).unwrap_or_else(|| {
            panic!(
                "tests need PostgreSQL: apt-get install postgresql \
                (or set {SKIP}=1 to leave PostgreSQL untested)"
            )
        });
        let folder = tempfile::Builder::new()
            .prefix("lockgate-pg-")
            .tempdir()
            .expect("a temporary folder can be made")
            .keep();
        let mut guard = Command::new("sh")
            .arg("-c")
            .arg(include_str!("postgres/guard.sh"))
            .arg("guard")
            .args([&folder, &binaries])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A Ctrl-C in the terminal is for the tests; the guard sees them end.
            .process_group(0)
            .spawn()
            .expect("there is a shell");
        let mut answer = String::new();
        let stdout = guard.stdout.take().expect("invariant: stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut answer)
            .expect("the guard answers in text");
        assert!(answer == "ready\n", "PostgreSQL did not start: {answer}");
        Self {
            folder,
            _guard: guard,
        }
    }

    fn url(&self, database: &str) -> String {
        let folder = self.folder.display();
        format!("host='{folder}' user=lockgate dbname={database}")
    }
}

/// The programs of the highest version installed.
fn newest(servers: &Path) -> Option<PathBuf> {
    fs::read_dir(servers)
        .ok()?
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let version: u32 = name.to_str()?.parse().ok()?;
            let binaries = servers.join(name).join("bin");
            binaries.join("initdb").exists().then_some((version, binaries))
        })
        .max()
        .map(|(_, binaries)| binaries)
}
