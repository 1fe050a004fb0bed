//! What a hostile client tries: forged tokens, two meanings for one request, requests hidden in
//! requests, headers of answers, and what is told when the world fails.

mod answers;
mod cross_origin;
mod failures;
mod forged_tokens;
mod framing;
mod key_rotation;
mod mail;
mod one_meaning;
mod secrets;
mod server_owned;

use crate::engine::sql::Raw;
use crate::house::House;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a server may take over one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends bytes as they are on a connection of their own, and says nothing more; all that came back
/// until the server hung up.
fn sent_raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that refuses what it has read so far may have hung up before the rest was written.
    if let Err(error) = stream.write_all(bytes) {
        let hung_up = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
        assert!(hung_up.contains(&error.kind()), "{error}");
    }
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the server keeps the connection: {error}"),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The same without keeping a thread of the server's runtime waiting.
async fn raw(house: &House, bytes: impl Into<Vec<u8>>) -> String {
    let (address, bytes) = (house.address, bytes.into());
    tokio::task::spawn_blocking(move || sent_raw(address, &bytes)).await.unwrap()
}

/// The statuses of the answers in what came back.
fn statuses(answer: &str) -> Vec<u16> {
    let heads = answer.split("HTTP/1.1 ").skip(1);
    heads.map(|head| head[..3].parse().unwrap()).collect()
}

/// The tables of the database.
pub fn tables(raw: &mut Raw) -> Vec<String> {
    let found = raw.texts(if raw.is_sqlite() {
        "select name as value from sqlite_master where type = 'table' order by 1"
    } else {
        "select table_name as value from information_schema.tables \
         where table_schema = 'public' order by 1"
    });
    found
        .into_iter()
        .filter(|name| !name.starts_with("__") && !name.starts_with("sqlite"))
        .collect()
}

/// The rows of a table as text.
pub fn rows(raw: &mut Raw, table: &str) -> Vec<String> {
    if !raw.is_sqlite() {
        return raw.texts(&format!("select row_to_json(t)::text as value from {table} t"));
    }
    let columns = raw.texts(&format!("select name as value from pragma_table_info('{table}')"));
    // Bytes as PostgreSQL shows them: in hexadecimal.
    let shown = |it: &String| {
        format!("iif(typeof(\"{it}\") = 'blob', hex(\"{it}\"), coalesce(\"{it}\", ''))")
    };
    let columns: Vec<String> = columns.iter().map(shown).collect();
    raw.texts(&format!("select {} as value from {table}", columns.join(" || '|' || ")))
}
