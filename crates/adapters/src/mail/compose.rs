//! Writes the mail: recipients, subject, text, attachments.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lockgate_core::limits;
use lockgate_engine::charset::Charset;
use lockgate_engine::error::StepError;
use lockgate_engine::exchange::Exchange;
use lockgate_engine::receiver::Call;
use lockgate_engine::value::Value;
use lockgate_flow::rows;

use super::FAILED;
use crate::settings::{Dynamic, Settings};

/// What a channel says about its mails.
#[derive(Debug)]
pub(super) struct Letter {
    from: Dynamic,
    to: Dynamic,
    cc: Dynamic,
    bcc: Dynamic,
    subject: Dynamic,
    body: Dynamic,
    content_type: Dynamic,
    encoding: Dynamic,
    attachments: Vec<AttachmentRow>,
    keep_attachments: bool,
}

/// One row of the attachment table.
#[derive(Debug)]
struct AttachmentRow {
    name: Dynamic,
    content_type: Dynamic,
    source: AttachmentSource,
}

#[derive(Debug)]
enum AttachmentSource {
    Body,
    Header(Dynamic),
}

const ATTACHMENTS: &str = "attachments";

impl Letter {
    pub(super) fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            from: settings.dynamic("from"),
            to: settings.dynamic("to"),
            cc: settings.dynamic("cc"),
            bcc: settings.dynamic("bcc"),
            subject: settings.dynamic("subject"),
            body: settings.dynamic("body"),
            content_type: settings.dynamic("content_type"),
            encoding: settings.dynamic("content_encoding"),
            attachments: read_rows(settings),
            keep_attachments: settings.flag("keep_attachments", false),
        }
    }

    /// The mail for a message.
    pub(super) fn compose(
        &self,
        exchange: &Exchange,
        call: &Call<'_>,
    ) -> Result<Message, StepError> {
        let from = addresses("from", &self.from.text(exchange, call)?)?;
        let [from] = from.as_slice() else {
            return Err(failed(
                "Setting \"from\" must name exactly one sender.".to_owned(),
            ));
        };
        let since_epoch = u64::try_from(call.clock.now().millis()).unwrap_or(0);
        let id = format!("<{}@{}>", call.random.uuid(), from.email.domain());
        let mut mail = Message::builder()
            .from(from.clone())
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(since_epoch))
            .message_id(Some(id))
            .subject(one_line(&self.subject.text(exchange, call)?));
        let mut recipients = 0;
        for to in addresses("to", &self.to.text(exchange, call)?)? {
            recipients += 1;
            mail = mail.to(to);
        }
        for cc in addresses("cc", &self.cc.text(exchange, call)?)? {
            recipients += 1;
            mail = mail.cc(cc);
        }
        for bcc in addresses("bcc", &self.bcc.text(exchange, call)?)? {
            recipients += 1;
            mail = mail.bcc(bcc);
        }
        if recipients == 0 || recipients > limits::MAIL_RECIPIENTS {
            let limit = limits::MAIL_RECIPIENTS;
            return Err(failed(format!(
                "A mail needs 1 to {limit} recipients in \"to\", \"cc\" and \"bcc\", not {recipients}."
            )));
        }
        let text = self.text(exchange, call)?;
        let attachments = self.attachments(exchange, call)?;
        let composed = if attachments.is_empty() {
            mail.singlepart(text)
        } else {
            let boundary = format!("part-{}", call.random.uuid());
            let parts = MultiPart::mixed().boundary(boundary).singlepart(text);
            mail.multipart(attachments.into_iter().fold(parts, MultiPart::singlepart))
        };
        composed.map_err(|error| failed(format!("The mail cannot be written: {error}")))
    }

    fn text(&self, exchange: &Exchange, call: &Call<'_>) -> Result<SinglePart, StepError> {
        let text = self.body.text(exchange, call)?;
        let media_type = match self.content_type.word(exchange, call)? {
            media_type if media_type.is_empty() => "text/plain".to_owned(),
            media_type => media_type,
        };
        let encoding = match self.encoding.word(exchange, call)? {
            encoding if encoding.is_empty() => "UTF-8".to_owned(),
            encoding => encoding,
        };
        let charset = Charset::named(&encoding)?;
        let part = SinglePart::builder().header(parse_type(
            "content_type",
            &format!("{media_type}; charset={encoding}"),
        )?);
        if charset.is_utf8() {
            return Ok(part.body(text));
        }
        // Lines of text end in CRLF, whatever the transfer encoding makes of them.
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        Ok(part.body(charset.encode(&text).into_owned()))
    }

    fn attachments(
        &self,
        exchange: &Exchange,
        call: &Call<'_>,
    ) -> Result<Vec<SinglePart>, StepError> {
        let mut parts = Vec::new();
        for row in &self.attachments {
            let name = row.name.text(exchange, call)?;
            let content_type = row.content_type.word(exchange, call)?;
            let data = match &row.source {
                AttachmentSource::Body => exchange.body_bytes()?.to_vec(),
                AttachmentSource::Header(header) => {
                    let header = header.word(exchange, call)?;
                    header_bytes(exchange, &header)?
                }
            };
            parts.push(attachment(&name, &content_type, data)?);
        }
        let kept = exchange
            .attachments
            .iter()
            .filter(|_| self.keep_attachments);
        for own in kept {
            parts.push(attachment(&own.name, &own.content_type, own.data.to_vec())?);
        }
        Ok(parts)
    }
}

