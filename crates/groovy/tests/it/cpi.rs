//! Scripts of integration flows: the message, its log and the services.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use lockgate_groovy::cpi::{
    self, BinaryParameter, Certificate, Content, LogEntry, Outcome, PartnerId, Services, Setting,
    Unavailable, UserCredential,
};
use lockgate_groovy::data::{Data, ExceptionData};
use lockgate_groovy::host::{Host, Level};
use lockgate_groovy::limits::Limits;
use lockgate_groovy::program::{Options, Program};
use lockgate_groovy::run::Failure;
use lockgate_groovy::thrown::Limit;
use smol_str::SmolStr;

use crate::support::Nowhere;

/// A platform with one credential.
struct Platform;

impl Services for Platform {
    fn user_credential(&self, name: &str) -> Result<Option<UserCredential>, Unavailable> {
        match name {
            "shop" => Ok(Some(UserCredential {
                username: "max".into(),
                password: "pä$s".into(),
                properties: vec![("url".into(), "https://example.org".into())],
            })),
            "locked" => Err(Unavailable("the store is locked".to_owned())),
            _ => Ok(None),
        }
    }

    fn mapped_value(&self, from: (&str, &str, &str), to: (&str, &str)) -> Option<SmolStr> {
        (from == ("A", "country", "DE") && to == ("B", "land")).then(|| "49".into())
    }

    fn text_parameter(&self, partner: &str, name: &str) -> Option<SmolStr> {
        (partner == "P1").then(|| format!("{name} of {partner}").into())
    }

    fn binary_parameter(&self, partner: &str, _name: &str) -> Option<BinaryParameter> {
        (partner == "P1").then(|| BinaryParameter {
            data: Bytes::from_static(b"<a/>"),
            content_type: "xml".into(),
            encoding: None,
        })
    }

    fn partner(&self, id: &PartnerId) -> Option<SmolStr> {
        (id.agency == "A" && id.scheme == "S").then(|| format!("P{}", id.id).into())
    }

    fn alternative_id(&self, partner: &str, _agency: &str, _scheme: &str) -> Option<SmolStr> {
        partner.strip_prefix('P').map(SmolStr::from)
    }

    fn partner_of_user(&self, _user: &str) -> Option<SmolStr> {
        None
    }

    fn users_of_partner(&self, _partner: &str) -> Vec<SmolStr> {
        vec!["max".into()]
    }

    fn certificate(&self, alias: &str) -> Option<Certificate> {
        (alias == "shop").then(|| Certificate {
            encoded: Bytes::from_static(b"DER"),
        })
    }
}

/// [`Nowhere`], with the platform.
struct Somewhere;

impl Host for Somewhere {
    fn now(&self) -> i64 {
        Nowhere.now()
    }

    fn nanos(&self) -> i64 {
        Nowhere.nanos()
    }

    fn random(&self, bytes: &mut [u8]) {
        Nowhere.random(bytes);
    }

    fn print(&self, _text: &str) {}

    fn log(&self, _level: Level, _logger: &str, _message: &str) {}

    fn sleep(&self, time: Duration) -> Result<(), Limit> {
        Nowhere.sleep(time)
    }

    fn services(&self) -> Option<Rc<dyn Services>> {
        Some(Rc::new(Platform))
    }
}

fn content() -> Content {
    Content {
        body: Data::Bytes(Bytes::from_static("grün".as_bytes())),
        headers: vec![("Content-Type".into(), text("text/plain"))],
        properties: vec![("count".into(), Data::Int(3)), ("env".into(), text("PROD"))],
        exchange_id: "ID-1".into(),
        context_name: "Orders".into(),
        ..Content::default()
    }
}

fn text(text: &str) -> Data {
    Data::Text(text.into())
}

fn process(body: &str) -> Outcome {
    process_with(content(), body)
}

/// What becomes of a message whose exchange failed with this exception.
fn failed(class: &str, details: Vec<(SmolStr, Data)>, body: &str) -> Outcome {
    let exception = ExceptionData {
        class: class.into(),
        message: Some("Bad Gateway".into()),
        cause: Data::Null,
        frames: Vec::new(),
        details,
    };
    let caught = Data::Exception(Arc::new(exception));
    let mut content = content();
    content
        .properties
        .push(("CamelExceptionCaught".into(), caught));
    let body = format!("def ex = message.getProperty('CamelExceptionCaught')\n{body}");
    process_with(content, &body)
}

