//! `$metadata`.

use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lockgate_core::tenant::Tenant;
use lockgate_web::caller::Arrival;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::world::{OPERATOR, World};

const INSTALL: &str = "cd <repository> && python3 -m venv target/odata-client && \
    target/odata-client/bin/python -m pip install --require-hashes \
    --requirement crates/odata/tests/python/requirements.txt";

#[tokio::test]
async fn everything_is_described() {
    let world = World::new().await;
    let metadata = world.xml("$metadata").await;
    let tree = roxmltree::Document::parse(&metadata).unwrap();
    assert_eq!(tree.root_element().tag_name().name(), "Edmx");
    for part in [
        r#"<edmx:Edmx Version="1.0" "#,
        r#"m:DataServiceVersion="2.0""#,
        r#"<Schema Namespace="com.sap.hci.api" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">"#,
        r#"<EntityType Name="Package" m:HasStream="true"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.String" Nullable="false"/><Property Name="Name" Type="Edm.String" Nullable="false" MaxLength="150"/><Property Name="Description" Type="Edm.String"/>"#,
        r#"<EntityType Name="Error" BaseType="com.sap.hci.api.Named" m:HasStream="true"><Property Name="Type" Type="Edm.String"/></EntityType>"#,
        r#"<NavigationProperty Name="Flows" Relationship="com.sap.hci.api.Package_Flows" FromRole="From" ToRole="To"/>"#,
        r#"<Association Name="Flow_ErrorInformation"><End Type="com.sap.hci.api.Flow" Multiplicity="1" Role="From"/><End Type="com.sap.hci.api.Error" Multiplicity="0..1" Role="To"/></Association>"#,
        r#"<ComplexType Name="Artifact"><Property Name="Id" Type="Edm.String"/>"#,
        r#"<Property Name="Artifact" Type="com.sap.hci.api.Artifact"/>"#,
        r#"<EntityContainer Name="DefaultContainer" m:IsDefaultEntityContainer="true">"#,
        r#"<EntitySet Name="Packages" EntityType="com.sap.hci.api.Package"/>"#,
        r#"<AssociationSet Name="Packages_Flows_Set" Association="com.sap.hci.api.Package_Flows"><End EntitySet="Packages" Role="From"/><End EntitySet="Flows" Role="To"/></AssociationSet>"#,
        r#"<FunctionImport Name="Deploy" ReturnType="Edm.String" m:HttpMethod="POST"><Parameter Name="Id" Type="Edm.String" Mode="In" Nullable="false"/>"#,
        r#"<FunctionImport Name="Copy" ReturnType="com.sap.hci.api.Package" EntitySet="Packages" m:HttpMethod="POST">"#,
        r#"<FunctionImport Name="Upsert" m:HttpMethod="POST">"#,
    ] {
        assert!(metadata.contains(part), "{part}\n{metadata}");
    }
    // What is not served is not there.
    assert!(!metadata.contains("Elsewhere"));
}

/// A client that somebody else wrote reads the metadata, lists, filters, expands and changes things.
#[tokio::test(flavor = "multi_thread")]
async fn a_python_client_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("target/odata-client/bin/python");
    assert!(
        python.exists(),
        "{} is missing; install it with:\n{INSTALL}",
        python.display()
    );
    let socket = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", socket.local_addr().unwrap());
    let world = World::at(Tenant {
        api_base: base.clone(),
        ..lockgate_testkit::tenant()
    });
    let world = Arc::new(world.await);
    let server = tokio::spawn(serve(socket, Arc::clone(&world)));
    let mut client = Command::new(python)
        .arg(root.join("crates/odata/tests/python/client.py"))
        .arg(format!("{base}/api/v1"))
        .arg(OPERATOR)
        .env("no_proxy", "*")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = client.stderr.take().unwrap();
    let mut text = String::new();
    errors.read_to_string(&mut text).await.unwrap();
    assert!(client.wait().await.unwrap().success(), "{text}");
    assert_eq!(
        world.written(),
        ["create new - 0 by operator", "merge demo", "delete demo"]
    );
    server.abort();
}

/// Answers each connection in a task of its own.
async fn serve(socket: TcpListener, world: Arc<World>) {
    while let Ok((stream, peer)) = socket.accept().await {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let answer = world.api.handle(request, Arrival::plain(peer));
                async { Ok::<_, Infallible>(answer.await) }
            });
            http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await
        });
    }
}
