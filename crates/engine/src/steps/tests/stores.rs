//! Write Variables and the steps on data stores.

use lockgate_store::Store;
use lockgate_store::data_stores::{self, Content, EntryKey, Filter, NewEntry, Plain};

use super::*;
use crate::names;

fn tenant(name: &str) -> DataStore {
    DataStore {
        name: template(name),
        scope: StoreScope::Tenant,
    }
}

fn id(text: &str) -> EntryId {
    EntryId::Template(template(text))
}

fn by_xpath(text: &str) -> EntryId {
    EntryId::XPath(text.to_owned())
}

/// Writes to the store `s` of the tenant.
fn write(entry: EntryId) -> DataStoreWrite {
    DataStoreWrite {
        store: tenant("s"),
        id: entry,
        replace: false,
        with_headers: false,
        encrypt: false,
        due_days: 2,
        expiry_days: 30,
    }
}

fn put(spec: DataStoreWrite) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Write(spec))
}

fn get(entry: EntryId, delete: bool, fail_if_missing: bool) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Get {
        store: tenant("s"),
        id: entry,
        delete,
        fail_if_missing,
    })
}

fn select(limit: u32, delete: bool) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Select {
        store: tenant("s"),
        limit,
        delete,
    })
}

fn delete(store: DataStore, entry: EntryId) -> StepSpec {
    StepSpec::DataStore(DataStoreStep::Delete { store, id: entry })
}

fn key(id: &str) -> EntryKey {
    EntryKey {
        scope: Scope::Global,
        store: "s".to_owned(),
        id: id.to_owned(),
    }
}

/// Puts an entry where steps find it.
async fn keep(store: &Store, id: &str, body: &[u8]) {
    let entry = NewEntry {
        key: key(id),
        message: String::new(),
        content: Content {
            sealed: false,
            headers: None,
            body: body.to_vec(),
        },
        size: body.len() as u64,
        due_after: std::time::Duration::from_secs(1),
        expires_after: std::time::Duration::from_secs(60),
    };
    let mut tx = store.begin().await.unwrap();
    assert!(data_stores::put(&mut tx, entry, true).await.unwrap());
    tx.commit().await.unwrap();
}

/// The ids of all entries, in order.
async fn kept(store: &Store) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let heads = data_stores::heads(&mut tx, Filter::default(), 0, 100).await;
    let heads = heads.unwrap().into_iter();
    heads.map(|head| head.key.id).collect()
}

/// What is kept under an id.
async fn plain(worker: &Worker, id: &str) -> Option<Plain> {
    let mut tx = worker.store.read().await.unwrap();
    let entry = data_stores::get(&mut tx, &key(id)).await.unwrap()?;
    let vault = worker.runtime.vault();
    Some(entry.content.unpack(&entry.head.key, vault).unwrap())
}

async fn run(worker: &Worker, steps: Vec<StepSpec>, exchange: Exchange) -> (Exchange, Ending) {
    let target = worker.target(&plan(vec![process(steps, None)]), LogLevel::Info);
    let finished = worker.runtime.run_for_test(target, exchange, false).await;
    (finished.exchange, finished.ending)
}

fn header(exchange: &Exchange, name: &str) -> Option<String> {
    let value = exchange.headers.get(name)?;
    value.to_text().map(std::borrow::Cow::into_owned)
}

fn error(result: Result<Exchange, Arc<StepError>>) -> StepError {
    result.err().unwrap().as_ref().clone()
}

