//! The sink's encryption: certificates, good and bad, made for the one test that shows them; and the
//! wire, which remembers what crossed it.

use super::{Act, Book, SmtpSink, Verb};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// When a conversation is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// After the client asked for it.
    StartTls,
    /// Always.
    FromTheFirstByte,
}

/// A certificate that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// The authority's, for the sink's address.
    #[default]
    Good,
    /// The authority's, for another mail server.
    OfAnotherName,
    /// The authority's, from the year 2000.
    Expired,
    /// The authority's, of the year 4000.
    NotYetValid,
    /// For the sink's address, vouched for by itself alone.
    SelfSigned,
    /// For the sink's address, of an authority that nobody knows.
    OfAnotherAuthority,
}

/// What is wrong with the encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The certificate.
    Certificate(Shown),
    /// What is done at a command.
    At(Verb, Act),
}

/// The certificates that nobody may accept.
pub const BAD_CERTIFICATES: [Shown; 5] = [
    Shown::SelfSigned,
    Shown::OfAnotherAuthority,
    Shown::OfAnotherName,
    Shown::Expired,
    Shown::NotYetValid,
];

/// Somebody on the way has taken STARTTLS out of what is offered.
const STRIPPED: Act = Act::Answer("250-sink.example\r\n250 AUTH PLAIN LOGIN");
/// Somebody on the way says behind the answer to STARTTLS, in clear, all that a whole message needs
/// to count as taken.
const FORGED: Act = Act::AnswerAndSay(
    "250-sink.example\r\n250 AUTH PLAIN LOGIN\r\n235 2.7.0 signed in\r\n250 2.1.0 Ok\r\n\
     250 2.1.5 Ok\r\n354 end with a dot\r\n250 2.0.0 Ok: queued as FORGED",
);
/// What may go wrong at STARTTLS.
pub const BAD_START_TLS: [(Verb, Act); 8] = [
    (Verb::Ehlo, STRIPPED),
    (Verb::StartTls, Act::Answer("454 4.7.0 TLS not available")),
    (Verb::StartTls, Act::Answer("502 5.5.1 not here")),
    (Verb::StartTls, Act::HangUp),
    (Verb::StartTls, Act::AnswerAndHangUp),
    (Verb::StartTls, Act::AnswerAndSayOnly("250 2.0.0 Ok")),
    (Verb::StartTls, Act::AnswerAndSay("250 2.0.0 Ok")),
    (Verb::StartTls, FORGED),
];

const USER: &str = "relay-user";
const PASSWORD: &str = "canary-password-of-the-relay";

impl SmtpSink {
    /// One that encrypts, and the settings of whoever sends to it: encrypted, and signed in. Their
    /// files are in this folder.
    pub async fn encrypted(
        how: Encryption,
        dir: &Path,
    ) -> io::Result<(Self, Vec<(&'static str, String)>)> {
        let authority = Authority::new();
        let file = |name: &str, text: &str| -> io::Result<String> {
            let path = dir.join(name);
            std::fs::write(&path, text)?;
            Ok(path.display().to_string())
        };
        let security = match how {
            Encryption::StartTls => "starttls",
            Encryption::FromTheFirstByte => "tls",
        };
        let mut settings = vec![
            ("mail.smtp.security", security.to_owned()),
            ("mail.smtp.username", USER.to_owned()),
            ("mail.smtp.password_file", file("password", PASSWORD)?),
            ("mail.smtp.authorities_file", file("authority.pem", &authority.pem)?),
            ("mail.smtp.timeout_seconds", "5".to_owned()),
            ("mail.from_email", "escalations@bscp.example".to_owned()),
        ];
        let sink = Self::start_encrypted(how, authority).await?;
        settings.push(("mail.smtp.host", sink.host()));
        settings.push(("mail.smtp.port", sink.port().to_string()));
        Ok((sink, settings))
    }

    /// Does this wrong from now on; a connection that was kept is of no use.
    pub fn do_wrong(&self, wrong: Wrong) {
        self.always(Verb::Rset, Act::HangUp);
        match wrong {
            Wrong::Certificate(shown) => self.show(shown),
            Wrong::At(verb, act) => self.always(verb, act),
        }
    }

    /// What of a letter, its recipient or the sign-in is among the bytes that crossed the wire.
    pub fn seen_in_clear(&self) -> Vec<String> {
        let wire = self.wire();
        let wire = String::from_utf8_lossy(&wire);
        let signed_in = BASE64.encode(format!("\0{USER}\0{PASSWORD}"));
        let secrets = [PASSWORD, &signed_in, &BASE64.encode(PASSWORD), &BASE64.encode(USER)];
        let words = [
            "AUTH",
            "MAIL FROM",
            "RCPT TO",
            "DATA",
            "Subject:",
            "Message-ID",
            ".example>",
            "Content-Type",
        ];
        let all = secrets.into_iter().chain(words);
        all.filter(|it| wire.contains(it)).map(str::to_owned).collect()
    }
}

/// An authority that vouches for mail servers.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// What a conversation is held over.
pub(super) type Line = Box<dyn Duplex>;

/// Something to read from and to write to.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut wanted = params(2000, 4000, "An authority of the tests");
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = wanted.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(wanted, key), pem }
    }

    /// The server's side of a handshake.
    pub(super) async fn encrypt(&self, shown: Shown, line: Line) -> io::Result<Line> {
        let (certificate, key) = self.certificate(shown);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Ok(Box::new(TlsAcceptor::from(Arc::new(config)).accept(line).await?))
    }

    fn certificate(&self, shown: Shown) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let (from, until) = match shown {
            Shown::Expired => (2000, 2001),
            Shown::NotYetValid => (4000, 4001),
            _ => (2000, 4000),
        };
        let mut wanted = params(from, until, "A mail server of the tests");
        wanted.subject_alt_names = vec![match shown {
            Shown::OfAnotherName => SanType::DnsName("elsewhere.example".try_into().unwrap()),
            _ => SanType::IpAddress([127, 0, 0, 1].into()),
        }];
        let certificate = match shown {
            Shown::SelfSigned => wanted.self_signed(&key),
            Shown::OfAnotherAuthority => wanted.signed_by(&key, &Self::new().issuer),
            _ => wanted.signed_by(&key, &self.issuer),
        };
        (certificate.unwrap().der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }
}

fn params(from: i32, until: i32, name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params
}

/// A connection that writes down what the client sends, where somebody wants it.
pub(super) struct Wire {
    stream: TcpStream,
    book: Option<Arc<Book>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, book: Option<Arc<Book>>) -> Self {
        Self { stream, book }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(book) = &self.book {
            book.lock().wire.extend_from_slice(&buffer.filled()[before..]);
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
