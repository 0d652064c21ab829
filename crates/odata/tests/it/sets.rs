//! Packages with flows, their configurations and errors; a long log; numbered traces.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::StatusCode;
use lockgate_core::clock::Timestamp;
use lockgate_odata::{
    Action, Arguments, Body, Call, Change, Changeset, ComplexType, EntitySet, EntityType, Error,
    Expanded, Function, FunctionImport, Key, List, Media, Navigation, Operation, Parameter,
    Property, Query, Reply, Result, Returns, Row, Service,
};

/// What writes were asked for, in words.
pub(crate) type Written = Arc<Mutex<Vec<String>>>;

pub(crate) const TIME: Timestamp = Timestamp::from_micros(1_790_000_000_123_000);

pub(crate) fn service(written: &Written) -> Service {
    let written = || Arc::clone(written);
    let sets: Vec<Arc<dyn EntitySet>> = vec![
        Arc::new(Packages(written())),
        Arc::new(Flows),
        Arc::new(Configurations(written())),
        Arc::new(Errors),
        Arc::new(Logs),
        Arc::new(Traces),
    ];
    let functions: Vec<Arc<dyn FunctionImport>> = vec![
        Arc::new(Deploy),
        Arc::new(Copy),
        Arc::new(Upsert(written())),
    ];
    Service::new(sets, functions).with_changesets(vec![Arc::new(Together(written()))])
}

fn note(written: &Written, what: String) {
    written.lock().unwrap().push(what);
}

static NAMED: EntityType = EntityType::new(
    "Named",
    &[Property::text("Id").key(), Property::text("Name")],
);
static PACKAGE: EntityType = EntityType::new(
    "Package",
    &[
        Property::text("Id").key(),
        Property::text("Name").required().length(150),
        Property::text("Description"),
        Property::boolean("PartnerContent"),
        Property::time_text("ModifiedDate"),
        Property::binary("PackageContent"),
        Property::text("Secret").or_null(),
    ],
)
.navigations(&[
    Navigation::many("Flows", "Flows"),
    Navigation::many("Elsewhere", "NotServed"),
])
.media();

#[derive(Debug)]
struct Packages(Written);

fn package(id: &str) -> Row {
    Row::new()
        .with("Id", id)
        .with("Name", format!("Package {id}"))
        .with("ModifiedDate", TIME)
}

#[async_trait]
impl EntitySet for Packages {
    fn name(&self) -> &'static str {
        "Packages"
    }

    fn entity(&self) -> &'static EntityType {
        &PACKAGE
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::Read => &["Read", "Other"],
            Operation::Media => &["Payload"],
            _ => &["Write"],
        }
    }

    async fn list(&self, _: &Call, _: &Query) -> Result<List> {
        Ok(List::All(vec![package("demo"), package("O'Neil & Co")]))
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let known = ["demo", "O'Neil & Co"].contains(&key.text("Id"));
        Ok(known.then(|| package(key.text("Id"))))
    }

    async fn create(&self, call: &Call, body: &Body) -> Result<Reply> {
        let id = body.required("Id")?;
        if id == "demo" {
            return Err(Error::conflict("There is one already."));
        }
        let overwrite = call.parameter("Overwrite").unwrap_or("-");
        let size = body.bytes("PackageContent")?.map_or(0, |bytes| bytes.len());
        note(
            &self.0,
            format!("create {id} {overwrite} {size} by {}", call.user()),
        );
        Ok(Reply::created(package(&id)))
    }

    async fn replace(&self, _: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let name = body.text_or_empty("Name")?;
        note(&self.0, format!("replace {} {name}", key.text("Id")));
        Ok(Reply::accepted())
    }

    async fn merge(&self, _: &Call, key: &Key, _: &Body) -> Result<Reply> {
        note(&self.0, format!("merge {}", key.text("Id")));
        Ok(Reply::no_content())
    }

    async fn delete(&self, _: &Call, key: &Key) -> Result<Reply> {
        if key.text("Id") != "demo" {
            return Err(Error::not_found());
        }
        note(&self.0, format!("delete {}", key.text("Id")));
        Ok(Reply::accepted())
    }

    async fn media(&self, _: &Call, key: &Key) -> Result<Option<Media>> {
        let file = format!("{}.zip", key.text("Id"));
        Ok(Some(
            Media::new(&b"PK\x03\x04"[..], "application/zip").file(file),
        ))
    }

    async fn put_media(&self, _: &Call, key: &Key, media: Media) -> Result<Reply> {
        let (id, size, kind) = (key.text("Id"), media.bytes.len(), media.content_type);
        note(&self.0, format!("media {id} {size} {kind}"));
        Ok(Reply::Entities(StatusCode::OK, vec![package(id)]))
    }
}

static FLOW: EntityType = EntityType::new(
    "Flow",
    &[
        Property::text("Id").key(),
        Property::text("Version").key(),
        Property::text("PackageId"),
        Property::time("DeployedOn").iso(),
        Property::time("CreatedOn"),
        Property::time_offset("ValidUntil"),
    ],
)
.navigations(&[
    Navigation::many("Configurations", "Configurations"),
    Navigation::one("ErrorInformation", "Errors"),
])
.media();