fn process_with(content: Content, body: &str) -> Outcome {
    let source = format!(
        "import com.sap.gateway.ip.core.customdev.util.Message\n\
         Message processData(Message message) {{\n{body}\nreturn message\n}}"
    );
    let program =
        Program::compile("script1.groovy", &source, &Options::default()).expect("it compiles");
    let setting = Setting {
        host: Rc::new(Somewhere),
        limits: Limits::default(),
        silent: false,
    };
    cpi::process(&program, "processData", content, setting)
}

/// The body a script leaves.
fn body(script: &str) -> Data {
    let outcome = process(script);
    outcome.result.expect("it returns");
    outcome.changes.body.expect("it sets the body")
}

#[test]
fn the_body_is_what_it_is_asked_for_as_often_as_it_is() {
    assert_eq!(
        body("message.body = message.getBody(String) + message.getBody(java.lang.String)"),
        text("grüngrün")
    );
    assert_eq!(
        body("message.setBody(message.getBody(java.io.Reader).text)"),
        text("grün")
    );
    assert_eq!(
        body("message.setBody(message.body.text + message.getBody().getText('UTF-8'))"),
        text("grüngrün")
    );
    assert_eq!(
        body("message.setBody(message.getBody(byte[]).length + '|' + message.bodySize)"),
        text("5|5")
    );
    // What is set is seen at once, as it is.
    assert_eq!(
        body("message.setBody([a: 1]); message.setBody(message.body.a + 1)"),
        text("2")
    );
    assert_eq!(body("message.setBody([a: [1, 'x']])"), text("{a=[1, x]}"));
    assert_eq!(
        body("message.setBody('x'.bytes)"),
        Data::Bytes(Bytes::from_static(b"x"))
    );
    assert_eq!(body("message.setBody(null)"), Data::Null);
    assert!(process("message.getBody(String)").changes.body.is_none());
}

#[test]
fn headers_ignore_case_and_the_maps_are_live() {
    let outcome = process(
        "assert message.headers.get('content-TYPE') == 'text/plain'\n\
         assert message.getHeader('content-type', String) == 'text/plain'\n\
         message.headers.put('CONTENT-type', 'a/b')\n\
         message.setHeader('New', 7)\n\
         message.properties.remove('count')\n\
         message.setProperty('list', [1, 2.50])\n\
         message.setProperty('env', null)\n\
         assert message.getProperty('list').size() == 2",
    );
    outcome.result.unwrap();
    let headers = outcome.changes.headers.unwrap();
    assert_eq!(
        headers,
        [
            ("Content-Type".into(), text("a/b")),
            ("New".into(), Data::Int(7))
        ]
    );
    let properties = outcome.changes.properties.unwrap();
    assert_eq!(properties.len(), 1);
    assert_eq!(properties[0].1.to_string(), "[1, 2.50]");
    assert!(outcome.changes.attachments.is_none());
}

#[test]
fn a_script_that_throws_keeps_what_it_did_and_says_where() {
    let outcome = process(
        "message.setProperty('step', 'one')\n\
         messageLogFactory.getMessageLog(message).addAttachmentAsString('Payload', 'p', 'text/xml')\n\
         throw new IllegalStateException('no ' + message.properties.get('env'))",
    );
    let Err(Failure::Exception(thrown)) = &outcome.result else {
        panic!("{:?}", outcome.result);
    };
    assert_eq!(
        (&*thrown.class, thrown.message.as_deref()),
        ("java.lang.IllegalStateException", Some("no PROD"))
    );
    let frame = &thrown.frames[0];
    assert_eq!(
        (frame.function.as_str(), frame.file.as_str(), frame.line),
        ("processData", "script1.groovy", 5)
    );
    let step = ("step".into(), text("one"));
    assert!(outcome.changes.properties.unwrap().contains(&step));
    assert!(matches!(&outcome.log[..], [LogEntry::Attachment { name, .. }] if name == "Payload"));
}

#[test]
fn attachments_come_and_go() {
    let outcome = process(
        "def source = new javax.mail.util.ByteArrayDataSource('hello', 'text/plain')\n\
         message.addAttachmentObject('a.txt', new org.apache.camel.impl.DefaultAttachment(source))\n\
         assert message.attachments['a.txt'].content == 'hello'\n\
         assert message.attachments.values()[0].inputStream.text == 'hello'",
    );
    outcome.result.unwrap();
    let parts = outcome.changes.attachments.unwrap();
    assert_eq!(
        (&*parts[0].name, &*parts[0].content_type, &parts[0].data[..]),
        ("a.txt", "text/plain", &b"hello"[..])
    );
}