/// Rows of `<cell id="attachment.…">`.
fn read_rows(settings: &mut Settings<'_>) -> Vec<AttachmentRow> {
    let rows = rows::parse(settings.text(ATTACHMENTS)).unwrap_or_else(|error| {
        settings.refuse(ATTACHMENTS, error.to_string());
        Vec::new()
    });
    let mut read = Vec::new();
    for row in rows {
        let cell = |id: &str| row.get(id).trim();
        let source = match cell("attachment.source").to_ascii_lowercase().as_str() {
            "" | "body" => AttachmentSource::Body,
            "header" => {
                AttachmentSource::Header(settings.parse(ATTACHMENTS, cell("attachment.value")))
            }
            other => {
                settings.refuse(
                    ATTACHMENTS,
                    format!("source {other:?} is neither Body nor Header"),
                );
                continue;
            }
        };
        read.push(AttachmentRow {
            name: settings.parse(ATTACHMENTS, cell("attachment.name")),
            content_type: settings.parse(ATTACHMENTS, cell("attachment.type")),
            source,
        });
    }
    read
}

fn header_bytes(exchange: &Exchange, name: &str) -> Result<Vec<u8>, StepError> {
    match exchange.headers.get(name) {
        None => Err(failed(format!(
            "The header {name:?} to attach does not exist."
        ))),
        Some(Value::Bytes(bytes)) => Ok(bytes.to_vec()),
        Some(value) => {
            let text = exchange.value_text(value)?.unwrap_or_default();
            Ok(text.into_owned().into_bytes())
        }
    }
}

fn attachment(name: &str, content_type: &str, data: Vec<u8>) -> Result<SinglePart, StepError> {
    let name = match one_line(name) {
        name if name.is_empty() => "attachment".to_owned(),
        name => name,
    };
    let content_type = match content_type {
        "" => parse_type(ATTACHMENTS, "application/octet-stream")?,
        content_type => parse_type(ATTACHMENTS, content_type)?,
    };
    Ok(Attachment::new(name).body(data, content_type))
}

fn parse_type(setting: &str, text: &str) -> Result<ContentType, StepError> {
    ContentType::parse(text).map_err(|_| {
        failed(format!(
            "Setting {setting:?}: {text:?} is not a media type."
        ))
    })
}

/// Addresses separated by commas or semicolons; separators in quotes or angle brackets separate
/// nothing.
fn addresses(setting: &str, list: &str) -> Result<Vec<Mailbox>, StepError> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut inside) = (false, false);
    for c in list.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' | '>' if !quoted => inside = c == '<',
            ',' | ';' if !quoted && !inside => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mailbox = part.parse().ok();
            // A line break would begin a header of the sender's choice.
            let mailbox = mailbox.filter(|_| !part.contains(char::is_control));
            mailbox.ok_or_else(|| {
                failed(format!(
                    "Setting {setting:?}: {part:?} is not a mail address."
                ))
            })
        })
        .collect()
}

/// Text without line breaks and other control characters, for a header.
fn one_line(text: &str) -> String {
    let text = text.trim().replace("\r\n", " ");
    text.replace(char::is_control, " ")
}

fn failed(message: String) -> StepError {
    StepError::of_class(FAILED, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_addresses_are_split_at_commas_and_semicolons() {
        let emails = |list: &str| -> Vec<String> {
            let list = addresses("to", list).unwrap();
            list.iter()
                .map(|mailbox| mailbox.email.to_string())
                .collect()
        };
        assert_eq!(emails("a@x.org"), ["a@x.org"]);
        assert_eq!(
            emails(" a@x.org ,b@x.org;c@x.org, "),
            ["a@x.org", "b@x.org", "c@x.org"]
        );
        assert_eq!(
            emails("\"Doe, Ada; Dr\" <a@x.org>, B <b@x.org>"),
            ["a@x.org", "b@x.org"]
        );
        assert!(emails("").is_empty());
    }

    #[test]
    fn addresses_cannot_begin_a_header() {
        for list in [
            "a",
            "a@x.org\r\nBcc: b@x.org",
            "a@x.org>\r\nX: y",
            "<a@x.org",
            "A\u{0} <a@x.org>",
        ] {
            let error = addresses("to", list).unwrap_err();
            assert!(error.message.contains("not a mail address"), "{list:?}");
        }
    }

    #[test]
    fn headers_stay_on_one_line() {
        assert_eq!(one_line("a\r\nBcc: b\tc\n"), "a Bcc: b c");
    }
}
