//! An OData V2 product service on loopback: what a flow's OData receiver talks to in the demo and
//! in tests.
//!
//! It has a service document, `$metadata`, two entity sets with navigation, three function imports,
//! `$filter` by equality, `$top`, `$skip`, `$select`, `$expand`, Atom and JSON, server-side paging,
//! and CSRF tokens for modifying calls. Rows live in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, StatusCode};

use crate::http::{Request, Response, Server, reply};

mod address;
mod model;
mod payload;
mod render;

pub use model::Row;

use address::{Address, Target};
use model::Set;
use render::Format;

/// Where the service lives on its server.
const ROOT: &str = "/odata/shop";

/// How a service behaves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// User and password that every call must carry.
    pub login: Option<(String, String)>,
    /// Entities in one answer; more are left to a next page.
    pub page_size: Option<usize>,
    /// Whether modifying calls need a CSRF token.
    pub csrf: bool,
}

/// A running service. Dropping it closes the port.
#[derive(Debug)]
pub struct Service {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    rows: BTreeMap<&'static str, Vec<Row>>,
    /// The CSRF token that is valid now; replacing it makes clients fetch anew.
    token: u64,
}

impl Service {
    /// Serves on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(options: Options) -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State {
            rows: model::rows(),
            token: 1,
        }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| {
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let response = answer(&request, &options, &mut state);
            async move { response }
        })
        .await?;
        Ok(Self { server, state })
    }

    /// The service root without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{ROOT}", self.server.url())
    }

    /// The most recent requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// The entities of a set as they are now.
    #[must_use]
    pub fn rows(&self, set: &str) -> Vec<Row> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rows.get(set).cloned().unwrap_or_default()
    }

    /// Makes every CSRF token handed out so far invalid.
    pub fn expire_csrf_tokens(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.token += 1;
    }
}

/// A refusal with its status, code and text.
type Refusal = (StatusCode, &'static str, String);

fn answer(request: &Request, options: &Options, state: &mut State) -> Response {
    let format = Format::of(request);
    let mut response = admit(request, options, state)
        .and_then(|()| dispatch(request, options, state, format))
        .unwrap_or_else(|(status, code, text)| render::error(format, status, code, &text));
    let fetches =
        (request.header("x-csrf-token")).is_some_and(|value| value.eq_ignore_ascii_case("fetch"));
    let headers = response.headers_mut();
    headers.insert("dataserviceversion", HeaderValue::from_static("2.0"));
    if options.csrf && fetches && response.status().is_success() {
        let token = HeaderValue::from(state.token);
        response.headers_mut().insert("x-csrf-token", token);
        let cookie = format!("shop-session={}; Path=/; HttpOnly", state.token);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert("set-cookie", cookie);
        }
    } else if response.status() == StatusCode::FORBIDDEN {
        let required = HeaderValue::from_static("Required");
        response.headers_mut().insert("x-csrf-token", required);
    }
    response
}

fn admit(request: &Request, options: &Options, state: &State) -> Result<(), Refusal> {
    if let Some((user, password)) = &options.login {
        let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        if request.header("authorization") != Some(&expected) {
            let text = "Log on with user and password".to_owned();
            return Err((StatusCode::UNAUTHORIZED, "SHOP/401", text));
        }
    }
    let modifies = !matches!(request.method, Method::GET | Method::HEAD);
    if options.csrf && modifies {
        let token = state.token.to_string();
        let session = format!("shop-session={token}");
        let cookies = request.header("cookie").unwrap_or_default();
        let in_session = cookies.split("; ").any(|cookie| cookie == session);
        if request.header("x-csrf-token") != Some(&token) || !in_session {
            let text = "CSRF token validation failed".to_owned();
            return Err((StatusCode::FORBIDDEN, "SHOP/403", text));
        }
    }
    Ok(())
}

fn dispatch(
    request: &Request,
    options: &Options,
    state: &mut State,
    format: Format,
) -> Result<Response, Refusal> {
    let address = Address::parse(request, ROOT)?;
    match (&address.target, request.method.as_str()) {
        (Target::Service, "GET") => Ok(render::service_document(format)),
        (Target::Metadata, "GET") => {
            Ok(reply(StatusCode::OK, "application/xml", model::metadata()))
        }
        (Target::Set(set), "GET") => Ok(query(set, &address, options, state, format)),
        (Target::Set(set), "POST") => create(set, request, state, format),
        (Target::Entity(set, key), "GET") => {
            let row = state.find(set, key)?;
            Ok(render::entity(
                format,
                StatusCode::OK,
                set,
                row,
                &address,
                state,
            ))
        }
        (Target::Entity(set, key), "PUT" | "PATCH" | "MERGE") => update(set, key, request, state),
        (Target::Entity(set, key), "DELETE") => {
            let at = state.position(set, key)?;
            state.of(set).remove(at);
            Ok(empty())
        }
        (Target::Navigation(set, key, nav), "GET") => {
            let row = state.find(set, key)?.clone();
            render::navigation(format, nav, &row, &address, state).ok_or_else(not_found)
        }
        (Target::Function(function, argument), method) if method == function.method => {
            call(function, argument, &address, state, format)
        }
        _ => {
            let text = format!("{} is not possible here", request.method);
            Err((StatusCode::METHOD_NOT_ALLOWED, "SHOP/405", text))
        }
    }
}

