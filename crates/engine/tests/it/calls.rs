//! Calls over HTTP and ProcessDirect: what goes in, what comes back, what is recorded.

use lockgate_engine::names;
use lockgate_store::flows::LogLevel;
use lockgate_store::messages::{MessageStatus, Step};

use crate::models::{Model, testdata};
use crate::worker::Worker;

fn header<'a>(outcome: &'a lockgate_engine::entry::Outcome, name: &str) -> Vec<&'a str> {
    let all = outcome
        .headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case(name));
    all.map(|(_, value)| value.as_ref()).collect()
}

fn text(outcome: &lockgate_engine::entry::Outcome) -> &str {
    std::str::from_utf8(&outcome.body).unwrap()
}

#[tokio::test]
async fn the_hello_flow_answers_and_is_recorded() {
    let worker = Worker::start().await;
    worker.put("Hello", testdata("hello"), LogLevel::Info).await;
    worker.runtime.reconcile().await.unwrap();
    let outcome = worker.post("/Hello", "").await.unwrap();
    assert_eq!(outcome.status, 200, "{}", text(&outcome));
    assert!(!outcome.body.is_empty() && outcome.failure.is_none());
    let record = worker.message(&outcome.message_id).await;
    assert_eq!(record.status, MessageStatus::Completed);
    assert_eq!(
        (record.flow_id.as_str(), record.flow_name.as_str()),
        ("Hello", "Hello")
    );
    assert_eq!(record.identity.as_deref(), Some("sb-1!b1|it-rt-t!b1"));
    assert_eq!(record.worker, "w1");
    let took = |step: &Step| step.ended_at >= step.started_at && step.error.is_none();
    assert!(!record.steps.is_empty() && record.steps.iter().all(took));
}

#[tokio::test]
async fn the_failing_flow_tells_the_sender_nothing_and_the_log_everything() {
    let worker = Worker::start().await;
    worker
        .put("Failing", testdata("failing"), LogLevel::Info)
        .await;
    worker.runtime.reconcile().await.unwrap();
    assert_eq!(worker.status("Failing").await.unwrap().1, "");
    let outcome = worker.post("/failing", "<order/>").await.unwrap();
    let record = worker.message(&outcome.message_id).await;
    assert!(
        record.error.is_some() && record.error_step.is_some(),
        "{record:?}"
    );
    assert!(
        record.intermediate_error && !record.steps.is_empty()
            || record.status == MessageStatus::Completed
    );
}

#[tokio::test]
async fn documented_headers_enter_and_everything_else_only_when_allowed() {
    let worker = Worker::start().await;
    let probe = "${header.CamelHttpMethod}|${header.CamelHttpUrl}|${header.CamelHttpQuery}|${header.CamelHttpPath}|\
                 ${header.CamelServletContextPath}|${header.SapAuthenticatedUserName}|${header.Content-Type}|\
                 ${header.CamelHttpCharacterEncoding}|${header.X-A}|${header.x-b}|${header.CamelHttpUri}|${header.q}";
    worker
        .deploy(&[
            Model::https("None", "/none/*").body(probe),
            Model::https("Some", "/some/*")
                .setting("allowedHeaderList", "X-A|q")
                .body(probe),
            Model::https("All", "/all/*")
                .setting("allowedHeaderList", "*")
                .body(probe),
        ])
        .await;
    let sent = [
        ("content-type", "text/xml; charset=ISO-8859-1"),
        ("x-a", "1"),
        ("X-A", "2"),
        ("X-B", "3"),
        ("CAMELHttpUri", "http://evil.example"),
        ("sap_authenticated-UserName", "admin"),
        ("SapAuthenticatedUserName", "admin"),
    ];
    let user = "sb-1!b1|it-rt-t!b1";
    for (path, rest) in [
        ("/none/Sub/x", "|||"),
        ("/some/Sub/x", "[1, 2, 4]||"),
        ("/all/Sub/x", "[1, 2, 4]|3|"),
    ] {
        let query = "q=5%20&x-A=4&camelHttpUri=x&SAPAUTHENTICATEDUSERNAME=y";
        let outcome = worker.call(path, Some(query), &sent, "").await.unwrap();
        let context = &path[..path.len() - 6];
        let q = if path.starts_with("/none") { "" } else { "5 " };
        let expected = format!(
            "POST|https://host.example/http{path}|{query}|Sub/x|{context}|{user}|text/xml; charset=ISO-8859-1|ISO-8859-1|{rest}{}{q}",
            if path.starts_with("/none") { "" } else { "|" }
        );
        assert_eq!(text(&outcome), expected, "{path}");
    }
}

