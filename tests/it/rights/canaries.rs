//! Words that may stand in the database and in answers to whoever they are for, and nowhere else.

/// What a canary stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A child, and whoever is around one.
    Child,
    /// What people write.
    Prose,
    /// Somebody who works here. Stands in the letters to them.
    Colleague,
    /// What opens something.
    Secret,
    /// What a request brings along.
    Request,
}

/// Forty of them.
pub const CANARIES: [(Kind, &str, &str); 40] = [
    (Kind::Child, "initials", "Q.Z.J."),
    (Kind::Child, "name", "Ottoline Brackenbury"),
    (Kind::Child, "date of birth", "2015-03-17"),
    (Kind::Child, "date of birth in words", "17 March 2015"),
    (Kind::Child, "NHS number", "9434765919"),
    (Kind::Child, "NHS number in groups", "943 476 5919"),
    (Kind::Child, "pupil number", "Z937482610175"),
    (Kind::Child, "local reference", "RPP-0417-XQ"),
    (Kind::Child, "address", "14 Fennimore Crescent"),
    (Kind::Child, "postcode", "BR7 9ZQX"),
    (Kind::Child, "parent's name", "Leocadia Brackenbury"),
    (Kind::Child, "parent's telephone", "07700 900417"),
    (Kind::Child, "parent's email", "leocadia@family.example"),
    (Kind::Prose, "facts", "ulmaceous-facts"),
    (Kind::Prose, "judgement", "ulmaceous-judgement"),
    (Kind::Prose, "rationale", "ulmaceous-rationale"),
    (Kind::Prose, "risk", "ulmaceous-risk"),
    (Kind::Prose, "child's voice", "ulmaceous-voice"),
    (Kind::Prose, "what was tried", "ulmaceous-tried"),
    (Kind::Prose, "outcome sought", "ulmaceous-sought"),
    (Kind::Prose, "reason", "ulmaceous-reason"),
    (Kind::Prose, "note", "ulmaceous-note"),
    (Kind::Prose, "decision", "ulmaceous-decision"),
    (Kind::Colleague, "name", "Priya Nair"),
    (Kind::Colleague, "email", "priya.nair@ravensbourne.example"),
    (Kind::Colleague, "email that bounces", "karen.whitfield@socialcare.example"),
    (Kind::Colleague, "name in a bounce", "Whitfield, Karen"),
    (Kind::Colleague, "email that waits", "margaret.bell@ravensbourne.example"),
    (Kind::Secret, "password", crate::house::PASSWORD),
    (Kind::Secret, "wrong password", "tr0mbone-of-the-north"),
    (Kind::Secret, "invitation", "inv-3f1c0b9a77e24d55"),
    (Kind::Secret, "one-time code", "code-417993"),
    (Kind::Secret, "recovery code", "kqjx-7719-plmz"),
    (Kind::Secret, "forged token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."),
    (Kind::Secret, "cookie", "session-c00k1e-canary"),
    (Kind::Request, "idempotency key", "idem-5b8e-canary"),
    (Kind::Request, "user agent", "Mozilla-canary-agent"),
    (Kind::Request, "referrer", "https://intranet.example/ottoline"),
    (Kind::Request, "forwarded address", "203.0.113.77"),
    (Kind::Request, "host", "canary-host.example"),
];

/// The values of some kinds.
pub fn of(kinds: &[Kind]) -> Vec<&'static str> {
    let of_these = CANARIES.iter().filter(|(kind, _, _)| kinds.contains(kind));
    of_these.map(|(_, _, value)| *value).collect()
}

/// Bodies that say a canary in each place of a plausible one, rightly and wrongly.
pub fn bodies(plausible: &str, canaries: &mut impl Iterator<Item = &'static str>) -> Vec<String> {
    let mut next = || canaries.next().unwrap();
    let Ok(whole) = serde_json::from_str::<serde_json::Value>(plausible) else {
        return vec![format!("{plausible}&{}={}", next(), next())];
    };
    let mut all = vec![
        plausible[..plausible.len() - 1].to_owned() + next(),
        format!("{} \"{}\"", plausible, next()),
        format!("{{\"{0}\": 1, \"{0}\": 2}}", next()),
        format!("[\"{}\"]", next()),
        next().to_owned(),
        "{\"\\u001b[31m".to_owned() + next() + "\\r\\n\": \"\\u0000\"}",
    ];
    for pointer in leaves(&whole) {
        let wrong = [
            serde_json::json!(next()),
            serde_json::json!({ next(): next() }),
            serde_json::json!([next()]),
            serde_json::json!(9_434_765_919_u64),
            serde_json::json!(format!("{}\r\n\u{1b}[31m{{\"level\":\"INFO\"}}", next())),
        ];
        for value in wrong {
            let mut body = whole.clone();
            *body.pointer_mut(&pointer).unwrap() = value;
            all.push(body.to_string());
        }
    }
    let mut body = whole;
    body[next()] = serde_json::json!(next());
    all.push(body.to_string());
    all
}

/// The pointers of everything in a document that holds nothing else.
fn leaves(value: &serde_json::Value) -> Vec<String> {
    let within = |key: &str, value| {
        leaves(value).into_iter().map(move |rest| format!("/{key}{rest}")).collect::<Vec<_>>()
    };
    match value {
        serde_json::Value::Object(fields) => {
            fields.iter().flat_map(|(key, value)| within(key, value)).collect()
        }
        serde_json::Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.flat_map(|(at, value)| within(&at.to_string(), value)).collect()
        }
        _ => vec![String::new()],
    }
}
