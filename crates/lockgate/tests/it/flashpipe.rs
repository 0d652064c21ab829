//! FlashPipe itself, version 3. `cargo xtask test` cannot install it: it runs these tests where
//! somebody did.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::cloudfoundry::{PASSWORD, person};
use crate::odata::{ROLES, tool};
use crate::server::{Credentials, Server, root, text};

/// The tenant's name. FlashPipe knows no other port than 443, so a proxy brings it to the server's.
const HOST: &str = "lockgate.test";
const MANIFEST: &str = "META-INF/MANIFEST.MF";
const PARAMETERS: &str = "src/main/resources/parameters.prop";
const MODEL: &str = "src/main/resources/scenarioflows/integrationflow/Orders.iflw";

/// A server as a tenant, and a folder to work in.
struct Scene {
    server: Server,
    folder: tempfile::TempDir,
    proxy: String,
}

/// Who FlashPipe logs in as.
enum Login {
    Key(Credentials),
    Person(&'static str, &'static str),
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start_https_for(HOST);
        let address = server.https().strip_prefix("https://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, address.clone()));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Self {
            server,
            folder,
            proxy,
        }
    }

    /// A key with what FlashPipe tells its users to give it.
    fn key(&self) -> Login {
        Login::Key(tool(&self.server, "pipeline", &ROLES))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether a run succeeds, and what it says.
    fn run(&self, login: &Login, args: &[&str]) -> (bool, String) {
        let mut command = Command::new("flashpipe");
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("HTTPS_PROXY", &self.proxy)
            .env("SSL_CERT_FILE", self.server.authority())
            .env("FLASHPIPE_TMN_HOST", HOST)
            .env("FLASHPIPE_DIR_WORK", self.path("work"))
            .current_dir(self.folder.path());
        match login {
            Login::Key(key) => command
                .env("FLASHPIPE_OAUTH_HOST", HOST)
                .env("FLASHPIPE_OAUTH_CLIENTID", &key.id)
                .env("FLASHPIPE_OAUTH_CLIENTSECRET", &key.secret),
            Login::Person(name, password) => command
                .env("FLASHPIPE_TMN_USERID", name)
                .env("FLASHPIPE_TMN_PASSWORD", password),
        };
        let output = command.output();
        let output = output.unwrap_or_else(|error| {
            panic!("install FlashPipe, version 3, as `flashpipe`: {error}")
        });
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.success(), said)
    }

    /// What a run says that must succeed.
    fn ok(&self, login: &Login, args: &[&str]) -> String {
        let (good, said) = self.run(login, args);
        assert!(good, "flashpipe {args:?}: {said}");
        said
    }

    /// What a run says that must fail.
    fn refused(&self, login: &Login, args: &[&str]) -> String {
        let (good, said) = self.run(login, args);
        assert!(!good, "flashpipe {args:?}: {said}");
        said
    }

    /// The flow `Orders` of the test data, as it lies in somebody's git.
    fn orders(&self) -> PathBuf {
        let folder = self.path("Orders");
        let from = root().join("testdata/flows/orders");
        for path in [
            MANIFEST,
            PARAMETERS,
            "src/main/resources/parameters.propdef",
            MODEL,
        ] {
            write(
                &folder.join(path),
                &fs::read_to_string(from.join(path)).unwrap(),
            );
        }
        folder
    }

    fn update(&self, login: &Login, id: &str, kind: &str) -> String {
        let args = ["update", "artifact", "--package-id", "Shop"];
        let artifact = ["--artifact-id", id, "--artifact-type", kind];
        self.ok(
            login,
            &[&args[..], &artifact, &["--dir-artifact", id]].concat(),
        )
    }

    /// A message mapping, a script collection or a value mapping.
    fn artifact(&self, id: &str, kind: &str, file: &str, content: &str) {
        let folder = self.path(id);
        let manifest = format!(
            "Manifest-Version: 1.0\r\nBundle-Name: {id}\r\n\
            Bundle-SymbolicName: {id}; singleton:=true\r\nBundle-Version: 1.0.0\r\n\
            SAP-BundleType: {kind}\r\n\r\n"
        );
        write(&folder.join(MANIFEST), &manifest);
        write(&folder.join(file), content);
    }

    /// Whether `lockgate diff` finds nothing between the server and a folder.
    fn same(&self, folder: &str) -> bool {
        let folder = self.path(folder);
        let output = self.server.output(&["diff", folder.to_str().unwrap()]);
        output.status.success()
    }

    /// An empty repository.
    fn repository(&self, name: &str) {
        let init = Command::new("git")
            .args(["init", "--quiet"])
            .arg(self.path(name))
            .status();
        assert!(init.unwrap().success());
    }
}