#[tokio::test]
async fn the_answer_carries_the_messages_headers_and_its_status() {
    let worker = Worker::start().await;
    let base = || Model::https("Answer", "/answer").setting("allowedHeaderList", ".*");
    for (model, status, body) in [
        (base().body("hello"), 200, "hello"),
        (base().body("${null}"), 204, ""),
        (
            base().header(names::RESPONSE_CODE, "404").body("gone"),
            404,
            "gone",
        ),
        (
            base().header(names::RESPONSE_CODE, "no number").body("x"),
            200,
            "x",
        ),
        (
            base().header(names::RESPONSE_CODE, "99").body("x"),
            200,
            "x",
        ),
    ] {
        worker
            .deploy(&[model
                .header("X-Own", "1")
                .header("Authorization", "Basic secret")])
            .await;
        let outcome = worker
            .call("/answer", None, &[("X-In", "a"), ("x-in", "b")], "")
            .await
            .unwrap();
        assert_eq!((outcome.status, text(&outcome)), (status, body));
        assert_eq!(header(&outcome, "X-Own"), ["1"]);
        assert_eq!(header(&outcome, "X-In"), ["a", "b"]);
        assert_eq!(
            header(&outcome, names::MESSAGE_ID),
            [outcome.message_id.as_str()]
        );
        assert!(header(&outcome, "Authorization").is_empty());
        assert!(
            !outcome
                .headers
                .iter()
                .any(|(name, _)| names::is_internal(name))
        );
    }
}

#[tokio::test]
async fn errors_are_told_as_the_flow_says() {
    let worker = Worker::start().await;
    let failing = |id: &str, path: &str| Model::https(id, path).call_peer("fail");
    worker
        .deploy(&[
            failing("Silent", "/silent"),
            failing("Talking", "/talking").setting("returnExceptionToSender", "true"),
            Model::https("ErrorEnd", "/error-end").ends("Error"),
            Model::https("Escalated", "/escalated").ends("Escalation"),
            Model::https("Terminated", "/terminated")
                .body("done")
                .ends("Terminate"),
        ])
        .await;
    for (path, status, told, record) in [
        (
            "/silent",
            500,
            "An internal error occurred",
            MessageStatus::Failed,
        ),
        (
            "/talking",
            500,
            "a.b.Failed: the peer is down",
            MessageStatus::Failed,
        ),
        (
            "/error-end",
            500,
            "An internal error occurred",
            MessageStatus::Failed,
        ),
        (
            "/escalated",
            500,
            "An internal error occurred",
            MessageStatus::Escalated,
        ),
        ("/terminated", 200, "done", MessageStatus::Completed),
    ] {
        let outcome = worker.post(path, "secret input").await.unwrap();
        assert_eq!(outcome.status, status, "{path}");
        assert!(
            text(&outcome).starts_with(told),
            "{path}: {}",
            text(&outcome)
        );
        if status == 500 {
            let sentence = format!(
                "The MPL ID for the failed message is : {}",
                outcome.message_id
            );
            assert!(text(&outcome).contains(&sentence), "{path}");
            assert!(!text(&outcome).contains("secret"));
        }
        assert_eq!(outcome.failure.is_some(), status == 500, "{path}");
        assert_eq!(
            worker.message(&outcome.message_id).await.status,
            record,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_written_fails_the_message() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("Charset", "/charset")
            .body("é")
            .header(names::CHARSET, "${header.none}klingon")])
        .await;
    let outcome = worker.post("/charset", "").await.unwrap();
    assert_eq!(outcome.status, 500);
    assert_eq!(
        worker.message(&outcome.message_id).await.status,
        MessageStatus::Failed
    );
}