#[derive(Debug)]
struct Flows;

fn flow(id: &str) -> Row {
    Row::new()
        .with("Id", id)
        .with("Version", "1.0.2")
        .with("PackageId", "demo")
        .with("DeployedOn", TIME)
        .with("CreatedOn", TIME)
        .with("ValidUntil", TIME)
}

#[async_trait]
impl EntitySet for Flows {
    fn name(&self) -> &'static str {
        "Flows"
    }

    fn entity(&self) -> &'static EntityType {
        &FLOW
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &["Read"]
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        match call.parent() {
            Some(package) if package.key.text("Id") == "demo" => {
                Ok(List::All(vec![flow("a"), flow("b")]))
            }
            Some(_) => Err(Error::not_found()),
            None => Err(Error::not_implemented()),
        }
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let current = ["1.0.2", "active"].contains(&&*key.text("Version").to_lowercase());
        Ok(current.then(|| flow(key.text("Id"))))
    }
}

static CONFIGURATION: EntityType = EntityType::new(
    "Configuration",
    &[
        Property::text("ParameterKey").key(),
        Property::text("ParameterValue"),
    ],
)
.contained();

#[derive(Debug)]
struct Configurations(Written);

/// The flow that a request is about.
fn of_flow(call: &Call) -> Result<&str> {
    let parent = call.parent().ok_or_else(Error::not_implemented)?;
    assert_eq!(parent.set, "Flows");
    Ok(parent.key.text("Id"))
}

#[async_trait]
impl EntitySet for Configurations {
    fn name(&self) -> &'static str {
        "Configurations"
    }

    fn entity(&self) -> &'static EntityType {
        &CONFIGURATION
    }

    fn needs(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::PutLink => &["Configure"],
            _ => &["Read"],
        }
    }

    async fn list(&self, call: &Call, _: &Query) -> Result<List> {
        let flow = of_flow(call)?;
        let row = |key: &str| {
            let value = format!("{flow} {key}");
            Row::new()
                .with("ParameterKey", key)
                .with("ParameterValue", value)
        };
        Ok(List::All(vec![row("host"), row("a b+c"), row("port")]))
    }

    async fn put_link(&self, call: &Call, key: &Key, body: &Body) -> Result<Reply> {
        let (flow, key) = (of_flow(call)?, key.text("ParameterKey"));
        let value = body.text_or_empty("ParameterValue")?;
        note(&self.0, format!("configure {flow} {key}={value}"));
        Ok(Reply::accepted())
    }

    async fn delete_link(&self, call: &Call, key: &Key) -> Result<Reply> {
        let (flow, key) = (of_flow(call)?, key.text("ParameterKey"));
        note(&self.0, format!("unset {flow} {key}"));
        Ok(Reply::ok())
    }
}

static ERROR: EntityType = EntityType::new("Error", &[Property::text("Type")])
    .extends(&NAMED)
    .media();

#[derive(Debug)]
struct Errors;

#[async_trait]
impl EntitySet for Errors {
    fn name(&self) -> &'static str {
        "Errors"
    }

    fn entity(&self) -> &'static EntityType {
        &ERROR
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &["Read"]
    }

    async fn get(&self, call: &Call, key: &Key) -> Result<Option<Row>> {
        assert!(key.is_empty());
        let flow = of_flow(call)?;
        Ok((flow == "a").then(|| Row::new().with("Id", flow)))
    }

    async fn media(&self, call: &Call, _: &Key) -> Result<Option<Media>> {
        let failed = of_flow(call)? == "a";
        Ok(failed.then(|| Media::new(&b"{\"parameter\":[\"x\"]}"[..], "application/json")))
    }
}

static ARTIFACT: ComplexType = ComplexType {
    name: "Artifact",
    properties: &[Property::text("Id"), Property::text("Name")],
};
static LOG: EntityType = EntityType::new(
    "Log",
    &[
        Property::text("Guid").key(),
        Property::time("LogEnd"),
        Property::text("Status"),
        Property::int64("Size"),
        Property::int32("Steps"),
        Property::complex("Artifact", &ARTIFACT),
    ],
);

/// 2,500 rows of which it gives a page at a time.
#[derive(Debug)]
struct Logs;

#[async_trait]
impl EntitySet for Logs {
    fn name(&self) -> &'static str {
        "Logs"
    }

    fn entity(&self) -> &'static EntityType {
        &LOG
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &["Read"]
    }

    async fn list(&self, _: &Call, query: &Query) -> Result<List> {
        let all: Vec<_> = (0..2_500_i32).map(log).collect();
        let filter = query.filter.as_ref();
        let fits = |row: &Row| filter.is_none_or(|filter| filter.matches(row, &LOG));
        let matching: Vec<_> = all.into_iter().filter(fits).collect();
        let (from, limit) = (query.offset(), query.limit());
        let total = matching.len() as u64;
        let rows = matching.into_iter();
        let rows: Vec<_> = rows
            .skip(usize::try_from(from).unwrap())
            .take(usize::try_from(limit).unwrap())
            .collect();
        Ok(List::Page {
            more: from + (rows.len() as u64) < total,
            total: query.wants_total.then_some(total),
            rows,
        })
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let number = key.text("Guid").strip_prefix('g');
        let number = number.and_then(|number| number.parse().ok());
        Ok(number.map(log))
    }
}

