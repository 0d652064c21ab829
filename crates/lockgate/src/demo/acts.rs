//! The acts of the demo, in order. Each says what it does and checks what comes of it.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::json;

use crate::cli::output::cell;

use super::sender::Sender;
use super::stage::Stage;
use super::story::Story;

/// What the sender sends.
pub(crate) const ORDER: &str = r#"{"number":"4711","productIdentifier":"HT-1080"}"#;
const PRODUCT: &str = "HT-1080";

/// Plays everything; gives the sender that may call the flow.
pub(crate) async fn all(story: &mut Story, stage: &Stage) -> anyhow::Result<Sender> {
    deploy(story, stage).await?;
    let sender = authorize(
        story,
        stage,
        "demo-sender",
        r#"{"roles":["ESBMessaging.send"]}"#,
    )
    .await?;
    strangers(story, stage, &sender).await?;
    by_basic(story, stage, &sender).await?;
    by_bearer(story, stage, &sender).await?;
    mail(story, stage);
    log(story, stage, &sender).await?;
    withdraw(story, stage).await?;
    Ok(sender)
}

async fn deploy(story: &mut Story, stage: &Stage) -> anyhow::Result<()> {
    story.chapter("Deploy the flow: HTTPS → JSON to XML → Content Modifier → OData → Mail");
    story.says(format!(
        "product service at {}, mail server at {}",
        stage.products.url(),
        stage.mailbox.address()
    ));
    let flow = stage.deploy().await?;
    let state = cell(flow.pointer("/items/0/workers/0/state"));
    story.expects(
        "the flow is started",
        state.eq_ignore_ascii_case("started"),
        &flow,
    );
    let url = cell(flow.pointer("/items/0/endpoints/0"));
    story.expects(
        &format!("it answers at {url}"),
        url == stage.endpoint(),
        url.clone(),
    );
    Ok(())
}

async fn authorize(
    story: &mut Story,
    stage: &Stage,
    name: &str,
    parameters: &str,
) -> anyhow::Result<Sender> {
    story.chapter("Authorize a sender: a service instance with a role, and a service key");
    story.says(format!("lockgate instance create {name} -c '{parameters}'"));
    let instance = stage
        .instance(name, serde_json::from_str(parameters)?)
        .await?;
    story.says(format!("lockgate key create {name} key"));
    let sender = stage.sender(name, "key").await?;
    let same = cell(instance.get("client_id")) == sender.client_id;
    story.expects(&format!("client id {}", sender.client_id), same, &instance);
    Ok(sender)
}