#[tokio::test]
async fn an_entry_is_named_by_the_step_then_the_header_then_by_chance() {
    let worker = Worker::start().await;
    let mut sent = xml("<a><b>x</b></a>");
    sent.headers.set("sapdatastoreid", "of header");
    sent.set_property("p", "of step");
    for (spec, sent, expected) in [
        (id("${property.p}"), sent.clone(), "of step"),
        (by_xpath("/a/b"), sent.clone(), "x"),
        // What evaluates to nothing is no id.
        (id("${property.q}"), sent.clone(), "of header"),
        (by_xpath("//nothing"), sent.clone(), "of header"),
        (id(""), sent.clone(), "of header"),
    ] {
        let spec = DataStoreWrite {
            replace: true,
            ..write(spec)
        };
        let exchange = apply(&worker, put(spec), sent).await.unwrap();
        assert!(plain(&worker, expected).await.is_some(), "{expected}");
        assert_eq!(text(&exchange), "<a><b>x</b></a>");
    }
    assert_eq!(kept(&worker.store).await.len(), 3);
    let exchange = apply(&worker, put(write(id(""))), xml("<a/>"))
        .await
        .unwrap();
    let made = header(&exchange, names::DATA_STORE_ID).unwrap();
    assert!(plain(&worker, &made).await.is_some());
    let long = put(write(id(&"x".repeat(256))));
    let error = error(apply(&worker, long, xml("<a/>")).await);
    assert!(
        error.message.contains("at most 255 characters"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_id_that_is_taken_is_an_error_unless_it_is_overwritten() {
    let worker = Worker::start().await;
    let first = apply(&worker, put(write(id("1"))), xml("<a/>")).await;
    assert!(first.is_ok());
    let second = apply(&worker, put(write(id("1"))), xml("<b/>")).await;
    let error = error(second);
    assert!(
        error.class.ends_with("DuplicateEntryException"),
        "{error:?}"
    );
    assert!(error.message.contains("\"1\""), "{error:?}");
    assert_eq!(plain(&worker, "1").await.unwrap().body, b"<a/>");
    let over = DataStoreWrite {
        replace: true,
        ..write(id("1"))
    };
    assert!(apply(&worker, put(over), xml("<b/>")).await.is_ok());
    assert_eq!(plain(&worker, "1").await.unwrap().body, b"<b/>");
    // A flow's own store has ids of its own.
    let own = DataStoreWrite {
        store: DataStore {
            scope: StoreScope::Flow,
            ..tenant("s")
        },
        ..write(id("1"))
    };
    assert!(apply(&worker, put(own), xml("<c/>")).await.is_ok());
    assert_eq!(plain(&worker, "1").await.unwrap().body, b"<b/>");
}

#[tokio::test]
async fn headers_are_kept_and_restored_but_never_those_of_the_engine() {
    let worker = Worker::start().await;
    let mut sent = xml("body");
    for (name, value) in [
        ("Order", Value::Int(7)),
        ("Empty", Value::from("")),
        ("CamelHttpUri", Value::from("http://a")),
        ("sap_Sender", Value::from("S")),
        ("SapAuthenticatedUserName", Value::from("u")),
    ] {
        sent.headers.set(name, value);
    }
    let spec = DataStoreWrite {
        with_headers: true,
        encrypt: true,
        ..write(id("1"))
    };
    apply(&worker, put(spec), sent.clone()).await.unwrap();
    let headers = plain(&worker, "1").await.unwrap().headers.unwrap();
    let expected = [("Order", "7"), ("Empty", "")];
    assert_eq!(headers, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));

    let mut other = xml("1");
    other.headers.set("order", "8");
    other.headers.set("Other", "stays");
    let exchange = apply(&worker, get(id(""), false, true), other)
        .await
        .unwrap();
    assert_eq!(text(&exchange), "body");
    for (name, expected) in [
        ("Order", "7"),
        ("Other", "stays"),
        // Headers ignore case, and flows ask for either spelling.
        ("SAP_DataStoreEntryFound", "true"),
        ("SAP_DatastoreEntryFound", "true"),
        ("SAP_DataStoreCreatedAt", "1795413600000"),
        ("SAP_DataStoreExpiresAt", "1798005600000"),
    ] {
        assert_eq!(header(&exchange, name).as_deref(), Some(expected), "{name}");
    }
    apply(&worker, put(write(id("2"))), sent).await.unwrap();
    assert_eq!(plain(&worker, "2").await.unwrap().headers, None);
}

#[tokio::test]
async fn an_encrypted_entry_is_not_kept_in_the_clear_and_is_bound_to_its_place() {
    let worker = Worker::start().await;
    let spec = DataStoreWrite {
        encrypt: true,
        ..write(id("1"))
    };
    apply(&worker, put(spec), xml("a secret")).await.unwrap();
    let mut tx = worker.store.begin().await.unwrap();
    let entry = data_stores::get(&mut tx, &key("1")).await.unwrap().unwrap();
    assert!(entry.content.sealed && entry.head.size == 8);
    let seen = String::from_utf8_lossy(&entry.content.body).into_owned();
    assert!(!seen.contains("secret"));
    let moved = NewEntry {
        key: key("2"),
        message: String::new(),
        content: entry.content,
        size: 8,
        due_after: std::time::Duration::from_secs(1),
        expires_after: std::time::Duration::from_secs(60),
    };
    data_stores::put(&mut tx, moved, false).await.unwrap();
    tx.commit().await.unwrap();
    let error = error(apply(&worker, get(id("2"), false, true), xml("")).await);
    assert!(error.message.contains("cannot be read"), "{error:?}");
}

#[tokio::test]
async fn a_missing_entry_is_an_error_or_a_header() {
    let worker = Worker::start().await;
    let error = error(apply(&worker, get(id("1"), false, true), xml("x")).await);
    assert!(
        error.message.contains("no entry with the id \"1\""),
        "{error:?}"
    );
    let long = "y".repeat(5_000);
    for spec in [id("1"), id("${property.none}"), id("")] {
        let exchange = apply(&worker, get(spec, true, false), xml(&long))
            .await
            .unwrap();
        assert_eq!(header(&exchange, names::DATA_STORE_FOUND).unwrap(), "false");
        assert_eq!(text(&exchange), long);
    }
}

#[tokio::test]
async fn a_fetched_entry_goes_when_the_message_completes_and_not_before() {
    let worker = Worker::start().await;
    keep(&worker.store, "1", b"<a/>").await;
    keep(&worker.store, "2", b"<b/>").await;
    let fail = StepSpec::End(End::Error);
    let steps = vec![get(id("1"), true, true), select(9, true), fail];
    let (_, ending) = run(&worker, steps, xml("")).await;
    assert!(matches!(ending, Ending::Failed(_)));
    assert_eq!(kept(&worker.store).await, ["1", "2"]);
    // Fetched twice: it is still there while the message runs.
    let steps = vec![get(id("1"), true, true), get(id("1"), false, true)];
    let (exchange, ending) = run(&worker, steps, xml("")).await;
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(text(&exchange), "<a/>");
    assert_eq!(kept(&worker.store).await, ["2"]);
    let escalation = StepSpec::End(End::Escalation("x".to_owned()));
    let (_, ending) = run(&worker, vec![select(9, true), escalation], xml("")).await;
    assert!(matches!(ending, Ending::Escalated));
    assert_eq!(kept(&worker.store).await, ["2"]);
}

#[tokio::test]
async fn what_a_message_writes_back_outlives_its_fetching() {
    let worker = Worker::start().await;
    keep(&worker.store, "1", b"<a/>").await;
    let back = DataStoreWrite {
        replace: true,
        ..write(id("1"))
    };
    let steps = vec![get(id("1"), true, true), body("<b/>"), put(back)];
    let (_, ending) = run(&worker, steps, xml("")).await;
    assert!(matches!(ending, Ending::Completed));
    assert_eq!(plain(&worker, "1").await.unwrap().body, b"<b/>");
}

#[tokio::test]
async fn selected_entries_become_one_document() {
    let worker = Worker::start().await;
    let exchange = apply(&worker, select(1, false), xml("x")).await.unwrap();
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    assert_eq!(text(&exchange), format!("{declaration}<messages/>"));
    keep(
        &worker.store,
        "a<\"&\n",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- c --><p:x xmlns:p='u'>1</p:x> ",
    )
    .await;
    keep(
        &worker.store,
        "b",
        b"<?xml version='1.0' encoding='ISO-8859-1'?><y>\xe4</y>",
    )
    .await;
    let one = "<message id=\"a&lt;&quot;&amp;&#10;\"><p:x xmlns:p='u'>1</p:x></message>";
    let two = "<message id=\"b\"><y>ä</y></message>";
    for (limit, header, expected) in [
        (9, None, format!("{one}{two}")),
        (1, None, one.to_owned()),
        (1, Some("2"), format!("{one}{two}")),
        (9, Some("1"), one.to_owned()),
    ] {
        let mut sent = xml("x");
        if let Some(header) = header {
            sent.headers.set(names::DATA_STORE_LIMIT, header);
        }
        let exchange = apply(&worker, select(limit, false), sent).await.unwrap();
        let expected = format!("{declaration}<messages>{expected}</messages>");
        assert_eq!(text(&exchange), expected);
    }
    keep(&worker.store, "b", b" \n").await;
    let exchange = apply(&worker, select(9, false), xml("x")).await.unwrap();
    let empty = "<message id=\"b\"></message></messages>";
    assert!(text(&exchange).ends_with(empty), "{}", text(&exchange));
    let mut sent = xml("x");
    sent.headers.set(names::DATA_STORE_LIMIT, "none");
    let wrong = error(apply(&worker, select(9, false), sent).await);
    assert!(
        wrong.message.contains("SapDataStoreMaxResults"),
        "{wrong:?}"
    );
    keep(&worker.store, "c", b"{\"json\":1}").await;
    let wrong = error(apply(&worker, select(9, true), xml("x")).await);
    assert!(wrong.message.contains("\"c\" is not an XML"), "{wrong:?}");
    assert_eq!(kept(&worker.store).await.len(), 3);
}

#[tokio::test]
async fn deleting_takes_every_selected_id_and_nothing_when_there_is_none() {
    let worker = Worker::start().await;
    for id in ["1", "2", "3", "of header", "<x/>"] {
        keep(&worker.store, id, b"<a/>").await;
    }
    let mut sent = xml("<r><i>1</i><i>2</i><i>missing</i></r>");
    sent.headers.set(names::DATA_STORE_ID, "of header");
    for (spec, sent, left) in [
        // A setting that gives nothing is not replaced by the header: it would be another entry.
        (id("${property.none}"), sent.clone(), 5),
        (by_xpath("//none"), sent.clone(), 5),
        (by_xpath("//i"), sent.clone(), 3),
        (id(""), sent.clone(), 2),
        (id(""), xml("<x/>"), 1),
        (id(""), xml(&"x".repeat(2_000)), 1),
    ] {
        let step = delete(tenant("${property.none}s"), spec);
        apply(&worker, step, sent).await.unwrap();
        assert_eq!(kept(&worker.store).await.len(), left);
    }
    assert_eq!(kept(&worker.store).await, ["3"]);
}

#[tokio::test]
async fn names_of_stores_are_bounded_and_never_empty() {
    let worker = Worker::start().await;
    for name in ["${property.none}", "a b", &"x".repeat(41)] {
        let error = error(apply(&worker, delete(tenant(name), id("1")), xml("")).await);
        assert!(error.message.contains("1 to 40 characters"), "{error:?}");
    }
}

fn variable(name: &str, source: ValueSource, scope: StoreScope) -> VariableRow {
    VariableRow {
        name: template(name),
        source,
        datatype: Datatype::Unspecified,
        scope,
    }
}

async fn stored(worker: &Worker) -> Vec<(Scope, String, String)> {
    let mut tx = worker.store.read().await.unwrap();
    let all = variables::list(&mut tx).await.unwrap().into_iter();
    all.map(|one| (one.scope, one.name, String::from_utf8(one.value).unwrap()))
        .collect()
}

#[tokio::test]
async fn variables_are_written_together_and_read_by_later_messages() {
    let worker = Worker::start().await;
    let rows = vec![
        variable("at", expression("${property.p}Z"), StoreScope::Flow),
        variable("${header.n}", xpath("//b"), StoreScope::Tenant),
        variable(
            "none",
            ValueSource::Header("none".to_owned()),
            StoreScope::Flow,
        ),
        variable("h", ValueSource::Header("n".to_owned()), StoreScope::Flow),
        variable("c", constant("${x}"), StoreScope::Flow),
    ];
    let mut sent = xml("<a><b>1</b></a>");
    sent.set_property("p", "12");
    sent.headers.set("n", "N");
    let exchange = apply(&worker, StepSpec::WriteVariables(rows), sent)
        .await
        .unwrap();
    assert_eq!(text(&exchange), "<a><b>1</b></a>");
    let own = || Scope::Local("Test".to_owned());
    let expected = [
        (Scope::Global, "N", "1"),
        (own(), "at", "12Z"),
        (own(), "c", "${x}"),
        (own(), "h", "N"),
    ]
    .map(|(scope, name, value)| (scope, name.to_owned(), value.to_owned()));
    assert_eq!(stored(&worker).await, expected);

    let local = ValueSource::LocalVariable {
        name: template("at"),
        default: None,
    };
    let global = ValueSource::GlobalVariable {
        name: template("N"),
        default: None,
    };
    let read = properties(vec![create("l", local), create("g", global)]);
    let exchange = apply(&worker, read, xml("")).await.unwrap();
    let read = ["l", "g"].map(|name| property(&exchange, name).unwrap());
    assert_eq!(read, ["12Z", "1"]);
}

#[tokio::test]
async fn one_bad_row_leaves_every_variable_as_it_was() {
    let worker = Worker::start().await;
    let good = || variable("good", constant("1"), StoreScope::Flow);
    let huge = "x".repeat(lockgate_core::limits::VARIABLE + 1);
    for (bad, expected) in [
        (
            variable("${property.none}", constant("1"), StoreScope::Flow),
            "1 to 255 characters",
        ),
        (
            variable("big", constant(&huge), StoreScope::Flow),
            "\"big\" would have 1048577 bytes",
        ),
        (
            variable("x", xpath("//a"), StoreScope::Flow),
            "not an XML document",
        ),
    ] {
        let rows = StepSpec::WriteVariables(vec![good(), bad]);
        let error = error(apply(&worker, rows, xml("no xml")).await);
        assert!(error.message.contains(expected), "{error:?}");
    }
    assert!(stored(&worker).await.is_empty());
}

#[tokio::test]
async fn variables_are_deleted_in_the_store_that_the_original_keeps_them_in() {
    let worker = Worker::start().await;
    let own = Scope::Local("Test".to_owned());
    let mut tx = worker.store.begin().await.unwrap();
    for scope in [&own, &Scope::Global] {
        variables::set(&mut tx, scope, "v", b"1").await.unwrap();
    }
    tx.commit().await.unwrap();
    let of_flow = DataStore {
        scope: StoreScope::Flow,
        ..tenant("sap_global_store")
    };
    apply(&worker, delete(of_flow, id("v")), xml(""))
        .await
        .unwrap();
    let left = stored(&worker).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].0, Scope::Global);
    apply(
        &worker,
        delete(tenant("sap_global_store"), id("v")),
        xml(""),
    )
    .await
    .unwrap();
    assert!(stored(&worker).await.is_empty());
    let spec = DataStoreWrite {
        store: tenant("sap_global_store"),
        ..write(id("v"))
    };
    let error = error(apply(&worker, put(spec), xml("")).await);
    assert!(error.message.contains("Write Variables"), "{error:?}");
}

#[tokio::test]
async fn large_contents_are_written_and_selected_too() {
    let worker = Worker::start().await;
    let large = format!("<a>{}</a>", "x".repeat(super::super::HEAVY_BYTES));
    let spec = DataStoreWrite {
        encrypt: true,
        ..write(by_xpath("count(//a)"))
    };
    apply(&worker, put(spec), xml(&large)).await.unwrap();
    let exchange = apply(&worker, get(id("1"), false, true), xml(""))
        .await
        .unwrap();
    assert_eq!(text(&exchange), large);
    let exchange = apply(&worker, select(1, false), xml("")).await.unwrap();
    assert!(text(&exchange).ends_with(&format!("{large}</message></messages>")));
}
