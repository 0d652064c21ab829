//! A private PostgreSQL for each test process, a database for each test.
//!
//! The server is started from Debian's binaries on first use. It listens on a Unix socket in a
//! temporary folder only. A shell script guards it: its standard input is a pipe whose other end
//! this process holds, so when the process ends, for whatever reason, the script stops the server
//! and removes the folder.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tokio_postgres::NoTls;

/// Set to `1` to skip what needs PostgreSQL.
pub const SKIP: &str = "LOCKGATE_TEST_NO_PG";

/// Where Debian puts the servers, one folder per version.
const SERVERS: &str = "/usr/lib/postgresql";

/// An empty database of its own. Dropping it deletes it, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    name: String,
    cluster: &'static Cluster,
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
        cluster
            .execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("the server runs, and names are not used twice");
        Some(Self {
            url: cluster.url(&name),
            name,
            cluster,
        })
    }

    /// The connection string.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    /// Keeps the temporary folder small; what fails here is cleaned up with the server.
    fn drop(&mut self) {
        let cluster = self.cluster;
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // Dropping happens inside a runtime as well, where another cannot be entered.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.is_ok_and(|runtime| runtime.block_on(cluster.execute(&statement)).is_ok())
        });
        let _dropped = dropping.join();
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
            // Not eprintln!, which is shown for failed tests only.
            let warning = format!("\n*** {SKIP}=1: PostgreSQL is NOT tested ***\n");
            let _stderr_is_closed = io::stderr().write_all(warning.as_bytes());
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

    /// Runs one statement outside of the tests' databases.
    async fn execute(&self, statement: &str) -> Result<(), tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls).await?;
        let work = async move { client.batch_execute(statement).await };
        // The connection ends when the work has dropped its client.
        let (done, ended) = tokio::join!(work, connection);
        done.and(ended)
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
            binaries
                .join("initdb")
                .exists()
                .then_some((version, binaries))
        })
        .max()
        .map(|(_, binaries)| binaries)
}

#[cfg(test)]
mod tests;
