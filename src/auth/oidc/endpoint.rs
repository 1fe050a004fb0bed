/// Whether this is an address that may be called or redirected to: https, or http on this machine
/// itself; no user, no fragment, nothing that a parser may read in two ways.
pub(super) fn is_safe(url: &str) -> bool {
    let plain =
        url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}#@".contains(&byte));
    let host = |after: &str| {
        let authority = after.split(['/', '?']).next().unwrap_or_default();
        match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => format!("[{address}]"),
            None => authority.split(':').next().unwrap_or_default().to_owned(),
        }
    };
    let safe = match url.split_once("://") {
        Some(("https", after)) => !host(after).is_empty(),
        Some(("http", after)) => is_loopback(&host(after)),
        _ => false,
    };
    plain && safe
}

/// Whether a call to this address stays on this machine.
pub(super) fn is_on_this_machine(url: &str) -> bool {
    url.starts_with("http://") && is_safe(url)
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}