fn log(n: i32) -> Row {
    let artifact = Row::new().with("Id", "a").with("Name", "<A & B>\u{1}");
    Row::new()
        .with("Guid", format!("g{n}"))
        .with("LogEnd", TIME)
        .with("Status", if n % 2 == 0 { "COMPLETED" } else { "FAILED" })
        .with("Size", i64::from(n))
        .with("Steps", n)
        .with("Artifact", artifact)
}

static TRACE: EntityType = EntityType::new(
    "Trace",
    &[Property::int64("TraceId").key(), Property::text("MplId")],
)
.navigations(&[Navigation::many("Properties", "Configurations")]);

#[derive(Debug)]
struct Traces;

#[async_trait]
impl EntitySet for Traces {
    fn name(&self) -> &'static str {
        "Traces"
    }

    fn entity(&self) -> &'static EntityType {
        &TRACE
    }

    fn needs(&self, _: Operation) -> &'static [&'static str] {
        &[]
    }

    async fn get(&self, _: &Call, key: &Key) -> Result<Option<Row>> {
        let known = Row::new().with("ParameterKey", "known");
        let row = Row::new().with("TraceId", key.number("TraceId"));
        Ok(Some(
            row.with_expanded("Properties", Expanded::Many(vec![known])),
        ))
    }
}

#[derive(Debug)]
struct Deploy;

static DEPLOY: Function = Function::new(
    "Deploy",
    &[Parameter::text("Id"), Parameter::text("Version")],
    Returns::Value(lockgate_odata::Edm::String),
);

#[async_trait]
impl FunctionImport for Deploy {
    fn describe(&self) -> &'static Function {
        &DEPLOY
    }

    fn needs(&self) -> &'static [&'static str] {
        &["Write"]
    }

    async fn call(&self, _: &Call, arguments: &Arguments) -> Result<Reply> {
        let task = format!(
            "{}-{}",
            arguments.required("Id")?,
            arguments.required("Version")?
        );
        Ok(Reply::Text(StatusCode::ACCEPTED, task))
    }
}

#[derive(Debug)]
struct Copy;

static COPY: Function = Function::new(
    "Copy",
    &[Parameter::text("Id"), Parameter::text("Suffix").optional()],
    Returns::Entity("Packages"),
);

#[async_trait]
impl FunctionImport for Copy {
    fn describe(&self) -> &'static Function {
        &COPY
    }

    fn needs(&self) -> &'static [&'static str] {
        &[]
    }

    async fn call(&self, _: &Call, arguments: &Arguments) -> Result<Reply> {
        let suffix = arguments.text("Suffix").unwrap_or("copy");
        Ok(Reply::created(package(&format!(
            "{}.{suffix}",
            arguments.required("Id")?
        ))))
    }
}

#[derive(Debug)]
struct Upsert(Written);

static UPSERT: Function = Function::new(
    "Upsert",
    &[Parameter::text("Id"), Parameter::boolean("IsConfigured")],
    Returns::Nothing,
);

#[async_trait]
impl FunctionImport for Upsert {
    fn describe(&self) -> &'static Function {
        &UPSERT
    }

    fn needs(&self) -> &'static [&'static str] {
        &[]
    }

    async fn call(&self, _: &Call, arguments: &Arguments) -> Result<Reply> {
        let is_configured = arguments.boolean("IsConfigured");
        note(
            &self.0,
            format!("upsert {} {is_configured:?}", arguments.required("Id")?),
        );
        Ok(Reply::accepted())
    }
}

/// Applies changes of packages in one go, unless one of them is called `bad`.
#[derive(Debug)]
struct Together(Written);

#[async_trait]
impl Changeset for Together {
    fn covers(&self, set: &str) -> bool {
        set == "Packages"
    }

    async fn apply(&self, changes: &[Change]) -> Result<Vec<Reply>> {
        let mut what = Vec::new();
        for change in changes {
            what.push(match &change.action {
                Action::Create(body) => format!("create {}", body.required("Id")?),
                Action::Replace(key, _) => format!("replace {}", key.text("Id")),
                Action::Merge(key, _) => format!("merge {}", key.text("Id")),
                Action::Delete(key) => format!("delete {}", key.text("Id")),
            });
        }
        if what.iter().any(|one| one == "create bad") {
            return Err(Error::conflict("One of them is bad."));
        }
        note(&self.0, format!("together {}", what.join(", ")));
        Ok(changes.iter().map(|_| Reply::no_content()).collect())
    }
}
