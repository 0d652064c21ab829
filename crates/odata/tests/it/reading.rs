//! Lists, entities, properties, media, and what they look like.

use serde_json::json;

use crate::world::{BASE, World};

#[tokio::test]
async fn json_has_every_member_that_clients_read() {
    let world = World::new().await;
    let uri = format!("{BASE}/Packages('O''Neil%20%26%20Co')");
    let package = world.json("Packages('O''Neil%20%26%20Co')").await;
    let expected = json!({"d": {
        "__metadata": {
            "id": uri, "uri": uri, "type": "com.sap.hci.api.Package",
            "content_type": "application/octet-stream",
            "media_src": format!("{uri}/$value"), "edit_media": format!("{uri}/$value"),
        },
        "Id": "O'Neil & Co", "Name": "Package O'Neil & Co", "Description": "",
        "PartnerContent": false, "ModifiedDate": "1790000000123", "PackageContent": null,
        "Secret": null,
        "Flows": {"__deferred": {"uri": format!("{uri}/Flows")}},
        "Elsewhere": {"__deferred": {"uri": format!("{uri}/Elsewhere")}},
    }});
    assert_eq!(package, expected);
    assert_eq!(
        world.json("Packages/?$format=json").await["d"]["results"][1],
        expected["d"]
    );
    let log = world.json("Logs('g7')").await;
    let artifact = json!({
        "__metadata": {"type": "com.sap.hci.api.Artifact"},
        "Id": "a", "Name": "<A & B>\u{1}",
    });
    assert_eq!(log["d"]["Artifact"], artifact);
    assert_eq!(
        (&log["d"]["Size"], &log["d"]["Steps"]),
        (&json!("7"), &json!(7))
    );
}

#[tokio::test]
async fn each_time_has_the_form_of_its_property() {
    let world = World::new().await;
    let flow = world.json("Flows(Id='a',Version='active')").await;
    assert_eq!(flow["d"]["DeployedOn"], "2026-09-21T14:13:20.123");
    assert_eq!(flow["d"]["CreatedOn"], "/Date(1790000000123)/");
    assert_eq!(flow["d"]["ValidUntil"], "/Date(1790000000123)/");
    let atom = world.xml("Flows(Id='a',Version='active')").await;
    for element in [
        "<d:DeployedOn m:type=\"Edm.DateTime\">2026-09-21T14:13:20.123</d:DeployedOn>",
        "<d:CreatedOn m:type=\"Edm.DateTime\">2026-09-21T14:13:20.123</d:CreatedOn>",
        "<d:ValidUntil m:type=\"Edm.DateTimeOffset\">2026-09-21T14:13:20.123Z</d:ValidUntil>",
    ] {
        assert!(atom.contains(element), "{atom}");
    }
}

