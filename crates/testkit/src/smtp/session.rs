//! One SMTP conversation.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};

use super::{Login, Mail, Mailbox, Options, Security};

/// Longest line a client may send.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// Most recipients of one mail.
const RECIPIENTS_MAX: usize = 1_000;

/// Talks to one client until it quits. Gives the stream back when the client asked for TLS.
pub(super) async fn run<S>(
    stream: S,
    options: &Options,
    mails: &Mailbox,
    encrypted: bool,
    greet: bool,
) -> io::Result<Option<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut session = Session {
        stream: BufReader::new(stream),
        options,
        mails,
        encrypted,
        user: None,
        from: None,
        to: Vec::new(),
    };
    if greet {
        session.say("220 loopback ESMTP").await?;
    }
    while let Some(line) = session.text_line().await? {
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "QUIT" => {
                session.say("221 bye").await?;
                break;
            }
            "STARTTLS" if session.offers_tls() => {
                session.say("220 go ahead").await?;
                return Ok(Some(session.stream.into_inner()));
            }
            verb => session.command(verb, rest).await?,
        }
    }
    Ok(None)
}

struct Session<'a, S> {
    stream: BufReader<S>,
    options: &'a Options,
    mails: &'a Mailbox,
    encrypted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<'_, S> {
    fn offers_tls(&self) -> bool {
        !self.encrypted && matches!(self.options.security, Security::StartTls(_))
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await
    }

    async fn text_line(&mut self) -> io::Result<Option<String>> {
        let line = self.line().await?;
        Ok(line.map(|line| String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    /// The next line with its end; `None` when the client has gone.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let limited = &mut (&mut self.stream).take(LINE_BYTES_MAX);
        limited.read_until(b'\n', &mut line).await?;
        match line.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(io::Error::other("line too long or cut off")),
        }
    }

    async fn command(&mut self, verb: &str, rest: &str) -> io::Result<()> {
        match verb {
            "EHLO" | "HELO" => self.hello().await,
            "NOOP" => self.say("250 ok").await,
            "RSET" => {
                (self.from, self.to) = (None, Vec::new());
                self.say("250 ok").await
            }
            "AUTH" => self.auth(rest).await,
            "MAIL" if self.options.login.is_some() && self.user.is_none() => {
                self.say("530 5.7.0 Authentication required").await
            }
            "MAIL" => {
                self.from = Some(address(rest));
                self.say("250 ok").await
            }
            "RCPT" if self.from.is_none() => self.say("503 5.5.1 MAIL first").await,
            "RCPT" => self.recipient(address(rest)).await,
            "DATA" if self.to.is_empty() => self.say("503 5.5.1 RCPT first").await,
            "DATA" => self.data().await,
            _ => self.say("502 5.5.2 Command not known").await,
        }
    }

    async fn hello(&mut self) -> io::Result<()> {
        let mut lines = vec![
            "loopback".to_owned(),
            format!("SIZE {}", self.options.message_bytes_max),
            "8BITMIME".to_owned(),
        ];
        if self.offers_tls() {
            lines.push("STARTTLS".to_owned());
        }
        if self.options.login.is_some() {
            lines.push(format!("AUTH {}", self.options.mechanisms));
        }
        let last = lines.len() - 1;
        for (index, line) in lines.iter().enumerate() {
            let dash = if index == last { ' ' } else { '-' };
            self.say(&format!("250{dash}{line}")).await?;
        }
        Ok(())
    }

    async fn auth(&mut self, rest: &str) -> io::Result<()> {
        let Some(Login { user, password }) = &self.options.login else {
            return self.say("502 5.5.1 No accounts here").await;
        };
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = match initial {
                    "" => self.ask("").await?,
                    initial => decode(initial),
                };
                let mut fields = answer.split('\0').skip(1).map(str::to_owned);
                fields.next().zip(fields.next())
            }
            "LOGIN" => {
                let user = match initial {
                    "" => self.ask("Username:").await?,
                    initial => decode(initial),
                };
                Some((user, self.ask("Password:").await?))
            }
            _ => return self.say("504 5.5.4 Mechanism not known").await,
        };
        if given.as_ref() == Some(&(user.clone(), password.clone())) {
            self.user = Some(user.clone());
            self.say("235 2.7.0 Welcome").await
        } else {
            self.say("535 5.7.8 Wrong user or password").await
        }
    }

    async fn ask(&mut self, question: &str) -> io::Result<String> {
        self.say(&format!("334 {}", STANDARD.encode(question)))
            .await?;
        Ok(decode(&self.text_line().await?.unwrap_or_default()))
    }

    async fn recipient(&mut self, address: String) -> io::Result<()> {
        if self.options.unknown_recipient.as_ref() == Some(&address) {
            return self.say("550 5.1.1 No such mailbox").await;
        }
        if self.to.len() == RECIPIENTS_MAX {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        self.to.push(address);
        self.say("250 ok").await
    }

    async fn data(&mut self) -> io::Result<()> {
        self.say("354 end with a dot").await?;
        let (mut raw, mut too_large) = (Vec::new(), false);
        loop {
            let Some(line) = self.line().await? else {
                return Ok(());
            };
            if line.trim_ascii_end() == b"." {
                break;
            }
            let line = line.strip_prefix(b".").unwrap_or(&line);
            too_large |= raw.len() + line.len() > self.options.message_bytes_max;
            if !too_large {
                raw.extend_from_slice(line);
            }
        }
        let (from, to) = (self.from.take(), std::mem::take(&mut self.to));
        if too_large {
            return self.say("552 5.3.4 Message too big").await;
        }
        self.mails.put(Mail {
            from: from.unwrap_or_default(),
            to,
            user: self.user.clone(),
            encrypted: self.encrypted,
            raw: Bytes::from(raw),
        });
        self.say("250 2.0.0 Taken").await
    }
}

fn decode(text: &str) -> String {
    let bytes = STANDARD.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The address in `FROM:<a@b> SIZE=…`.
fn address(rest: &str) -> String {
    let inside = rest.split_once('<').map_or("", |(_, tail)| tail);
    inside.split('>').next().unwrap_or_default().to_owned()
}