#[tokio::test]
async fn a_called_flow_is_a_message_of_its_own_in_the_same_chain() {
    let worker = Worker::start().await;
    let caller = Model::https("Caller", "/caller")
        .setting("allowedHeaderList", "*")
        .header("X-A", "from caller")
        .header("X-B", "from caller")
        .body("request")
        .call_flow("callee ${header.CamelHttpMethod}")
        .body("${body}/${header.X-A}/${header.X-B}/${header.X-New}/${header.SAP_MessageProcessingLogID}");
    let callee = Model::direct("Callee", "/callee POST")
        .setting("allowedHeaderList", "X-A")
        .header(
            "X-New",
            "${header.X-A}|${header.X-B}|${header.CamelHttpMethod}",
        )
        .header("X-A", "from callee")
        .body("${body} answered");
    worker.deploy(&[caller, callee]).await;
    let outcome = worker.post("/caller", "").await.unwrap();
    let expected = format!(
        "request answered/from callee/from caller/from caller||/{}",
        outcome.message_id
    );
    assert_eq!(text(&outcome), expected);
    let caller = worker.message(&outcome.message_id).await;
    let callee = worker.messages("Callee", 1).await.remove(0);
    assert_eq!(caller.correlation_id, callee.correlation_id);
    assert_ne!(caller.id, callee.id);
    assert_eq!(callee.status, MessageStatus::Completed);
}

#[tokio::test]
async fn errors_of_a_called_flow_surface_at_the_callers_step() {
    let worker = Worker::start().await;
    let caller = |id: &str, path: &str, address: &str| {
        Model::https(id, path)
            .setting("returnExceptionToSender", "true")
            .call_flow(address)
    };
    worker
        .deploy(&[
            caller("CallsFailing", "/calls-failing", "/failing"),
            caller("CallsEscalating", "/calls-escalating", "/escalating"),
            caller("CallsNobody", "/calls-nobody", "/Failing"),
            caller("CallsItself", "/calls-itself", "/cycle"),
            Model::direct("Fails", "/failing").call_peer("fail"),
            Model::direct("Escalates", "/escalating").ends("Escalation"),
            Model::direct("Cycle", "/cycle").call_flow("/cycle"),
        ])
        .await;
    for (path, told) in [
        ("/calls-failing", "a.b.Failed: the peer is down"),
        (
            "/calls-escalating",
            "org.apache.camel.CamelExecutionException: The flow at \"/escalating\"",
        ),
        (
            "/calls-nobody",
            "org.apache.camel.component.direct.DirectConsumerNotAvailableException: ",
        ),
        (
            "/calls-itself",
            "org.apache.camel.CamelExecutionException: Processes and flows call each other",
        ),
    ] {
        let outcome = worker.post(path, "").await.unwrap();
        assert_eq!(outcome.status, 500, "{path}");
        assert!(
            text(&outcome).starts_with(told),
            "{path}: {}",
            text(&outcome)
        );
    }
    assert_eq!(
        worker.messages("Fails", 1).await[0].status,
        MessageStatus::Failed
    );
    assert_eq!(
        worker.messages("Escalates", 1).await[0].status,
        MessageStatus::Escalated
    );
    assert_eq!(
        worker.messages("CallsEscalating", 1).await[0].status,
        MessageStatus::Failed
    );
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_stop_the_message() {
    let worker = Worker::start().await;
    worker
        .deploy(&[Model::https("Slow", "/slow").call_peer("wait")])
        .await;
    {
        let mut call = Box::pin(worker.post("/slow", "x"));
        let waiting =
            tokio::time::timeout(std::time::Duration::from_millis(1), call.as_mut()).await;
        assert!(waiting.is_err());
    }
    assert_eq!(worker.runtime.running(), 1);
    worker.peer.0.go.notify_one();
    let record = worker.messages("Slow", 1).await.remove(0);
    assert_eq!(record.status, MessageStatus::Completed);
}

#[tokio::test]
async fn a_chain_of_calls_may_begin_elsewhere() {
    let worker = Worker::start().await;
    worker.deploy(&[Model::https("Next", "/next")]).await;
    for (sent, taken) in [("AGYx-abc_123", true), ("not/an/id", false)] {
        let outcome = worker
            .call("/next", None, &[("sap_mplcorrelationid", sent)], "x")
            .await
            .unwrap();
        let record = worker.message(&outcome.message_id).await;
        assert_eq!(record.correlation_id == sent, taken);
    }
}
