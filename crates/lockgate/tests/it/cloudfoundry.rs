//! The Cloud Foundry API of a real server: everything the command line sends, over the wire, and a
//! client that somebody else wrote.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use lockgate_testkit::transcript::{Reply, Sent, Transcript, Values};
use serde_json::{Value, json};

use crate::server::{DEADLINE, Server, root, text};

const INSTALL: &str = "cd <repository> && python3 -m venv target/cloudfoundry-client && \
    target/cloudfoundry-client/bin/python -m pip install --require-hashes \
    --requirement crates/cloudfoundry/tests/python/requirements.txt";

pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// A person called `name` with [`PASSWORD`].
pub(crate) fn person(server: &Server, name: &str, options: &[&str]) {
    let create = [&["user", "create", name, "--password-stdin"], options].concat();
    server.with_input(&create, &format!("{PASSWORD}\n"));
}

/// The secret of a tool called `name`.
pub(crate) fn tool(server: &Server, name: &str) -> String {
    let made = server.json(&["user", "create", name, "--tool"]);
    made["secret"].as_str().unwrap().to_owned()
}

#[test]
fn the_python_client_works() {
    let python = root().join("target/cloudfoundry-client/bin/python");
    assert!(
        python.exists(),
        "{} is missing; install it with:\n{INSTALL}",
        python.display()
    );
    let server = Server::start();
    person(&server, "ann", &["--admin"]);
    person(&server, "bob", &[]);
    let given = json!({
        "api": server.url, "username": "ann", "password": PASSWORD,
        "auditor": {"username": "bob", "password": PASSWORD},
        "tool": {"id": "ci", "secret": tool(&server, "ci")},
    });
    let script = root().join("crates/cloudfoundry/tests/python/client.py");
    let mut client = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    input.write_all(given.to_string().as_bytes()).unwrap();
    drop(input);
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Sends a request over a connection of its own, byte for byte, and reads the answer to its end.
fn send(server: &Server, sent: &Sent) -> Reply {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", sent.method, sent.target);
    for (name, value) in &sent.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !sent.body.is_empty() {
        head += &format!("Content-Length: {}\r\n", sent.body.len());
    }
    let request = format!("{head}\r\n{}", sent.body);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(reply) = parsed(&answer) {
            return reply;
        }
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the answer broke off: {}", text(&answer));
        answer.extend_from_slice(&piece[..count]);
    }
}

/// The answer in `bytes`, as soon as it is whole.
fn parsed(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = text(&bytes[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let field = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    };
    let headers: Vec<(String, String)> = lines.map(field).collect();
    let mut lengths = headers.iter();
    let length = lengths.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |(_, length)| length.parse().unwrap());
    let body = bytes.get(end + 4..end + 4 + length)?;
    Some(Reply {
        status,
        headers,
        body: text(body),
    })
}

/// A server, its people, and what transcripts call things.
struct Story {
    server: Server,
    values: Values,
}

impl Story {
    fn new() -> Self {
        let server = Server::start();
        let password = ["user", "password", "admin", "--password-stdin"];
        server.with_input(&password, &format!("{PASSWORD}\n"));
        for name in ["manager", "developer"] {
            person(&server, name, &[]);
        }
        let values = [
            ("api", server.url.clone()),
            ("login", server.url.clone()),
            ("password", PASSWORD.to_owned()),
            ("tool", "ci".to_owned()),
            ("tool_secret", tool(&server, "ci")),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value));
        Self {
            server,
            values: Values::from(values),
        }
    }

    /// Organization `acme` with space `dev` and roles for people, and nothing from earlier.
    fn begin(&self) -> Values {
        let earlier = self.call("GET", "/v3/organizations?names=acme,globex");
        for org in earlier["resources"].as_array().unwrap() {
            let guid = org["guid"].as_str().unwrap();
            self.call("DELETE", &format!("/v3/organizations/{guid}/"));
        }
        let server = &self.server;
        let org = server.json(&["org", "create", "acme"]);
        let space = server.json(&["space", "create", "dev", "--org", "acme"]);
        for role in ["user", "manager"] {
            server.json(&["user", "grant", "manager", role, "--org", "acme"]);
        }
        let developer = ["user", "grant", "developer", "developer", "--org", "acme"];
        server.json(&[&developer[..], &["--space", "dev"]].concat());
        let mut values = self.values.clone();
        values.insert("org".to_owned(), guid(&org));
        values.insert("space".to_owned(), guid(&space));
        values
    }

    /// What an administrator gets.
    fn call(&self, method: &str, target: &str) -> Value {
        let headers = [
            ("Host", "api.example.org".to_owned()),
            ("Authorization", format!("bearer {}", self.token("admin"))),
        ];
        let sent = Sent {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: String::new(),
        };
        let reply = send(&self.server, &sent);
        assert!(reply.status < 300, "{method} {target}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap_or(Value::Null)
    }

    /// A token of `name` by password, as the command line asks for it.
    fn token(&self, name: &str) -> String {
        let headers = [
            ("Host", "login.example.org"),
            ("Authorization", "Basic Y2Y6"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let sent = Sent {
            method: "POST".to_owned(),
            target: "/oauth/token".to_owned(),
            headers: headers.into(),
            body: format!("grant_type=password&password={PASSWORD}&username={name}"),
        };
        let reply = send(&self.server, &sent);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let issued: Value = serde_json::from_str(&reply.body).unwrap();
        issued["access_token"].as_str().unwrap().to_owned()
    }

    /// What `transcript` starts from.
    fn given(&self, transcript: &Transcript) -> Values {
        let mut values = self.begin();
        let mut set = |name: &str, value: String| values.insert(name.to_owned(), value);
        for line in &transcript.given {
            let (what, name) = line.split_once(' ').unwrap();
            match what {
                "as" => {
                    set("token", self.token(name));
                    set("username", name.to_owned());
                }
                "instance" => {
                    let create = ["instance", "create", name, "--space", "acme/dev"];
                    set("instance", guid(&self.server.json(&create)));
                }
                "key" => {
                    let made = self.server.json(&["key", "create", "one", name]);
                    set("key", guid(&made));
                }
                _ => assert_eq!(line, "token server", "nobody knows how to give it"),
            }
        }
        values
    }
}

fn guid(made: &Value) -> String {
    made["guid"].as_str().unwrap().to_owned()
}

/// Every transcript, those that only the token server answers included.
#[tokio::test]
async fn the_command_line_works_over_the_wire() {
    let folder = root().join("crates/cloudfoundry/tests/transcripts");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|kind| kind == "txt"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 25);
    let story = Story::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let transcript = Transcript::parse(&name, &std::fs::read_to_string(&file).unwrap());
        let mut values = story.given(&transcript);
        let exchange = async |sent| send(&story.server, &sent);
        transcript.replay(&mut values, exchange).await;
    }
}
