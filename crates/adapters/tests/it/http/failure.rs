//! What goes wrong, when prepared and when called.

use http::StatusCode;
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::http::{Request, Server, reply};

use super::{TEXT, post, with_header};
use crate::support::{Caller, assert_says, body, header, message};

#[tokio::test]
async fn a_failed_call_is_an_exception_with_the_answer_inside() {
    let server = Server::start(|_| async {
        with_header(
            reply(StatusCode::UNPROCESSABLE_ENTITY, TEXT, "no good"),
            "x-answer",
            "a",
        )
    })
    .await
    .unwrap();
    let mut exchange = message("question", &[]);
    let query = [("httpAddressQuery", "a=1")];
    let error = post(&server.url(), &query, &mut exchange)
        .await
        .unwrap_err();
    let url = format!("{}/?a=1", server.url());
    assert_eq!(
        error.message,
        format!("HTTP operation failed invoking {url} with statusCode: 422")
    );
    assert_eq!(
        error.class,
        "org.apache.camel.component.ahc.AhcOperationFailedException"
    );
    let response = error.response.unwrap();
    assert_eq!((response.status, response.uri), (422, url));
    assert_eq!(response.status_text, "Unprocessable Entity");
    assert_eq!(response.body, "no good");
    assert!(
        response
            .headers
            .contains(&("x-answer".to_owned(), "a".to_owned()))
    );
    // The message keeps its body and gets no headers but the status.
    assert_eq!(body(&exchange), "question");
    assert_eq!(header(&exchange, "x-answer"), None);
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("422")
    );
}

#[tokio::test]
async fn failures_can_be_taken_as_answers() {
    let server = Server::start(|_| async { reply(StatusCode::NOT_FOUND, TEXT, "none") })
        .await
        .unwrap();
    let mut exchange = message("question", &[]);
    let changes = [("throwExceptionOnFailure", "false")];
    post(&server.url(), &changes, &mut exchange).await.unwrap();
    assert_eq!(body(&exchange), "none");
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("404")
    );
}

#[tokio::test]
async fn listed_statuses_are_retried() {
    for (iterations, expected) in [("1", 503), ("2", 200)] {
        let answers = std::sync::atomic::AtomicUsize::new(0);
        let server = Server::start(move |_| {
            let earlier = answers.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let status = if earlier < 2 {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::OK
            };
            let response = with_header(reply(status, TEXT, ""), "retry-after", "0");
            async { response }
        })
        .await
        .unwrap();
        let changes = [
            ("retryOnConnectionFailure", "true"),
            ("httpErrorResponseCodes", "500, 503"),
            ("retryIteration", iterations),
            ("retryInterval", "60"),
            ("throwExceptionOnFailure", "false"),
        ];
        let mut exchange = message("b", &[]);
        post(&server.url(), &changes, &mut exchange).await.unwrap();
        let code = header(&exchange, "CamelHttpResponseCode");
        assert_eq!(code, Some(expected.to_string()));
        let bodies: Vec<String> = server.requests().iter().map(Request::text).collect();
        assert!(bodies.iter().all(|body| body == "b"), "{bodies:?}");
    }
}

#[tokio::test]
async fn settings_that_can_never_work_are_all_reported() {
    let caller = Caller::new();
    let channel = [
        ("httpAddressWithoutQuery", "<Host>:<Port>"),
        ("httpRequestTimeout", "<Timeout>"),
        ("httpMethod", "FETCH"),
        ("authenticationMethod", "Client Certificate"),
        ("throwExceptionOnFailure", "maybe"),
        ("proxyType", "manual"),
        ("httpAddressQuery", "${unclosed"),
    ];
    let problems = caller.prepare(ReceiverKind::Http, &channel).unwrap_err();
    let mut settings: Vec<&str> = problems.iter().map(|p| p.setting.as_str()).collect();
    settings.sort_unstable();
    assert_eq!(
        settings,
        [
            "authenticationMethod",
            "httpAddressQuery",
            "httpMethod",
            "proxyType",
            "throwExceptionOnFailure"
        ]
    );
    let authentication = problems
        .iter()
        .find(|p| p.setting == "authenticationMethod")
        .unwrap();
    assert!(authentication.message.contains("not supported yet"));
    assert_eq!(authentication.channel, "Channel");
}

#[tokio::test]
async fn placeholders_fail_at_the_call() {
    for (key, value, part) in [
        ("httpAddressWithoutQuery", "<Host>:<Port>", "not an address"),
        ("httpRequestTimeout", "<Timeout>", "httpRequestTimeout"),
    ] {
        let changes = [(key, value)];
        let mut exchange = message("", &[]);
        let error = post("http://127.0.0.1:9/", &changes, &mut exchange)
            .await
            .unwrap_err();
        assert_says(&error, part);
    }
}
