//! A small HTTP client on a connection of its own: it knows whether an answer came at all, which
//! is what a test of crashes must know, and never sends anything twice by itself.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take, in all.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request, as it can be sent again.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub token: String,
    /// The idempotency key.
    pub key: Option<String>,
    pub if_match: Option<String>,
    pub body: String,
}

impl Ask {
    /// Asks for something.
    pub fn get(path: impl Into<String>, token: &str) -> Self {
        Self {
            method: "GET",
            path: path.into(),
            token: token.to_owned(),
            key: None,
            if_match: None,
            body: String::new(),
        }
    }
}

/// An answer, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// A text of the body, by JSON pointer.
    pub fn text(&self, pointer: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// No answer came, or not the whole of it.
#[derive(Debug, Clone)]
pub struct Lost(pub String);

/// A connection, made when it is needed and kept while the server keeps it.
pub struct Wire {
    pub address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Wire {
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Goes to another server from now on.
    pub fn turn_to(&mut self, address: SocketAddr) {
        if address != self.address {
            *self = Self::to(address);
        }
    }

    /// Sends it once, and waits for the answer.
    pub fn ask(&mut self, ask: &Ask) -> Result<Answer, Lost> {
        let answer = self.exchange(ask).map_err(|error| Lost(error.to_string()));
        let closes = answer.as_ref().is_ok_and(|it| it.header("connection") == Some("close"));
        if answer.is_err() || closes {
            self.stream = None;
        }
        answer
    }

    fn exchange(&mut self, ask: &Ask) -> std::io::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_nodelay(true)?;
                none.insert(BufReader::new(stream))
            }
        };
        stream.get_mut().write_all(&written(ask, self.address))?;
        read(stream)
    }
}

fn written(ask: &Ask, address: SocketAddr) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\nHost: {address}\r\n", ask.method, ask.path);
    let mut header = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
    if !ask.token.is_empty() {
        header("Authorization", &format!("Bearer {}", ask.token));
    }
    if let Some(key) = &ask.key {
        header("Idempotency-Key", key);
    }
    if let Some(version) = &ask.if_match {
        header("If-Match", version);
    }
    if ask.method != "GET" {
        header("Content-Type", "application/json");
        header("Content-Length", &ask.body.len().to_string());
    }
    // In one piece: a server sees the whole request or none of it.
    [head.as_bytes(), b"\r\n", ask.body.as_bytes()].concat()
}

fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Answer> {
    let broken = |what: &str| std::io::Error::other(format!("{what} is no answer"));
    let mut line = String::new();
    let mut next = |stream: &mut BufReader<TcpStream>| -> std::io::Result<String> {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    };
    let first = next(stream)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken(&first))?;
    let mut headers = Vec::new();
    loop {
        let line = next(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| broken(&line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(|_not_text| broken("the body"))?;
    Ok(Answer { status, headers, body })
}