async fn strangers(story: &mut Story, stage: &Stage, sender: &Sender) -> anyhow::Result<()> {
    story.chapter("Nobody else gets in, and the operator can see why");
    let anonymous = sender.call(Method::POST, None, None, ORDER).await?;
    story.expects(
        "without credentials: 401 with a challenge",
        is(&anonymous, 401) && anonymous.headers().contains_key("www-authenticate"),
        anonymous.status(),
    );

    stage
        .operator
        .send(
            Method::POST,
            "roles",
            Some(&json!({ "name": "Orders.read" })),
        )
        .await?;
    stage
        .instance("demo-other", json!({ "roles": ["Orders.read"] }))
        .await?;
    let other = stage.sender("demo-other", "key").await?;
    let forbidden = other
        .call(Method::POST, Some(&other.basic()), None, ORDER)
        .await?;
    story.expects(
        "with a key of another role: 403",
        is(&forbidden, 403),
        forbidden.status(),
    );

    let id = forbidden
        .headers()
        .get("x-correlation-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    story.says(format!("lockgate why {id}"));
    let why = until(async || stage.operator.get(&format!("refusals/{id}")).await.ok())
        .await
        .unwrap_or_default();
    story.shows(&format!(
        "{}\n→ {}",
        cell(why.get("explanation")),
        cell(why.get("advice"))
    ));
    story.expects(
        "the operator reads the reason",
        cell(why.get("reason")) == "role-missing",
        &why,
    );
    Ok(())
}

async fn by_basic(story: &mut Story, stage: &Stage, sender: &Sender) -> anyhow::Result<()> {
    story.chapter("Call by Basic: the flow is CSRF protected");
    let basic = sender.basic();
    let bare = sender.call(Method::POST, Some(&basic), None, ORDER).await?;
    let required = bare
        .headers()
        .get("x-csrf-token")
        .is_some_and(|value| value == "Required");
    story.expects(
        "POST without a CSRF token: 403, X-CSRF-Token: Required",
        is(&bare, 403) && required,
        bare.status(),
    );
    let csrf = sender.fetch_csrf(&basic).await?;
    story.expects(
        "HEAD with X-CSRF-Token: Fetch gives a token and a session",
        csrf.is_some(),
        "none came",
    );
    let answer = sender
        .call(Method::POST, Some(&basic), csrf.as_ref(), ORDER)
        .await?;
    expect_product(story, stage, answer).await
}

async fn by_bearer(story: &mut Story, stage: &Stage, sender: &Sender) -> anyhow::Result<()> {
    story.chapter("Call by Bearer: a token from the token server instead of the secret");
    let bearer = sender.bearer().await?;
    story.says(format!(
        "POST /oauth/token grant_type=client_credentials → {}…",
        bearer.chars().take(40).collect::<String>()
    ));
    let csrf = sender.fetch_csrf(&bearer).await?;
    let answer = sender
        .call(Method::POST, Some(&bearer), csrf.as_ref(), ORDER)
        .await?;
    expect_product(story, stage, answer).await
}

async fn expect_product(story: &mut Story, stage: &Stage, answer: Response) -> anyhow::Result<()> {
    let status = answer.status();
    let body = answer.text().await?;
    story.expects(
        &format!("200, with product {PRODUCT} from the product service"),
        status == 200 && body.contains(PRODUCT),
        format!("{status} {body}"),
    );
    story.shows(&beginning(&body, 300));
    let asked = stage
        .products
        .requests()
        .iter()
        .any(|request| request.target.contains("Products"));
    story.expects("the product service was asked", asked, "it was not");
    Ok(())
}

fn mail(story: &mut Story, stage: &Stage) {
    story.chapter("The mail that arrived");
    let mails = stage.mailbox.mails();
    story.expects(
        "one mail for each call",
        mails.len() == 2,
        format!("{} mails", mails.len()),
    );
    if let Some(mail) = mails.first() {
        let header = |name: &str| mail.header(name).unwrap_or_default();
        story.shows(&format!(
            "From: {}\nTo: {}\nSubject: {}",
            header("From"),
            header("To"),
            header("Subject")
        ));
        story.shows(&beginning(&mail.text(), 200));
        story.expects(
            &format!("it is about {PRODUCT}"),
            header("Subject").contains(PRODUCT),
            header("Subject"),
        );
    }
}

async fn log(story: &mut Story, stage: &Stage, sender: &Sender) -> anyhow::Result<()> {
    story.chapter("The message log");
    story.says("lockgate messages");
    let written = async || {
        let answer = stage.operator.get("messages?limit=10").await.ok()?;
        let items = answer.get("items")?.as_array()?.clone();
        (items.len() >= 2).then_some(items)
    };
    let messages = until(written).await.unwrap_or_default();
    for message in &messages {
        let text = |name: &str| cell(message.get(name));
        story.shows(&format!(
            "{}  {}  {}  {}",
            text("status"),
            text("started_at"),
            text("flow"),
            text("id")
        ));
    }
    let completed = messages.iter().filter(|message| {
        message["status"] == "COMPLETED" && message["identity"] == *sender.client_id
    });
    story.expects(
        "both messages are COMPLETED, with the caller's client id",
        completed.count() == 2,
        json!(messages),
    );
    Ok(())
}

async fn withdraw(story: &mut Story, stage: &Stage) -> anyhow::Result<()> {
    story.chapter("Withdraw a credential");
    let second = stage.sender("demo-sender", "second").await?;
    let before = second.fetch_csrf(&second.basic()).await?;
    story.expects(
        "a second key of the instance works",
        before.is_some(),
        "it does not",
    );
    story.says("lockgate key delete demo-sender second");
    stage
        .operator
        .send(Method::DELETE, "instances/demo-sender/keys/second", None)
        .await?;
    let after = second
        .call(Method::POST, Some(&second.basic()), None, ORDER)
        .await?;
    story.expects(
        "deleted, it is refused on the very next call: 401",
        is(&after, 401),
        after.status(),
    );
    Ok(())
}

/// The first characters of a text, and a mark when there are more.
fn beginning(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn is(response: &Response, status: u16) -> bool {
    response.status() == status
}

/// Asks until there is an answer, for a few seconds: the message log is written behind.
async fn until<T>(ask: impl AsyncFn() -> Option<T>) -> Option<T> {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), asking)
        .await
        .ok()
}
