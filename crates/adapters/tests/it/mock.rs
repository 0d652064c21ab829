//! Mocks in place of the network.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use lockgate_adapters::mock::{Mail, Mocks, NoAnswer};
use lockgate_adapters::mocked;
use lockgate_engine::receiver::Receiver;
use lockgate_flow::plan::{Channel, ReceiverKind};

use crate::support::{Caller, assert_says, body, header, message};

/// Answers by path and notes everything.
#[derive(Debug, Default)]
struct Peer {
    requests: Mutex<Vec<String>>,
    mails: Mutex<Vec<Mail>>,
}

impl Mocks for Peer {
    fn answer(
        &self,
        channel: &Channel,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, NoAnswer> {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let (method, uri) = (request.method(), request.uri());
        let authorization = request.headers().get("authorization");
        let line = format!("{}: {method} {uri} {authorization:?} {body}", channel.name);
        self.requests.lock().unwrap().push(line);
        match uri.path() {
            "/gone" => Err(NoAnswer::Unreachable("nobody listens".to_owned())),
            "/slow" => Err(NoAnswer::Silent),
            "/moved" => {
                let moved = Response::builder().status(302).header("location", "/a");
                Ok(moved.body(Bytes::new()).unwrap())
            }
            _ => {
                let answer = Response::builder().status(201).header("X-Answer", "yes");
                Ok(answer.body(Bytes::from_static(b"hello")).unwrap())
            }
        }
    }

    fn deliver(&self, _channel: &Channel, mail: Mail) -> Result<(), NoAnswer> {
        if mail.server.starts_with("gone") {
            return Err(NoAnswer::Unreachable("nobody listens".to_owned()));
        }
        self.mails.lock().unwrap().push(mail);
        Ok(())
    }
}

fn stage() -> (Arc<Peer>, Caller) {
    let peer = Arc::new(Peer::default());
    let mocks: Arc<dyn Mocks> = peer.clone();
    let caller = Caller::of(mocked(&mocks)).with_user("Login", "me", "secret");
    (peer, caller)
}

fn http(caller: &Caller, path: &str, method: &str) -> Arc<dyn Receiver> {
    let address = format!("https://erp.example.org{path}");
    let properties = [
        ("httpAddressWithoutQuery", address.as_str()),
        ("httpMethod", method),
        ("httpAddressQuery", "a=1"),
        ("authenticationMethod", "Basic"),
        ("credentialName", "Login"),
        ("retryOnConnectionFailure", "true"),
        ("retryIteration", "3"),
        ("retryInterval", "60"),
    ];
    caller.prepare(ReceiverKind::Http, &properties).unwrap()
}

#[tokio::test]
async fn a_request_is_the_real_one_and_the_answer_is_taken() {
    let (peer, caller) = stage();
    let mut exchange = message("order", &[]);
    let receiver = http(&caller, "/a", "POST");
    caller.call(&receiver, &mut exchange).await.unwrap();
    assert_eq!(body(&exchange), "hello");
    assert_eq!(
        header(&exchange, "CamelHttpResponseCode").as_deref(),
        Some("201")
    );
    assert_eq!(header(&exchange, "X-Answer").as_deref(), Some("yes"));
    let receiver = http(&caller, "/moved", "GET");
    caller.call(&receiver, &mut exchange).await.unwrap();
    let requests = peer.requests.lock().unwrap();
    let sensitive = "Some(Sensitive)";
    assert_eq!(
        *requests,
        [
            format!("Channel: POST https://erp.example.org/a?a=1 {sensitive} order"),
            format!("Channel: GET https://erp.example.org/moved?a=1 {sensitive} "),
            format!("Channel: GET https://erp.example.org/a {sensitive} "),
        ]
    );
}

/// With a minute between the attempts this test would not end.
#[tokio::test]
async fn a_peer_that_is_not_there_fails_the_call_after_the_repetitions_at_once() {
    let (peer, caller) = stage();
    let receiver = http(&caller, "/gone", "POST");
    let error = caller
        .call(&receiver, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_eq!(error.class, "java.net.ConnectException");
    assert_says(&error, "nobody listens");
    assert_eq!(peer.requests.lock().unwrap().len(), 4);
    let receiver = http(&caller, "/slow", "POST");
    let error = caller
        .call(&receiver, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_eq!(error.class, "java.util.concurrent.TimeoutException");
    assert_says(&error, "60000 ms");
}

#[tokio::test]
async fn a_mail_is_composed_and_handed_over() {
    let (peer, caller) = stage();
    let mut properties = [
        ("server", "mail.example.org"),
        ("ssl", "smtps"),
        ("auth", "loginPlain"),
        ("user", "Login"),
        ("from", "flow@example.org"),
        ("to", "a@example.org"),
        ("cc", "b@example.org"),
        ("subject", "Order"),
        ("body", "${in.body}"),
    ];
    let receiver = caller.prepare(ReceiverKind::Mail, &properties).unwrap();
    caller
        .call(&receiver, &mut message("text", &[]))
        .await
        .unwrap();
    let mails = std::mem::take(&mut *peer.mails.lock().unwrap());
    let [mail] = mails.as_slice() else {
        panic!("{} mails", mails.len());
    };
    assert_eq!(mail.server, "mail.example.org:465");
    assert_eq!(mail.user.as_deref(), Some("me"));
    assert_eq!(mail.from, "flow@example.org");
    assert_eq!(mail.to, ["a@example.org", "b@example.org"]);
    let content = String::from_utf8_lossy(&mail.content);
    assert!(content.contains("Subject: Order\r\n"), "{content}");
    properties[0].1 = "gone.example.org";
    let receiver = caller.prepare(ReceiverKind::Mail, &properties).unwrap();
    let error = caller
        .call(&receiver, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "could not connect to gone.example.org:465");
}

#[test]
fn settings_that_cannot_be_used_are_reported_as_ever() {
    let (_, caller) = stage();
    let found = caller.prepare(ReceiverKind::Http, &[("httpMethod", "SHOUT")]);
    assert_eq!(found.unwrap_err()[0].setting, "httpMethod");
}
