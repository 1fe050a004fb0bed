//! The encryption of the way to a mail server: who is believed, why it was not begun, and that
//! nothing said in clear passes for something said under it.

use super::mailer::MailerError;
use super::settings::SmtpSettings;
use lettre::transport::smtp::client::{AsyncTokioStream, Certificate, TlsParameters};
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

type SmtpError = lettre::transport::smtp::Error;

/// Stands before why encryption was not begun.
const NOT_ENCRYPTED: &str = "not encrypted, so nothing was sent: ";
/// The first byte of each TLS handshake (RFC 8446, 5.1: content type 22); of no SMTP command.
const HANDSHAKE: u8 = 22;

/// How the way to this mail server is encrypted: who may vouch for it, and its name.
pub(super) fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, MailerError> {
    let host = settings.host.clone();
    let mut builder = TlsParameters::builder(host.clone());
    if let Some(authorities) = &settings.authorities {
        let mut authorities_count = 0;
        for certificate in CertificateDer::pem_slice_iter(authorities) {
            let unreadable =
                |_pem| MailerError::Settings("an authority's certificate cannot be read");
            let certificate = Certificate::from_der(certificate.map_err(unreadable)?.to_vec());
            let refused = |cause| MailerError::Encryption { host: host.clone(), cause };
            builder = builder.add_root_certificate(certificate.map_err(refused)?);
            authorities_count += 1;
        }
        if authorities_count == 0 {
            return Err(MailerError::Settings("the authorities' file holds no certificate (PEM)"));
        }
    }
    builder.build().map_err(|cause| MailerError::Encryption { host, cause })
}

/// The server does not offer encryption, or somebody on the way has taken its offer out.
pub(super) fn not_offered() -> Box<dyn Error + Send + Sync> {
    format!("{NOT_ENCRYPTED}it does not offer STARTTLS").into()
}

/// Why encryption was not begun, in words for whoever looks after the mail server.
pub(super) fn not_begun(error: &SmtpError) -> Box<dyn Error + Send + Sync> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(it) = cause {
        if let Some(io) = it.downcast_ref::<io::Error>() {
            // An input or output error does not tell of what it holds as its source.
            let of_tls = io.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
            if let Some(of_tls) = of_tls {
                return format!("{NOT_ENCRYPTED}{}", in_words(of_tls)).into();
            }
            if io.kind() == io::ErrorKind::UnexpectedEof {
                return format!("{NOT_ENCRYPTED}it hung up instead of encrypting").into();
            }
        }
        cause = it.source();
    }
    format!("{NOT_ENCRYPTED}{error}").into()
}

fn in_words(error: &rustls::Error) -> String {
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    let words = match error {
        // Another authority may bear the name of one that is trusted.
        InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "its certificate was issued by nobody whom this machine or mail.smtp.authorities_file \
             trusts"
        }
        InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name than mail.smtp.host",
        InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "its certificate has expired"
        }
        InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => "its certificate is not valid yet, or this machine's clock is wrong",
        InvalidMessage(_) => "it answered in clear, or something that is no encryption",
        other => return other.to_string(),
    };
    words.to_owned()
}

/// A connection on which encryption has not begun, until it has.
///
/// Whoever reads it gets one byte at a time until then, and so can never have read beyond the answer
/// to STARTTLS. What somebody on the way has put behind that answer in clear is then the first that
/// encryption reads, and stops at; it cannot pass for what the server said under it.
#[derive(Debug)]
pub(super) struct InClear {
    stream: TcpStream,
    has_ended: bool,
}

impl InClear {
    /// A connection on which nothing was said yet.
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, has_ended: false }
    }
}

impl AsyncRead for InClear {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.has_ended {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one))?;
        buffer.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for InClear {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.has_ended |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for InClear {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
