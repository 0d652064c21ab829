//! Mail receiver against the SMTP sink.

use lockgate_adapters::AdaptersConfig;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::{Attachment, Exchange};
use lockgate_flow::plan::ReceiverKind;
use lockgate_testkit::smtp::{Login, Options, Security, Server};
use lockgate_testkit::tls::Authority;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Caller, assert_says, body, bytes, header, message, overlay};

/// Sends one mail with changes to an ordinary channel.
async fn send(
    caller: &Caller,
    server: &Server,
    changes: &[(&str, &str)],
    exchange: &mut Exchange,
) -> Result<(), StepError> {
    let address = server.address().to_string();
    let base = [
        ("server", address.as_str()),
        ("ssl", "off"),
        ("auth", "none"),
        ("from", "flow@example.org"),
        ("to", "a@example.org"),
        ("subject", "Order ${header.No}"),
        ("body", "${in.body}"),
        ("content_type", "text/plain"),
        ("content_encoding", "UTF-8"),
        ("timeout", "30000"),
    ];
    let receiver = caller
        .prepare(ReceiverKind::Mail, &overlay(&base, changes))
        .unwrap();
    caller.call(&receiver, exchange).await
}

async fn sink() -> Server {
    Server::start(Options::default()).await.unwrap()
}

#[tokio::test]
async fn a_mail_is_sent_and_the_message_stays_as_it_is() {
    let server = sink().await;
    let mut exchange = message("Grüße\nzweite Zeile", &[("No", "7 – ü"), ("X", "x")]);
    send(&Caller::new(), &server, &[], &mut exchange)
        .await
        .unwrap();
    assert_eq!(body(&exchange), "Grüße\nzweite Zeile");
    assert_eq!(header(&exchange, "X").as_deref(), Some("x"));
    assert_eq!(exchange.headers.iter().count(), 2);
    let mails = server.mails();
    let [mail] = mails.as_slice() else {
        panic!("{} mails", mails.len());
    };
    assert_eq!(mail.from, "flow@example.org");
    assert_eq!(mail.header("Subject").as_deref(), Some("Order 7 – ü"));
    assert_eq!(mail.header("From").as_deref(), Some("flow@example.org"));
    assert_eq!(
        mail.header("Date").as_deref(),
        Some("Wed, 31 Jan 2024 09:30:00 +0000")
    );
    assert!(
        mail.header("Message-ID")
            .unwrap()
            .ends_with("@example.org>")
    );
    assert_eq!(mail.text().trim_end(), "Grüße\r\nzweite Zeile");
    assert_eq!(mail.leaves()[0].content_type(), "text/plain");
    assert!(!mail.encrypted);
}

#[tokio::test]
async fn recipients_are_lists_and_blind_copies_stay_blind() {
    let server = sink().await;
    let changes = [
        ("to", "a@example.org, \"B, b\" <b@example.org>"),
        ("cc", "${header.Cc}"),
        ("bcc", "d@example.org;e@example.org"),
    ];
    let mut exchange = message("", &[("Cc", "c@example.org")]);
    send(&Caller::new(), &server, &changes, &mut exchange)
        .await
        .unwrap();
    let mail = &server.mails()[0];
    let all = ["a", "b", "c", "d", "e"].map(|name| format!("{name}@example.org"));
    assert_eq!(mail.to, all);
    assert!(mail.header("To").unwrap().contains("b@example.org"));
    assert_eq!(mail.header("Cc").as_deref(), Some("c@example.org"));
    assert_eq!(mail.header("Bcc"), None);
    assert!(!String::from_utf8_lossy(&mail.raw).contains("d@example.org"));
}

#[tokio::test]
async fn html_and_other_character_sets_are_labelled() {
    let server = sink().await;
    let changes = [
        ("content_type", "text/html"),
        ("content_encoding", "ISO-8859-1"),
        ("body", "<p>${body}</p>"),
    ];
    send(&Caller::new(), &server, &changes, &mut message("ä", &[]))
        .await
        .unwrap();
    let part = server.mails()[0].leaves().remove(0);
    let content_type = part.header("Content-Type").unwrap();
    assert_eq!(content_type, "text/html; charset=iso-8859-1");
    assert_eq!(part.data(), b"<p>\xe4</p>".as_slice());
}