#[test]
fn the_exchange_tells_its_id_and_flow() {
    assert_eq!(
        body("message.body = message.exchange.exchangeId + message.exchange.context.name"),
        text("ID-1Orders")
    );
}

#[test]
fn the_exchange_has_no_endpoints_of_camel() {
    assert_eq!(
        body(
            "org.apache.camel.Exchange exchange = message.exchange\n\
             org.apache.camel.CamelContext context = exchange.context\n\
             def found = context.getEndpoints().find { it.endpointUri.contains('xslt') }\n\
             assert !(found instanceof org.apache.camel.component.xslt.XsltEndpoint)\n\
             message.body = org.apache.camel.Exchange.EXCEPTION_CAUGHT + context.endpoints.size()"
        ),
        text("CamelExceptionCaught0")
    );
}

#[test]
fn a_script_without_the_function_says_so() {
    let program = Program::compile("a.groovy", "def other(x) { x }", &Options::default()).unwrap();
    let setting = Setting {
        host: Rc::new(Nowhere),
        limits: Limits::default(),
        silent: true,
    };
    let Err(Failure::Exception(thrown)) = cpi::process(&program, "run1", content(), setting).result
    else {
        panic!("it ran");
    };
    assert_eq!(&*thrown.class, "groovy.lang.MissingMethodException");
}

#[test]
fn an_exception_of_an_adapter_has_its_class_and_what_it_knows() {
    let details = vec![
        ("statusCode".into(), Data::Int(502)),
        ("statusText".into(), text("Bad Gateway")),
        ("responseBody".into(), text("<error/>")),
    ];
    let outcome = failed(
        "org.apache.camel.component.ahc.AhcOperationFailedException",
        details,
        "assert ex.getClass().getCanonicalName() == \
             'org.apache.camel.component.ahc.AhcOperationFailedException'\n\
         assert ex.class.simpleName == 'AhcOperationFailedException'\n\
         assert ex instanceof Exception && !(ex instanceof RuntimeException)\n\
         assert ex instanceof org.apache.camel.CamelException\n\
         assert ex.getStatusCode() == 502 && ex.statusText == 'Bad Gateway'\n\
         assert ex.responseBody == ex.getResponseBody()\n\
         assert ex.getRequestUri() == null && ex.responseHeaders == null\n\
         assert ex.getProperties().get('message') == 'Bad Gateway'\n\
         assert ex.properties.statusCode == 502\n\
         message.body = ex.toString()",
    );
    outcome.result.unwrap();
    assert_eq!(
        outcome.changes.body.unwrap(),
        text("org.apache.camel.component.ahc.AhcOperationFailedException: Bad Gateway")
    );
}

#[test]
fn an_exception_that_only_the_host_knows_has_a_class_of_its_own() {
    let details = vec![
        ("ackCode".into(), Data::Int(7)),
        ("isFinal".into(), text("y")),
    ];
    let outcome = failed(
        "org.example.as2.Mdn$Refused",
        details,
        "assert ex.getClass().name == 'org.example.as2.Mdn$Refused'\n\
         assert ex.getClass().canonicalName == 'org.example.as2.Mdn.Refused'\n\
         assert ex.class.superclass == RuntimeException\n\
         assert ex.ackCode == 7 && ex.getAckCode() == 7\n\
         assert ex instanceof org.example.as2.Mdn$Refused\n\
         assert !(ex instanceof org.example.as2.Other)\n\
         try { ex.getOther(); assert false } catch (MissingMethodException e) { }\n\
         try { throw ex } catch (org.example.as2.Other e) { assert false }\n\
             catch (org.example.as2.Mdn$Refused e) { message.body = 'caught' }\n\
         throw ex",
    );
    assert_eq!(outcome.changes.body, Some(text("caught")));
    let Err(Failure::Exception(thrown)) = outcome.result else {
        panic!("it returned");
    };
    assert_eq!(thrown.class, "org.example.as2.Mdn$Refused");
}

#[test]
fn a_class_that_is_no_exception_is_not_made_one() {
    let outcome = failed(
        "java.lang.String",
        Vec::new(),
        "message.body = ex.getClass().name",
    );
    assert_eq!(
        outcome.changes.body.unwrap(),
        text("java.lang.RuntimeException")
    );
}

