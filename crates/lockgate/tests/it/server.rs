//! A server process on a folder of its own, and the command line against it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// How long anything may take before a test gives up: far longer than it does take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program under test.
pub(crate) fn lockgate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockgate"));
    // Tests decide everything: nothing of the surroundings reaches the program.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOCKGATE_")) {
        command.env_remove(name);
    }
    command
}

/// A running server; ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    /// HTTPS without and with asking for a client certificate; empty without a certificate.
    https: Vec<String>,
    data: PathBuf,
    stderr: Option<std::thread::JoinHandle<String>>,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    /// A server with defaults on a fresh folder and a free port.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self::start_in(folder.path(), &[]);
        server._folder = Some(folder);
        server
    }

    /// A server that also serves HTTPS, by a certificate of `lockgate dev-cert`.
    pub(crate) fn start_https() -> Self {
        Self::start_https_for("localhost")
    }

    /// The same under another name of this machine, too.
    pub(crate) fn start_https_for(host: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = lockgate()
            .args(["dev-cert", "--host", host, "--data"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", text(&made.stderr));
        let any = "127.0.0.1:0";
        let env = [
            ("LOCKGATE__TLS__LISTEN", any),
            ("LOCKGATE__TLS__CLIENT_LISTEN", any),
        ];
        let mut server = Self::start_in(folder.path(), &env);
        server._folder = Some(folder);
        server
    }

    /// Where HTTPS is served without asking for a client certificate.
    pub(crate) fn https(&self) -> &str {
        &self.https[0]
    }

    /// Where HTTPS is served that asks for a client certificate.
    pub(crate) fn client_https(&self) -> &str {
        &self.https[1]
    }

    /// The folder with the server's files.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The authority that signed the certificate of HTTPS.
    pub(crate) fn authority(&self) -> PathBuf {
        self.data.join("tls/ca.pem")
    }

    /// A server on `data`, with configuration variables.
    pub(crate) fn start_in(data: &Path, env: &[(&str, &str)]) -> Self {
        let mut child = lockgate()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            // Log lines are UTF-8; anything else would fail the test that reads them.
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let (found, url) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let urls = line.split_whitespace().filter(|word| word.contains("://"));
                for url in urls {
                    // The test may have given up already.
                    let _gone = found.send(url.to_owned());
                }
            }
        });
        let https = if data.join("tls/server.pem").exists() {
            2
        } else {
            0
        };
        let urls: Result<Vec<_>, _> = (0..=https).map(|_| url.recv_timeout(DEADLINE)).collect();
        match urls {
            Ok(mut urls) => Self {
                child,
                url: urls.remove(0),
                https: urls,
                data: data.to_owned(),
                stderr: Some(stderr),
                _folder: None,
            },
            Err(_) => {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("the server did not start: {}", stderr.join().unwrap());
            }
        }
    }

    /// The command line, pointed at this server.
    pub(crate) fn cli(&self, args: &[&str]) -> Command {
        let mut command = lockgate();
        command
            .args(["--server", &self.url, "--token-file"])
            .arg(self.data.join("operator.token"))
            .args(args);
        command.stdin(Stdio::null()).current_dir(root());
        command
    }

    /// Runs a command that must succeed and prints JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.cli(args).arg("--json").output().unwrap();
        assert!(
            output.status.success(),
            "lockgate {args:?}: {}",
            text(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Runs a command, whatever its end.
    pub(crate) fn output(&self, args: &[&str]) -> Output {
        self.cli(args).output().unwrap()
    }

    /// Runs a command that reads `input`, and must succeed.
    pub(crate) fn with_input(&self, args: &[&str], input: &str) {
        let mut child = self
            .cli(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "lockgate {args:?}: {}",
            text(&output.stderr)
        );
    }

    /// Deploys a folder or zip with parameters and expects it to start.
    pub(crate) fn deploy(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let pairs: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut args = vec!["deploy", path];
        for pair in &pairs {
            args.extend(["-p", pair]);
        }
        self.json(&args)
    }

    /// An instance with `roles` and one key; the key's credentials.
    pub(crate) fn sender(&self, name: &str, roles: &[&str]) -> Credentials {
        let parameters = serde_json::json!({ "roles": roles }).to_string();
        self.json(&["instance", "create", name, "-c", &parameters]);
        Credentials::of(&self.json(&["key", "create", name, "key"]))
    }

    /// An HTTP request to this server.
    pub(crate) fn call(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .timeout(DEADLINE)
    }

    /// Calls the flow of `testdata/flows/hello`.
    pub(crate) async fn hello(&self, authorization: &str) -> reqwest::Response {
        let call = self.call("GET", "/http/hello");
        let call = call.header("authorization", authorization);
        call.send().await.unwrap()
    }

    /// Ends the server without warning.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the server to stop, waits for its end, and gives what it logged.
    pub(crate) fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
        self.stderr.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, in most tests that say so themselves.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// What an HTTP client is configured with.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Credentials {
    pub(crate) fn of(key: &Value) -> Self {
        let text = |name: &str| {
            key["credentials"]["oauth"][name]
                .as_str()
                .unwrap()
                .to_owned()
        };
        Self {
            id: text("clientid"),
            secret: text("clientsecret"),
        }
    }

    /// The value of a Basic `Authorization` header.
    pub(crate) fn basic(&self) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.id, self.secret))
        )
    }

    /// A fresh token of `server` as the value of a Bearer `Authorization` header.
    pub(crate) async fn bearer(&self, server: &Server) -> String {
        let response = reqwest::Client::new()
            .post(format!("{}/oauth/token", server.url))
            .header("authorization", self.basic())
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .unwrap();
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        format!("Bearer {}", answer["access_token"].as_str().unwrap())
    }
}

/// Bytes of a program's output as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