#[tokio::test]
async fn attachments_come_from_the_table_and_from_the_message() {
    let table = "<row><cell id='attachment.value'/><cell id='attachment.type'>application/json</cell>\
        <cell id='attachment.name'>${header.No}.json</cell><cell id='attachment.source'>Body</cell></row>\
        <row><cell id='attachment.value'>Trace</cell><cell id='attachment.type'>text/plain</cell>\
        <cell id='attachment.name'>trace &amp; more.txt</cell><cell id='attachment.source'>Header</cell></row>";
    let mut exchange = message("{\"a\":1}", &[("No", "7"), ("Trace", "t")]);
    exchange.attachments.push(Attachment {
        name: "own.bin".to_owned(),
        content_type: "application/octet-stream".to_owned(),
        data: bytes("own"),
    });
    for (keep, count) in [("0", 3), ("1", 4)] {
        let server = sink().await;
        let changes = [
            ("attachments", table),
            ("keep_attachments", keep),
            ("body", "see below"),
        ];
        send(&Caller::new(), &server, &changes, &mut exchange)
            .await
            .unwrap();
        let parts = server.mails()[0].leaves();
        assert_eq!(parts.len(), count);
        assert_eq!(parts[0].text(), "see below");
        assert_eq!(parts[1].file_name().as_deref(), Some("7.json"));
        assert_eq!(parts[1].content_type(), "application/json");
        assert_eq!(parts[1].data(), "{\"a\":1}");
        assert_eq!(parts[2].file_name().as_deref(), Some("trace & more.txt"));
        assert_eq!(parts[2].data(), "t");
        if let Some(own) = parts.get(3) {
            assert_eq!(
                (own.file_name().as_deref(), own.text().as_str()),
                (Some("own.bin"), "own")
            );
        }
    }
    assert_eq!(exchange.attachments.len(), 1);
}

#[tokio::test]
async fn nobody_can_add_headers_through_values() {
    let server = sink().await;
    let evil = "x\r\nBcc: evil@example.org";
    let mut exchange = message("", &[("No", evil)]);
    let table = "<row><cell id='attachment.name'>${header.No}</cell><cell id='attachment.source'>Body</cell></row>";
    send(
        &Caller::new(),
        &server,
        &[("attachments", table)],
        &mut exchange,
    )
    .await
    .unwrap();
    let mail = &server.mails()[0];
    assert_eq!(mail.to, ["a@example.org"]);
    assert_eq!(mail.header("Bcc"), None);
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("Order x Bcc: evil@example.org")
    );
    assert_eq!(mail.leaves()[1].header("Bcc"), None);
    for key in ["from", "to", "cc", "bcc"] {
        let address = format!("a@example.org{evil}");
        let mut exchange = message("", &[("A", &address)]);
        let changes = [(key, "${header.A}")];
        assert!(
            send(&Caller::new(), &server, &changes, &mut exchange)
                .await
                .is_err(),
            "{key}"
        );
    }
    let mut exchange = message("", &[("T", "text/plain\r\nBcc: evil@example.org")]);
    let changes = [("content_type", "${header.T}")];
    assert!(
        send(&Caller::new(), &server, &changes, &mut exchange)
            .await
            .is_err()
    );
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_line_with_a_dot_does_not_end_the_mail() {
    let server = sink().await;
    let text = "a\r\n.\r\nRCPT TO:<x@example.org>\r\n..b";
    send(&Caller::new(), &server, &[], &mut message(text, &[]))
        .await
        .unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].text().trim_end(), text);
}

fn trusting(authority: &Authority) -> AdaptersConfig {
    AdaptersConfig {
        extra_ca_pem: Some(authority.pem()),
        ..AdaptersConfig::default()
    }
}

#[tokio::test]
async fn connections_are_encrypted_as_the_channel_says() {
    let authority = Authority::new().unwrap();
    let tls = authority.server(&["127.0.0.1"]).unwrap();
    let cases = [
        ("smtps", Security::Tls(tls.clone()), Ok(true)),
        (
            "starttls_mandatory",
            Security::StartTls(tls.clone()),
            Ok(true),
        ),
        (
            "starttls_optional",
            Security::StartTls(tls.clone()),
            Ok(true),
        ),
        ("starttls_optional", Security::Plain, Ok(false)),
        ("off", Security::StartTls(tls.clone()), Ok(false)),
        ("starttls_mandatory", Security::Plain, Err("STARTTLS")),
        ("smtps", Security::Plain, Err("connect to")),
    ];
    for (ssl, security, expected) in cases {
        let server = Server::start(Options {
            security,
            ..Options::default()
        })
        .await
        .unwrap();
        let caller = Caller::with(&trusting(&authority));
        let sent = send(&caller, &server, &[("ssl", ssl)], &mut message("", &[])).await;
        match (sent, expected) {
            (Ok(()), Ok(encrypted)) => assert_eq!(server.mails()[0].encrypted, encrypted, "{ssl}"),
            (Err(error), Err(part)) => {
                assert!(error.message.contains(part), "{ssl}: {}", error.message);
                assert!(server.mails().is_empty());
            }
            (sent, _) => panic!("{ssl}: {sent:?}"),
        }
    }
}

/// Plays a server that says `replies` to the first lines, then something else.
async fn scripted(replies: &'static [&'static str]) -> (String, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for reply in replies {
            stream.write_all(reply.as_bytes()).await.unwrap();
            let _line = stream.read(&mut [0; 1_024]).await.unwrap();
        }
    });
    (address, server)
}

#[tokio::test]
async fn nothing_said_in_clear_text_is_believed_after_starttls() {
    const INJECTED: &str = "220 go ahead\r\n250 AUTH PLAIN\r\n";
    let (address, server) = scripted(&["220 hi\r\n", "250-x\r\n250 STARTTLS\r\n", INJECTED]).await;
    let changes = [("server", address.as_str()), ("ssl", "starttls_optional")];
    let sink = sink().await;
    let error = send(&Caller::new(), &sink, &changes, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "ahead of encryption");
    server.await.unwrap();
}

