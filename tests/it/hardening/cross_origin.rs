//! Pages of other origins: only those that were named, exactly, and never with a cookie.

use crate::house::{Answer, Client, Database, House, Wishes, block_on};
use reqwest::Method;

const OURS: &str = "https://intranet.example.org";

/// What is like one of the origins, and is not one.
const OTHERS: [&str; 19] = [
    "null",
    "https://intranet.example.org.forger.example",
    "https://forger-intranet.example.org",
    "https://intranet.example.org:8443",
    "https://intranet.example.org:443",
    "http://intranet.example.org",
    "https://INTRANET.example.org",
    "HTTPS://intranet.example.org",
    "https://user@intranet.example.org",
    "https://intranet.example.org@forger.example",
    "https://intranet.example.org/",
    "https://intranet.example.org/path",
    "https://intranet.example.org%00.forger.example",
    "https://intranet.example.org\\.forger.example",
    "https://intranetXexample.org",
    "https://intranet.example.orgx",
    "https://sub.intranet.example.org",
    "file://intranet.example.org",
    "https://intranet.example.org, https://forger.example",
];

async fn house(origins: Option<&str>) -> House {
    let settings = origins.map(|origins| ("http.cors_origins", origins.to_owned()));
    let wishes = Wishes { settings: settings.into_iter().collect(), ..Wishes::default() };
    House::build(Database::Sqlite, wishes).await.unwrap()
}

async fn preflight(house: &House, origin: &str, method: &str) -> Answer {
    let headers = [
        ("Origin", origin),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", "authorization, content-type, if-match"),
    ];
    Client::stranger(house.address).send(Method::OPTIONS, "/escalations", &headers, None).await
}

fn allows(answer: &Answer) -> Vec<String> {
    let ours = |name: &&str| name.starts_with("access-control-");
    answer.headers.keys().map(|name| name.as_str()).filter(ours).map(str::to_owned).collect()
}

#[test]
fn a_named_origin_may_ask_with_a_token_and_without_cookies() {
    block_on(async {
        let house = house(Some("https://other.example:8443, https://intranet.example.org")).await;
        let asked = preflight(&house, OURS, "POST").await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        assert_eq!(asked.header("access-control-allow-origin").as_deref(), Some(OURS));
        assert_eq!(asked.header("access-control-allow-credentials"), None);
        assert_eq!(asked.header("access-control-max-age").as_deref(), Some("600"));
        assert!(asked.header("strict-transport-security").is_some());
        let priya = house.as_("Priya Nair").await;
        for path in ["/me", "/nothing"] {
            let read = priya.send(Method::GET, path, &[("Origin", OURS)], None).await;
            assert_eq!(read.header("access-control-allow-origin").as_deref(), Some(OURS));
            assert_eq!(read.header("access-control-allow-credentials"), None);
            let exposed = read.header("access-control-expose-headers").unwrap_or_default();
            assert!(exposed.contains("etag"), "{exposed}");
            assert!(read.header("vary").unwrap_or_default().contains("Origin"));
        }
        for method in ["PATCH", "TRACE", "HACK"] {
            let asked = preflight(&house, OURS, method).await;
            assert_eq!(asked.status, 400, "{method}");
            assert_eq!(asked.header("access-control-allow-methods"), None, "{method}");
        }
    });
}

#[test]
fn what_is_like_a_named_origin_is_not_one() {
    block_on(async {
        let house = house(Some(OURS)).await;
        let priya = house.as_("Priya Nair").await;
        for origin in OTHERS {
            let asked = preflight(&house, origin, "POST").await;
            assert_eq!(asked.header("access-control-allow-origin"), None, "{origin}");
            assert!([400, 405].contains(&asked.status), "{origin}: {}", asked.status);
            let read = priya.send(Method::GET, "/me", &[("Origin", origin)], None).await;
            assert_eq!(read.header("access-control-allow-origin"), None, "{origin}");
        }
    });
}

#[test]
fn where_none_is_named_no_origin_is_answered() {
    block_on(async {
        let house = house(None).await;
        for origin in OTHERS.into_iter().chain([OURS, "https://escalations.example"]) {
            let asked = preflight(&house, origin, "POST").await;
            assert_eq!(asked.status, 405, "{origin}");
            assert_eq!(allows(&asked), [""; 0], "{origin}");
        }
    });
}