fn query(
    set: &Set,
    address: &Address,
    options: &Options,
    state: &State,
    format: Format,
) -> Response {
    let matching = state.rows[set.name]
        .iter()
        .filter(|row| address.matches(row));
    let wanted: Vec<&Row> = matching
        .skip(address.skip)
        .take(address.top.unwrap_or(usize::MAX))
        .collect();
    let page_size = options.page_size.unwrap_or(usize::MAX);
    let page: Vec<&Row> = wanted
        .iter()
        .skip(address.skip_token)
        .take(page_size)
        .copied()
        .collect();
    let shown = address.skip_token + page.len();
    let next = (shown < wanted.len()).then(|| address.next_page(shown));
    render::feed(format, set, &page, next.as_deref(), address, state)
}

fn create(
    set: &'static Set,
    request: &Request,
    state: &mut State,
    format: Format,
) -> Result<Response, Refusal> {
    let row: Row = payload::parse(request, set)?
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let key = row.get(set.key()).cloned().ok_or_else(|| {
        let text = format!("Property {} is missing", set.key());
        (StatusCode::BAD_REQUEST, "SHOP/400", text)
    })?;
    if state.position(set, &key).is_ok() {
        let text = format!("{} {key} exists already", set.entity);
        return Err((StatusCode::CONFLICT, "SHOP/409", text));
    }
    state.of(set).push(row);
    let row = state.find(set, &key)?;
    let address = Address::default();
    Ok(render::entity(
        format,
        StatusCode::CREATED,
        set,
        row,
        &address,
        state,
    ))
}

fn update(
    set: &'static Set,
    key: &str,
    request: &Request,
    state: &mut State,
) -> Result<Response, Refusal> {
    let at = state.position(set, key)?;
    let changes = payload::parse(request, set)?;
    let row = &mut state.of(set)[at];
    if request.method == Method::PUT {
        row.retain(|name, _| name == set.key());
    }
    for (name, value) in changes {
        match value {
            Some(value) => row.insert(name, value),
            None => row.remove(&name),
        };
    }
    Ok(empty())
}

fn call(
    function: &model::Function,
    argument: &str,
    address: &Address,
    state: &mut State,
    format: Format,
) -> Result<Response, Refusal> {
    let set = &model::SETS[0];
    match function.name {
        "StockOf" => {
            let row = state.find(set, argument)?;
            let stock = row.get("Stock").map_or("0", String::as_str);
            Ok(render::number(format, function.name, stock))
        }
        "Discontinue" => {
            let at = state.position(set, argument)?;
            let flag = ("Discontinued".to_owned(), "true".to_owned());
            state.of(set)[at].extend([flag]);
            let row = &state.rows[set.name][at];
            Ok(render::entity(
                format,
                StatusCode::OK,
                set,
                row,
                address,
                state,
            ))
        }
        _ => {
            let rows: Vec<&Row> = (state.rows[set.name].iter())
                .filter(|row| {
                    row.get(function.parameter)
                        .is_some_and(|value| value == argument)
                })
                .collect();
            Ok(render::feed(format, set, &rows, None, address, state))
        }
    }
}

impl State {
    fn of(&mut self, set: &Set) -> &mut Vec<Row> {
        self.rows.entry(set.name).or_default()
    }

    fn position(&self, set: &Set, key: &str) -> Result<usize, Refusal> {
        let matches = |row: &Row| row.get(set.key()).is_some_and(|value| value == key);
        self.rows[set.name]
            .iter()
            .position(matches)
            .ok_or_else(not_found)
    }

    fn find(&self, set: &Set, key: &str) -> Result<&Row, Refusal> {
        Ok(&self.rows[set.name][self.position(set, key)?])
    }
}

fn not_found() -> Refusal {
    let text = "Resource not found".to_owned();
    (StatusCode::NOT_FOUND, "SHOP/404", text)
}

fn empty() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