#[test]
fn faults_of_web_services_tell_what_the_host_gave() {
    let outcome = failed(
        "org.apache.cxf.binding.soap.SoapFault",
        vec![("faultCode".into(), text("soap:Server"))],
        "assert ex instanceof org.apache.cxf.interceptor.Fault\n\
         assert ex.getFaultCode() == 'soap:Server' && !ex.hasDetails()\n\
         assert ex.detail == null && ex.statusCode == 500\n\
         assert !(ex.getCause() instanceof org.apache.cxf.transport.http.HTTPException)\n\
         message.body = ex.reason",
    );
    outcome.result.unwrap();
    assert_eq!(outcome.changes.body.unwrap(), text("Bad Gateway"));
}

#[test]
fn scripts_throw_and_catch_exceptions_of_the_platform() {
    assert_eq!(
        body(
            "try {\n\
               throw new com.sap.it.api.securestore.exception.SecureStoreException('no ' + 'alias')\n\
             } catch (com.sap.it.api.securestore.exception.SecureStoreException e) {\n\
               message.body = e.getMessage() + '|' + e\n\
             }"
        ),
        text("no alias|com.sap.it.api.securestore.exception.SecureStoreException: no alias")
    );
}

const SECURE_STORE: &str = "def store = com.sap.it.api.ITApiFactory.getService(\n\
    com.sap.it.api.securestore.SecureStoreService.class, null)\n\
    def told = {\n\
      try { it(); 'nothing' }\n\
      catch (com.sap.it.api.securestore.exception.SecureStoreException e) { e.message }\n\
    }\n";

#[test]
fn credentials_are_given_and_tokens_are_not() {
    assert_eq!(
        body(&format!(
            "{SECURE_STORE}def c = store.getUserCredential('sh' + \"${{'op'}}\")\n\
             assert c.password instanceof char[]\n\
             message.body = c.username + new String(c.password) + c.credentialProperties.url"
        )),
        text("maxpä$shttps://example.org")
    );
    assert_eq!(
        body(&format!(
            "{SECURE_STORE}message.body = [told {{ store.getUserCredential('none') }},\n\
             told {{ store.getUserCredential('locked') }},\n\
             told {{ store.getAccessTokenForOauth2ClientCredential('shop') }}].join('|')"
        )),
        text(
            "Could not fetch the credential for alias none|the store is locked|\
             Scripts get no OAuth2 access tokens: let the receiver adapter authenticate with \
             the credential shop"
        )
    );
}

#[test]
fn the_other_services_answer_and_unknown_ones_are_null() {
    assert_eq!(
        body(
            "def api = { com.sap.it.api.ITApiFactory.getApi(it, null) }\n\
             def map = api(com.sap.it.api.mapping.ValueMappingApi)\n\
             def pd = api(com.sap.it.api.pd.PartnerDirectoryService)\n\
             def keys = api(com.sap.it.api.keystore.KeystoreService)\n\
             assert map.getMappedValue('A', 'country', null, 'B', 'land') == null\n\
             assert pd.getParameter('x', 'P2', String) == null\n\
             assert pd.getParameter('x', 'P1', com.sap.it.api.pd.BinaryData).data == '<a/>'.bytes\n\
             assert keys.getCertificate('none') == null\n\
             try { keys.getKey('shop'); assert false } catch (SecurityException e) { }\n\
             message.body = [map.getMappedValue('A', 'country', 'DE', 'B', 'land'),\n\
               pd.getParameter('x', 'P1', String), pd.getPartnerId('A', 'S', '7'),\n\
               pd.getAlternativePartnerId('A', 'S', 'P7'), pd.getAuthorizedUsers('P1'),\n\
               keys.getCertificate('shop').encoded.length, api(String)].join('|')"
        ),
        text("49|x of P1|P7|7|[max]|3|null")
    );
}

#[test]
fn names_may_be_null_but_for_a_header_that_is_set() {
    assert_eq!(
        body(
            "assert message.getHeader(null, String) == null\n\
             assert message.getProperty(null) == null\n\
             message.setProperty(null, 1)\n\
             try { message.setHeader(null, 'x') }\n\
             catch (NullPointerException e) { message.body = 'refused' }"
        ),
        text("refused")
    );
}