#[tokio::test]
async fn refused_greetings_are_told() {
    let (address, server) = scripted(&["554-go\r\n554 away\r\n"]).await;
    let sink = sink().await;
    let changes = [("server", address.as_str()), ("ssl", "starttls_mandatory")];
    let error = send(&Caller::new(), &sink, &changes, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "554 away");
    server.await.unwrap();
}

#[tokio::test]
async fn certificates_are_checked() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    for (ssl, names, trusted) in [
        ("smtps", "127.0.0.1", &stranger),
        ("starttls_mandatory", "127.0.0.1", &stranger),
        ("starttls_optional", "127.0.0.1", &stranger),
        ("smtps", "other.example", &authority),
        ("starttls_mandatory", "other.example", &authority),
    ] {
        let tls = authority.server(&[names]).unwrap();
        let security = if ssl == "smtps" {
            Security::Tls(tls)
        } else {
            Security::StartTls(tls)
        };
        let server = Server::start(Options {
            security,
            ..Options::default()
        })
        .await
        .unwrap();
        let caller = Caller::with(&trusting(trusted));
        let sent = send(&caller, &server, &[("ssl", ssl)], &mut message("", &[])).await;
        assert!(sent.unwrap_err().message.contains("certificate"), "{ssl}");
        assert!(server.mails().is_empty());
    }
}

fn login() -> Option<Login> {
    Some(Login {
        user: "me".to_owned(),
        password: "sécret".to_owned(),
    })
}

#[tokio::test]
async fn users_log_on_by_what_the_server_offers() {
    for mechanisms in ["PLAIN", "LOGIN", "CRAM-MD5 LOGIN PLAIN"] {
        let options = Options {
            login: login(),
            mechanisms,
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let caller = Caller::new().with_user("Mail", "me", "sécret");
        let changes = [("auth", "loginPlain"), ("user", "Mail")];
        send(&caller, &server, &changes, &mut message("", &[]))
            .await
            .unwrap();
        assert_eq!(server.mails()[0].user.as_deref(), Some("me"));
    }
}

#[tokio::test]
async fn failed_logons_say_so_without_the_password() {
    let server = Server::start(Options {
        login: login(),
        ..Options::default()
    })
    .await
    .unwrap();
    let caller = Caller::new().with_user("Mail", "me", "wr0ng");
    let changes = [("auth", "loginPlain"), ("user", "Mail")];
    let error = send(&caller, &server, &changes, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_eq!(error.class, "javax.mail.AuthenticationFailedException");
    assert_says(&error, "535");
    assert_says(&error, "Wrong user or password");
    assert!(!error.message.contains("wr0ng"));
    let missing = [("auth", "loginPlain"), ("user", "Missing")];
    let error = send(&caller, &server, &missing, &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "\"Missing\"");
    let none = send(&caller, &server, &[], &mut message("", &[]))
        .await
        .unwrap_err();
    assert!(none.message.contains("530"), "{}", none.message);
}

#[tokio::test]
async fn refusals_repeat_what_the_server_said() {
    let options = Options {
        unknown_recipient: Some("a@example.org".to_owned()),
        ..Options::default()
    };
    let server = Server::start(options).await.unwrap();
    let error = send(&Caller::new(), &server, &[], &mut message("", &[]))
        .await
        .unwrap_err();
    assert_eq!(error.class, "javax.mail.MessagingException");
    assert_says(&error, "550");
    assert_says(&error, "No such mailbox");
    let small = Server::start(Options {
        message_bytes_max: 100,
        ..Options::default()
    })
    .await
    .unwrap();
    let error = send(&Caller::new(), &small, &[], &mut message("", &[]))
        .await
        .unwrap_err();
    assert_says(&error, "552");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let changes = [("server", address.as_str()), ("timeout", "50")];
    let server = sink().await;
    let error = send(&Caller::new(), &server, &changes, &mut message("", &[]))
        .await
        .unwrap_err();
    assert!(
        error.message.ends_with("no answer within 50 ms"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn incomplete_settings_fail_at_the_call() {
    let server = sink().await;
    for (key, part) in [
        ("server", "\"server\""),
        ("from", "\"from\""),
        ("to", "recipients"),
    ] {
        let error = send(&Caller::new(), &server, &[(key, "")], &mut message("", &[]))
            .await
            .unwrap_err();
        assert_says(&error, part);
    }
}

#[tokio::test]
async fn settings_that_can_never_work_are_all_reported() {
    let channel = [
        ("auth", "loginEncrypted"),
        ("ssl", "sometimes"),
        ("encrypt.type", "smime"),
        ("attachments", "<row>"),
    ];
    let problems = Caller::new()
        .prepare(ReceiverKind::Mail, &channel)
        .unwrap_err();
    let mut settings: Vec<&str> = problems.iter().map(|p| p.setting.as_str()).collect();
    settings.sort_unstable();
    assert_eq!(settings, ["attachments", "auth", "encrypt.type", "ssl"]);
}