#[tokio::test]
async fn atom_is_the_default_and_well_formed() {
    let world = World::new().await;
    let package = world.xml("Packages('demo')").await;
    let tree = roxmltree::Document::parse(&package).unwrap();
    let root = tree.root_element();
    assert_eq!(root.tag_name().name(), "entry");
    let metadata = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
    // A media entity has its properties beside the content, not in it.
    let properties = root
        .children()
        .find(|one| one.has_tag_name((metadata, "properties")));
    let texts: Vec<_> = properties
        .unwrap()
        .children()
        .map(|one| (one.tag_name().name(), one.text().unwrap_or_default()))
        .collect();
    assert_eq!(
        texts[..3],
        [
            ("Id", "demo"),
            ("Name", "Package demo"),
            ("Description", "")
        ]
    );
    assert!(package.contains(r#"<d:PackageContent m:type="Edm.Binary" m:null="true"/>"#));
    let log = world.xml("Logs('g1')").await;
    assert!(log.contains("<content type=\"application/xml\"><m:properties><d:Guid>g1</d:Guid>"));
    assert!(
        log.contains("<d:Name>&lt;A &amp; B&gt;\u{FFFD}</d:Name>"),
        "{log}"
    );
    let feed = world
        .xml("Logs?$top=2&$inlinecount=allpages&$filter=Size+lt+10")
        .await;
    assert!(feed.contains("<m:count>10</m:count>"), "{feed}");
    assert_eq!(feed.matches("<entry>").count(), 2);
    let feed = world.xml("Logs").await;
    assert!(feed.ends_with(r#"skiptoken=1000" rel="next"/></feed>"#));
}

#[tokio::test]
async fn format_wins_over_accept() {
    let world = World::new().await;
    let kind = async |path: &str, accept: &str| {
        let bearer = format!("Bearer {}", crate::world::OPERATOR);
        let headers = [("authorization", &*bearer), ("accept", accept)];
        let reply = world.send("GET", path, &headers, "").await;
        assert_eq!(reply.status(), 200, "{path}");
        assert_eq!(reply.headers()["dataserviceversion"], "2.0");
        let kind = reply.headers()["content-type"].to_str().unwrap();
        kind.split(';').next().unwrap().to_owned()
    };
    let (json, atom) = ("application/json", "application/atom+xml");
    assert_eq!(kind("/api/v1/Packages", json).await, json);
    assert_eq!(kind("/api/v1/Packages", "*/*").await, atom);
    assert_eq!(kind("/api/v1/Packages?$format=xml", json).await, atom);
    assert_eq!(kind("/api/v1/Packages?%24format=json", "*/*").await, json);
    assert_eq!(
        kind("/api/v1/$metadata?$format=json", json).await,
        "application/xml"
    );
    for root in [
        "/api/v1",
        "/api/v1/",
        "//api/v1/",
        "/odata/api/v1",
        "/odata/api/v1/",
        "/itspaces/odata/api/v1",
        "/itspaces/odata/api/v1/",
        "/api/v1/?$format=xml",
    ] {
        assert_eq!(kind(root, "*/*").await, "application/xml", "{root}");
    }
    assert_eq!(kind("/api/v1//Packages//", json).await, json);
    assert_eq!(kind("//api/v1/Packages", json).await, json);
    let sets = world.json("?$format=json").await;
    assert_eq!(sets["d"]["EntitySets"][0], "Configurations");
    let sets = world.xml("").await;
    assert!(sets.contains(r#"<collection href="Packages">"#), "{sets}");
}

#[tokio::test]
async fn options_select_sort_and_cut() {
    let world = World::new().await;
    let select = world
        .json("Packages?$select=Name&%24select=Id&$orderby=Name%20desc&$top=1")
        .await;
    let members: Vec<_> = select["d"]["results"][0]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(members, ["__metadata", "Id", "Name"]);
    assert_eq!(select["d"]["results"][0]["Id"], "demo");
    let page = world.json("Logs?$filter=Status+eq+'FAILED'+and+Size+ge+2000&$inlinecount=allpages");
    let page = page.await;
    assert_eq!(page["d"]["__count"], "250");
    assert_eq!(page["d"]["results"].as_array().unwrap().len(), 250);
    assert_eq!(page["d"].get("__next"), None);
    let empty = world.json("Packages?$skip=500&$top=500").await;
    assert_eq!(empty, json!({"d": {"results": []}}));
}

#[tokio::test]
async fn the_next_page_works_as_it_is() {
    let world = World::new().await;
    let mut path = "Logs?$orderby=Guid&user=x&%24filter=Size%20ge%20100".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = world.json(&path).await;
        let rows = page["d"]["results"].as_array().unwrap();
        seen.extend(
            rows.iter()
                .map(|row| row["Size"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["d"].get("__next") else {
            break;
        };
        let next = next.as_str().unwrap();
        path = next.strip_prefix(&format!("{BASE}/")).unwrap().to_owned();
    }
    let expected: Vec<_> = (100..2_500).map(|n| n.to_string()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn counts_and_properties_are_plain() {
    let world = World::new().await;
    for (path, text) in [
        ("Logs/$count", "2500"),
        ("Logs/$count?$filter=Status eq 'FAILED'&$top=3", "1250"),
        ("Packages('demo')/Flows/$count", "2"),
        ("Packages('demo')/Name/$value", "Package demo"),
        ("Packages('demo')/Description/$value", ""),
        ("Logs('g7')/Size/$value", "7"),
        ("Logs('g7')/Artifact/Id/$value", "a"),
    ] {
        let reply = world.call("GET", &path.replace(' ', "%20"), "").await;
        assert_eq!(reply.body(), text, "{path}");
        assert_eq!(reply.headers()["content-type"], "text/plain");
    }
    assert_eq!(
        world.json("Logs('g7')/Size").await,
        json!({"d": {"Size": "7"}})
    );
    let xml = world.xml("Logs('g7')/Artifact/Id").await;
    assert!(
        xml.contains("<d:Id xmlns:d=") && xml.ends_with(">a</d:Id>"),
        "{xml}"
    );
}

#[tokio::test]
async fn navigations_lead_from_entity_to_entity() {
    let world = World::new().await;
    let flows = world.json("Packages('demo')/Flows").await;
    assert_eq!(flows["d"]["results"].as_array().unwrap().len(), 2);
    let one = "Packages('demo')/Flows(Id='a',Version='Active')";
    let flow = world.json(one).await;
    let uri = format!("{BASE}/Flows(Id='a',Version='1.0.2')");
    assert_eq!(flow["d"]["__metadata"]["uri"], uri);
    let path = format!("{one}/Configurations?$filter=startswith(ParameterKey,'p')");
    let found = world.json(&path).await;
    assert_eq!(found["d"]["results"][0]["ParameterValue"], "a port");
    // What is known by its name within something is addressed within it.
    let within = "/Packages('demo')/Flows(Id='a',Version='Active')/Configurations('port')";
    let within = within.replace("Packages('demo')/", "");
    let uri = found["d"]["results"][0]["__metadata"]["uri"]
        .as_str()
        .unwrap();
    assert_eq!(uri, format!("{BASE}{within}"));
    let error = world
        .json("Flows(Id='a',Version='active')/ErrorInformation")
        .await;
    assert_eq!(error["d"]["Id"], "a");
    let missing = world
        .failure("Flows(Id='b',Version='active')/ErrorInformation")
        .await;
    assert_eq!(missing.0, 404);
}

#[tokio::test]
async fn expand_follows_navigations() {
    let world = World::new().await;
    let path = "Packages?$expand=Flows&%24expand=Flows/ErrorInformation,Flows/Configurations\
        &$filter=Id+eq+'demo'";
    let found = world.json(path).await;
    let flows = found["d"]["results"][0]["Flows"]["results"]
        .as_array()
        .unwrap();
    assert_eq!(flows[0]["ErrorInformation"]["Id"], "a");
    assert_eq!(flows[1]["ErrorInformation"], json!(null));
    assert_eq!(
        flows[1]["Configurations"]["results"][0]["ParameterValue"],
        "b host"
    );
    let path = "Packages('demo')?$expand=Flows&$select=Id,Flows/Id";
    let found = world.json(path).await;
    let members: Vec<_> = found["d"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["__metadata", "Id", "Flows"]);
    let flow = found["d"]["Flows"]["results"][0].as_object().unwrap();
    assert_eq!(flow.keys().collect::<Vec<_>>(), ["__metadata", "Id"]);
    let trace = world.json("Traces(7875L)?$expand=Properties").await;
    assert_eq!(
        trace["d"]["Properties"]["results"][0]["ParameterKey"],
        "known"
    );
    assert_eq!(
        trace["d"]["__metadata"]["uri"],
        format!("{BASE}/Traces(7875L)")
    );
    let trace = world.json("Traces(7875)").await;
    assert!(trace["d"]["Properties"].get("__deferred").is_some());
    let atom = world.xml("Packages('demo')?$expand=Flows").await;
    assert_eq!(atom.matches("<m:inline><feed>").count(), 1);
    assert_eq!(atom.matches("<entry>").count(), 2);
    assert_eq!(world.failure("Packages?$expand=EntryPoints").await.0, 400);
    assert_eq!(world.failure("Packages?$expand=Elsewhere").await.0, 501);
}

#[tokio::test]
async fn media_are_bytes_with_a_name() {
    let world = World::new().await;
    let zip = world.call("GET", "Packages('demo')/$value", "").await;
    assert_eq!(zip.headers()["content-type"], "application/zip");
    assert_eq!(
        zip.headers()["content-disposition"],
        "attachment; filename=demo.zip"
    );
    assert_eq!(zip.body(), "PK\x03\x04");
    let error = "Flows(Id='a',Version='active')/ErrorInformation/$value";
    let reply = world.call("GET", error, "").await;
    assert_eq!(reply.body(), "{\"parameter\":[\"x\"]}");
    assert_eq!(reply.headers().get("content-disposition"), None);
    let none = world.call("GET", &error.replace("'a'", "'b'"), "").await;
    assert_eq!((none.status().as_u16(), &**none.body()), (204, ""));
    let head = world.call("HEAD", "Packages('demo')/$value", "").await;
    assert_eq!((head.status().as_u16(), &**head.body()), (200, ""));
}

#[tokio::test]
async fn what_is_not_there_has_its_status_and_words() {
    let world = World::new().await;
    let missing = (404, "Requested entity could not be found.".to_owned());
    assert_eq!(world.failure("Packages('x')").await, missing);
    let unknown = "Could not find an entity set or function import for 'PgpKeyrings'.";
    assert_eq!(
        world.failure("PgpKeyrings").await,
        (404, unknown.to_owned())
    );
    for (path, status) in [
        ("Packages('demo')/Unknown", 404),
        ("Packages('demo')/Name/Unknown", 404),
        ("Packages('demo')/Name/$value/x", 404),
        ("Packages('demo')/Elsewhere", 404),
        ("Packages('demo')/Secret/$value", 404),
        ("Packages/Name", 404),
        ("Packages('demo')/$links/Flows", 501),
        ("Packages('demo')/$links/Flows(Id='a',Version='1')", 501),
        ("Flows", 501),
        ("Flows('a')", 400),
        ("Packages('demo", 400),
        ("Packages?$filter=Nonsense", 400),
        ("Packages?$format=yaml", 400),
        ("Flows(Id='a',Version='active')/ErrorInformation('x')", 400),
    ] {
        assert_eq!(world.failure(path).await.0, status, "{path}");
    }
    let error = world.xml("Packages('x')").await;
    assert!(error.ends_with(
        r#"<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><code>Not Found</code><message xml:lang="en">Requested entity could not be found.</message></error>"#
    ), "{error}");
    let reply = world.call("GET", "Packages('x')", "").await;
    let error = json!({"error": {
        "code": "Not Found",
        "message": {"lang": "en", "value": "Requested entity could not be found."},
    }});
    assert_eq!(reply.body(), &error.to_string());
}
