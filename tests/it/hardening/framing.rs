//! Requests hidden in requests: where one ends and the next begins has one reading, or the request
//! is refused and the connection closed (RFC 9112 sections 6.3 and 11.2).

use super::{raw, statuses};
use crate::house::{Database, House, run};

/// What would be answered with 404 if it were taken for a request of its own.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/// A name for a request, and the request with what else stands behind it.
type Tries = Vec<(&'static str, String)>;

fn with(headers: &str, body: &str) -> String {
    format!("POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n{body}")
}

fn chunked(body: &str) -> String {
    with("Transfer-Encoding: chunked", body)
}

/// Lengths that a reader may take in two ways.
fn lengths() -> Tries {
    let length = HIDDEN.len();
    vec![
        (
            "both",
            with("Content-Length: 5\r\nTransfer-Encoding: chunked", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        (
            "both the other way",
            with("Transfer-Encoding: chunked\r\nContent-Length: 5", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        ("two lengths", with(&format!("Content-Length: 0\r\nContent-Length: {length}"), HIDDEN)),
        ("the same length twice", with("Content-Length: 2\r\nContent-Length: 2", "{}")),
        ("a list of lengths", with("Content-Length: 0, 0", HIDDEN)),
        ("a length with a plus", with("Content-Length: +0", HIDDEN)),
        ("a negative length", with("Content-Length: -1", HIDDEN)),
        ("a hexadecimal length", with("Content-Length: 0x10", HIDDEN)),
        ("a length with letters", with("Content-Length: 1a", HIDDEN)),
        ("a length with a fraction", with("Content-Length: 0.0", HIDDEN)),
        ("a length of nothing", with("Content-Length: ", HIDDEN)),
        (
            "a length too large for a number",
            with("Content-Length: 99999999999999999999999", HIDDEN),
        ),
        ("a length with a space in it", with("Content-Length: 0 0", HIDDEN)),
        ("a length with a vertical tab", with("Content-Length: \x0b0", HIDDEN)),
    ]
}

/// Heads that a reader may take in two ways.
fn heads() -> Tries {
    vec![
        ("a space before the colon", with("Content-Length : 5", HIDDEN)),
        (
            "a tab before the colon",
            with("Transfer-Encoding\t: chunked", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        ("a folded header", with("X: y\r\n Content-Length: 5", HIDDEN)),
        (
            "a folded encoding",
            with("Transfer-Encoding:\r\n chunked", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        ("a header without a name", with(": x\r\nContent-Length: 0", HIDDEN)),
        ("a header without a colon", with("Content-Length", HIDDEN)),
        ("a NUL in a header", with("X: a\0b", HIDDEN)),
        ("a bare CR in a header", with("X: a\rContent-Length: 5", HIDDEN)),
    ]
}

/// Encodings that a reader may take in two ways.
fn encodings() -> Tries {
    vec![
        (
            "an encoding that is not known",
            with("Transfer-Encoding: xchunked", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        (
            "an encoding before chunked",
            with("Transfer-Encoding: gzip, chunked", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        (
            "an encoding after chunked",
            with("Transfer-Encoding: chunked, identity", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        ("identity", with("Transfer-Encoding: identity", HIDDEN)),
        (
            "a quoted encoding",
            with("Transfer-Encoding: \"chunked\"", &format!("0\r\n\r\n{HIDDEN}")),
        ),
        (
            "two encodings",
            with(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                &format!("0\r\n\r\n{HIDDEN}"),
            ),
        ),
        (
            "chunked twice",
            with(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                &format!("0\r\n\r\n{HIDDEN}"),
            ),
        ),
        ("an encoding of nothing", with("Transfer-Encoding: ", &format!("0\r\n\r\n{HIDDEN}"))),
        (
            "chunked in HTTP/1.0",
            chunked(&format!("0\r\n\r\n{HIDDEN}"))
                .replace("HTTP/1.1\r\nHost: x\r\nTr", "HTTP/1.0\r\nHost: x\r\nTr"),
        ),
    ]
}

/// Chunks that a reader may take in two ways.
fn chunks() -> Tries {
    vec![
        ("a chunk with a minus", chunked(&format!("-1\r\n\r\n{HIDDEN}"))),
        ("a chunk with a plus", chunked(&format!("+0\r\n\r\n{HIDDEN}"))),
        ("a chunk in 0x", chunked(&format!("0x0\r\n\r\n{HIDDEN}"))),
        ("a chunk too large for a number", chunked(&format!("{}\r\n{HIDDEN}", "f".repeat(17)))),
        ("a chunk larger than its data", chunked(&format!("2\r\n{{}}x\r\n0\r\n\r\n{HIDDEN}"))),
        ("a chunk that ends in LF alone", chunked(&format!("2\n{{}}\n0\n\n{HIDDEN}"))),
        ("a chunk extension with LF alone", chunked(&format!("2;x\n{{}}\r\n0\r\n\r\n{HIDDEN}"))),
        ("a chunk without a number", chunked(&format!("\r\n{HIDDEN}"))),
        ("a chunk with a letter", chunked(&format!("g\r\n{HIDDEN}"))),
    ]
}

/// First lines that a reader may take in two ways.
fn lines() -> Tries {
    vec![
        ("no host", HIDDEN.replace("Host: x\r\n", "")),
        ("two hosts", HIDDEN.replace("Host: x\r\n", "Host: x\r\nHost: y\r\n")),
        ("HTTP/2 by hand", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned() + HIDDEN),
        ("HTTP/0.9", format!("GET /hidden\r\n{HIDDEN}")),
        ("a version that is not known", format!("GET /livez HTTP/1.9\r\nHost: x\r\n\r\n{HIDDEN}")),
        ("a space in the address", format!("GET /livez x HTTP/1.1\r\nHost: x\r\n\r\n{HIDDEN}")),
    ]
}

/// Requests whose length is in doubt.
fn in_doubt() -> Tries {
    [lengths(), heads(), encodings(), chunks(), lines()].concat()
}

/// Requests that are answered, and whose body is theirs: what stands in it is no request.
fn clear() -> Tries {
    let length = HIDDEN.len();
    vec![
        (
            "a body with GET",
            format!("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a body with HEAD",
            format!("HEAD /livez HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a body with DELETE",
            format!(
                "DELETE /api/v1/sessions/current HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "a chunked body with GET",
            format!(
                "GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{HIDDEN}\r\n0\r\n\r\n"
            ),
        ),
        (
            "an upgrade that is not ours",
            format!(
                "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "a web socket that is not ours",
            format!(
                "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "too long a body",
            format!(
                "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "a body of another kind",
            format!(
                "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "a body where nothing is",
            format!(
                "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "a method that is not known",
            format!("HACK /livez HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{HIDDEN}"),
        ),
    ]
}

#[test]
fn a_request_whose_length_is_in_doubt_is_refused_and_its_connection_closed() {
    run(Database::Sqlite, async |house: &House| {
        assert!(in_doubt().len() >= 30);
        for (what, bytes) in in_doubt() {
            let answer = raw(house, bytes).await;
            let told = statuses(&answer);
            assert!(told.len() <= 1, "{what}: a hidden request was answered: {answer}");
            assert!(told.iter().all(|status| (400..500).contains(status)), "{what}: {answer}");
            assert!(!answer.contains("hidden"), "{what}: {answer}");
        }
    });
}

#[test]
fn what_stands_in_a_body_is_never_taken_for_a_request() {
    run(Database::Sqlite, async |house: &House| {
        for (what, mut bytes) in clear() {
            // The last of them says that the connection may be closed.
            bytes += "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            let answer = raw(house, bytes).await;
            let told = statuses(&answer);
            assert!(!told.is_empty() && told.len() <= 2, "{what}: {told:?}");
            let hidden = "There is nothing at this address";
            let expected = usize::from(what == "a body where nothing is");
            assert_eq!(answer.matches(hidden).count(), expected, "{what}: {answer}");
        }
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_sent() {
    run(Database::Sqlite, async |house: &House| {
        // Nothing of the body is ever sent: a server that read it first would wait for it.
        let head =
            "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        let answer = raw(house, format!("{head}Content-Length: 262145\r\n\r\n")).await;
        assert_eq!(statuses(&answer), [413], "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        let expecting = format!("{head}Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n");
        let answer = raw(house, expecting).await;
        assert!(statuses(&answer).contains(&413), "{answer}");
    });
}

#[test]
fn what_is_too_long_to_be_a_request_is_refused() {
    run(Database::Sqlite, async |house: &House| {
        let close = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        let long = "a".repeat(9000);
        let answer = raw(house, format!("GET /{long} {close}\r\n")).await;
        assert_eq!(statuses(&answer), [400], "{answer}");
        assert!(answer.contains("The address is too long."), "{answer}");
        for headers in [
            "X: y\r\n".repeat(200),
            format!("X: {}\r\n", "y".repeat(200_000)),
            format!("{}: y\r\n", "X".repeat(200_000)),
        ] {
            let answer = raw(house, format!("GET /livez {close}{headers}\r\n")).await;
            assert!(statuses(&answer).iter().all(|it| (400..500).contains(it)), "{answer}");
        }
        let answer = raw(house, format!("GET /{} {close}\r\n", "a".repeat(200_000))).await;
        assert!(statuses(&answer).iter().all(|it| (400..500).contains(it)), "{answer}");
    });
}