fn deploy(id: &str) -> [&str; 5] {
    ["deploy", "--artifact-ids", id, "--delay-length", "0"]
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Changes a file.
fn edit(file: &Path, from: &str, to: &str) {
    let before = fs::read_to_string(file).unwrap();
    assert!(before.contains(from), "{before}");
    fs::write(file, before.replace(from, to)).unwrap();
}

/// Brings what a client asks the proxy for to the server at `address`.
async fn tunnel(mut client: TcpStream, address: String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    assert!(text(&head).starts_with(&format!("CONNECT {HOST}:443 ")));
    let mut server = TcpStream::connect(address).await.unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    // Either side may end it without a word.
    let _ended = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs FlashPipe"]
async fn a_flow_goes_from_git_to_running() {
    let scene = Scene::new().await;
    let (key, orders) = (scene.key(), scene.orders());
    let said = scene.update(&key, "Orders", "Integration");
    assert!(said.contains("created successfully"), "{said}");
    let said = scene.update(&key, "Orders", "Integration");
    assert!(said.contains("does not need to be updated"), "{said}");
    assert!(
        said.contains("No updates required for configured"),
        "{said}"
    );
    let said = scene.ok(&key, &deploy("Orders"));
    assert!(said.contains("deployed successfully"), "{said}");
    let said = scene.ok(&key, &deploy("Orders"));
    assert!(said.contains("already deployed"), "{said}");

    edit(&orders.join(PARAMETERS), "Answer=accepted", "Answer=thanks");
    let said = scene.update(&key, "Orders", "Integration");
    assert!(said.contains("Parameter Answer to be updated"), "{said}");
    edit(&orders.join(MANIFEST), "1.0.2", "1.0.3");
    let said = scene.update(&key, "Orders", "Integration");
    assert!(said.contains("updated successfully"), "{said}");
    let said = scene.ok(&key, &deploy("Orders"));
    assert!(said.contains("with version 1.0.3"), "{said}");
    let sender = scene.server.sender("sender", &["ESBMessaging.send"]);
    let call = scene.server.call("POST", "/http/orders").body("an order");
    let call = call.header("authorization", sender.basic());
    let answer = call.send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, "thanks");

    edit(&orders.join(MANIFEST), "1.0.3", "1.0.4");
    edit(
        &orders.join(MODEL),
        "<value>Enricher<",
        "<value>Teleporter<",
    );
    scene.update(&key, "Orders", "Integration");
    let said = scene.refused(&key, &deploy("Orders"));
    for why in ["status ERROR", "Teleporter"] {
        assert!(said.contains(why), "{said}");
    }
    let said = scene.refused(&key, &deploy("Nothing"));
    assert!(said.contains("Nothing does not exist"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs FlashPipe"]
async fn a_snapshot_has_what_lockgate_pushes_and_comes_back() {
    let scene = Scene::new().await;
    let key = scene.key();
    scene.orders();
    let script = "src/main/resources/script/a.groovy";
    scene.artifact("Scripts", "ScriptCollection", script, "def x = 1\n");
    let mapping = "src/main/resources/mapping/m.mmap";
    scene.artifact("Maps", "MessageMapping", mapping, "<mapping/>\n");
    let values = |value: &str| {
        let entry = |agency: &str, value: &str| {
            format!(
                "<entry><agency>{agency}</agency><schema>S</schema><value>{value}</value></entry>"
            )
        };
        let (from, to) = (entry("A", "one"), entry("B", value));
        format!("<vm version=\"2.0\"><group id=\"g\">{from}{to}</group></vm>\n")
    };
    scene.artifact("Codes", "ValueMapping", "value_mapping.xml", &values("uno"));
    for (id, kind) in [
        ("Orders", "Integration"),
        ("Scripts", "ScriptCollection"),
        ("Maps", "MessageMapping"),
        ("Codes", "ValueMapping"),
    ] {
        let said = scene.update(&key, id, kind);
        assert!(said.contains("created successfully"), "{id}: {said}");
        let typed = ["--artifact-type", kind];
        scene.ok(&key, &[&deploy(id)[..], &typed].concat());
    }

    scene.repository("git");
    let snapshot = ["snapshot", "--dir-git-repo", "git"];
    let said = scene.ok(&key, &snapshot);
    assert!(said.contains("Changes committed"), "{said}");
    assert!(scene.same("git/Shop"));
    let said = scene.ok(&key, &snapshot);
    assert!(said.contains("No changes to commit"), "{said}");

    let shop = scene.path("git/Shop");
    edit(&shop.join("Scripts").join(script), "1", "2");
    edit(&shop.join("Codes/value_mapping.xml"), "uno", "due");
    edit(
        &shop.join("Shop.json"),
        "\"Name\": \"Shop\"",
        "\"Name\": \"The shop\"",
    );
    assert!(!scene.same("git/Shop"));
    scene.ok(&key, &["snapshot", "restore", "--dir-git-repo", "git"]);
    assert!(scene.same("git/Shop"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs FlashPipe"]
async fn a_package_of_lockgate_goes_to_git_and_back() {
    let scene = Scene::new().await;
    let key = scene.key();
    write(
        &scene.path("Shop.json"),
        r#"{"d": {"Id": "Shop", "Name": "Shop", "ShortText": "Sells things"}}"#,
    );
    let said = scene.ok(&key, &["update", "package", "--package-file", "Shop.json"]);
    assert!(said.contains("Package Shop created"), "{said}");
    scene.orders();
    scene.update(&key, "Orders", "Integration");
    let pulled = scene.path("pulled");
    let pull = ["pull", "Shop", "--to", pulled.to_str().unwrap()];
    scene.server.json(&pull);
    edit(&pulled.join("Orders").join(MANIFEST), "1.0.2", "1.0.3");
    scene.repository("pulled");
    let sync = ["sync", "--package-id", "Shop", "--dir-git-repo", "pulled"];
    scene.ok(&key, &[&sync[..], &["--target", "tenant"]].concat());
    assert!(scene.same("pulled"));

    scene.repository("git");
    let sync = ["sync", "--package-id", "Shop", "--dir-git-repo", "git"];
    scene.ok(&key, &[&sync[..], &["--sync-package-details"]].concat());
    assert!(scene.same("git"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs FlashPipe"]
async fn a_person_works_with_a_password() {
    let scene = Scene::new().await;
    person(&scene.server, "ann", &[]);
    scene.orders();
    let ann = Login::Person("ann", PASSWORD);
    let said = scene.refused(&ann, &deploy("Orders"));
    assert!(said.contains("403"), "{said}");
    let role = [
        "user",
        "role",
        "add",
        "ann",
        "AuthGroup_IntegrationDeveloper",
    ];
    scene.server.json(&role);
    let said = scene.update(&ann, "Orders", "Integration");
    assert!(said.contains("created successfully"), "{said}");
    let said = scene.ok(&ann, &deploy("Orders"));
    assert!(said.contains("deployed successfully"), "{said}");
    for login in [
        Login::Person("ann", "a wrong password"),
        Login::Key(Credentials {
            id: "nobody".to_owned(),
            secret: "nothing".to_owned(),
        }),
    ] {
        scene.refused(&login, &deploy("Orders"));
    }
}
