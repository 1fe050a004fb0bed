//! Signing in at an agency's own identity provider, the browser's session, and API tokens.

mod api_tokens;
mod attacks;
mod forms;
mod logout;
mod report_pages;
mod rotation;
mod signing_in;

use crate::house::identity_provider::{CLIENT, IdentityProvider, SECRET};
use crate::house::{Answer, Client, House, Node};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

const SESSION: &str = "__Host-session";
const ATTEMPT: &str = "__Host-sign-in";

/// A house with two identity providers: `school` for Priya Nair's, `social-care` for Tom Okafor's.
pub struct World<'h> {
    pub house: &'h House,
    pub node: Node,
    pub school: IdentityProvider,
    pub care: IdentityProvider,
    folder: tempfile::TempDir,
}

impl<'h> World<'h> {
    pub async fn build(house: &'h House) -> World<'h> {
        Self::build_with(house, "").await
    }

    /// With more lines for the school's provider.
    pub async fn build_with(house: &'h House, more: &str) -> World<'h> {
        let (school, care) = (IdentityProvider::start(house), IdentityProvider::start(house));
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        fs::write(&secret, SECRET).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        let entry = |key: &str, provider: &IdentityProvider, agency: &str, more: &str| {
            format!(
                "[[provider]]\nkey = \"{key}\"\nname = \"The {key}\"\nissuer = \"{}\"\n\
                 client_id = \"{CLIENT}\"\nclient_secret_file = \"secret\"\nagencies = [\"{}\"]\n{more}\n",
                provider.issuer(),
                house.agency_id(agency)
            )
        };
        let text = entry("school", &school, "primary", more)
            + &entry("social-care", &care, "social_care", "");
        let path = folder.path().join("providers.toml");
        fs::write(&path, text).unwrap();
        let node = house.node_with(|settings| settings.auth.providers_file = Some(path)).await;
        World { house, node, school, care, folder }
    }

    pub fn browser(&self) -> Browser {
        Browser::at(&self.node)
    }

    /// Another server on the same database with the same providers.
    pub async fn another_node(&self) -> Node {
        let path = self.folder.path().join("providers.toml");
        self.house.node_with(|settings| settings.auth.providers_file = Some(path)).await
    }

    /// Links somebody with an account, as the administrator.
    pub async fn link(&self, name: &str, provider: &str, subject: &str) -> Answer {
        let ellis = self.client("Ellis Grant").await;
        let path = format!("/people/{}/identities", self.house.person_id(name));
        ellis.post(&path, &json!({ "provider": provider, "subject": subject })).await
    }

    /// Somebody who is signed in by password at the node with the providers.
    pub async fn client(&self, name: &str) -> Client {
        Client::sign_in(self.node.address, &self.house.email(name)).await
    }

    /// Somebody at a browser who signed in at the school's provider.
    pub async fn signed_in(&self, subject: &str) -> Browser {
        let mut browser = self.browser();
        let (answer, _) = browser.sign_in("school", &self.school, subject).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// How many sessions began in browsers.
    pub fn sessions(&self) -> i64 {
        crate::engine::sql::Raw::of(self.house).count("browser_sessions", "1 = 1")
    }
}

/// A browser: keeps cookies, follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn at(node: &Node) -> Self {
        Self::at_address(node.address)
    }

    pub fn at_address(address: SocketAddr) -> Self {
        Self { client: Client::stranger_who_stays(address), cookies: BTreeMap::new() }
    }

    /// The same cookies at another server.
    pub fn moved_to(&self, node: &Node) -> Self {
        Self { client: Client::stranger_who_stays(node.address), cookies: self.cookies.clone() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// A form, as a page of ours sends it.
    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Origin", "null"),
        ];
        self.send(Method::POST, path, &headers, Some(form.to_owned())).await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let held: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = held.join("; ");
        let mut all = headers.to_vec();
        if !cookie.is_empty() {
            all.push(("Cookie", &cookie));
        }
        let answer = self.client.send_raw(method, &format!("/{path}"), &all, body).await;
        for set in answer.headers.get_all("set-cookie") {
            self.take(set.to_str().unwrap());
        }
        answer
    }

    /// Takes a cookie in, if it is as all of ours must be.
    fn take(&mut self, set: &str) {
        let (pair, attributes) = set.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        assert!(name.starts_with("__Host-"), "{set}");
        let attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
        for wanted in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(attributes.contains(&wanted), "{set} is not {wanted}");
        }
        assert!(!attributes.iter().any(|one| one.starts_with("Domain")), "{set}");
        assert!(set.len() < 4096, "{set}");
        if attributes.contains(&"Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Goes to a provider: where it was sent.
    pub async fn begin(&mut self, provider: &str) -> String {
        let answer = self.get(&format!("/sign-in/with/{provider}")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.header("location").unwrap()
    }

    /// There and back: the last answer, and what was brought.
    pub async fn sign_in(
        &mut self,
        key: &str,
        provider: &IdentityProvider,
        subject: &str,
    ) -> (Answer, String) {
        let location = self.begin(key).await;
        let back = provider.authorize(&location, subject);
        let path = format!("/sign-in/back/{key}{}", back.query());
        (self.get(&path).await, path)
    }

    /// The token in the form of a page.
    pub async fn form_token(&mut self, path: &str) -> String {
        let page = self.get(path).await;
        form_token(&page)
    }
}

pub fn form_token(page: &Answer) -> String {
    let text = page.body.as_str().unwrap();
    let (_, rest) =
        text.split_once("name=\"form_token\" value=\"").unwrap_or_else(|| panic!("{text}"));
    rest.split('"').next().unwrap().to_owned()
}

pub fn page(answer: &Answer) -> &str {
    match &answer.body {
        Value::String(text) => text,
        other => panic!("no page: {other}"),
    }
}
