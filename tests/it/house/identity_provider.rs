//! An identity provider of the tests: it plays by the rules, and breaks whichever rule it is told to.

use super::House;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bscp_escalation::clock::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// What the provider calls this server.
pub const CLIENT: &str = "bscp";
/// The password that it gave us.
pub const SECRET: &str = "the secret of the test's client";

/// What signs a token.
#[derive(Clone)]
pub enum Signer {
    Ec(Arc<EcdsaKeyPair>),
    Rsa(Arc<RsaKeyPair>),
    Hmac(Vec<u8>),
    Nobody,
}

/// A token before it is signed.
#[derive(Clone)]
pub struct Token {
    pub header: Value,
    pub claims: Value,
    pub signer: Signer,
}

/// How the token endpoint answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAnswer {
    Json,
    Redirect,
    Html,
    Error,
}

type Mischief = Arc<dyn Fn(&mut Token) + Send + Sync>;

struct Grant {
    challenge: Option<String>,
    redirect_uri: String,
    nonce: Option<String>,
    subject: String,
}

struct State {
    issuer: String,
    clock: Clock,
    signer: Signer,
    kid: String,
    published: Vec<Value>,
    grants: HashMap<String, Grant>,
    mischief: Option<Mischief>,
    token_answer: TokenAnswer,
    discovery: fn(&mut Value),
    jwks_reads: usize,
    codes: usize,
}

/// A provider that listens.
#[derive(Clone)]
pub struct IdentityProvider {
    state: Arc<Mutex<State>>,
}

/// What a browser brings back from it.
#[derive(Debug, Clone)]
pub struct Back {
    pub state: String,
    pub code: String,
}

impl Back {
    pub fn query(&self) -> String {
        format!("?state={}&code={}", self.state, self.code)
    }
}

/// A fresh P-256 key.
pub fn ec() -> Signer {
    Signer::Ec(Arc::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()))
}

/// The RSA key of all tests: making one takes its time.
pub fn rsa() -> Signer {
    static KEY: OnceLock<Arc<RsaKeyPair>> = OnceLock::new();
    let key = KEY.get_or_init(|| Arc::new(RsaKeyPair::generate(rsa::KeySize::Rsa2048).unwrap()));
    Signer::Rsa(Arc::clone(key))
}

impl Signer {
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Rsa(_) => "RS256",
            Self::Hmac(_) => "HS256",
            Self::Nobody => "none",
        }
    }

    /// Its public half, as a key set shows it.
    pub fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ec(key) => {
                let point = key.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid,
                    "x": text(&point[1..33]), "y": text(&point[33..65]) })
            }
            Self::Rsa(key) => {
                let public = key.public_key();
                json!({ "kty": "RSA", "use": "sig", "kid": kid,
                    "n": text(public.modulus().big_endian_without_leading_zero()),
                    "e": text(public.exponent().big_endian_without_leading_zero()) })
            }
            Self::Hmac(key) => json!({ "kty": "oct", "kid": kid, "k": text(key) }),
            Self::Nobody => json!({}),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ec(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Self::Hmac(key) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
            }
            Self::Nobody => Vec::new(),
        }
    }
}

impl Token {
    /// As it goes over the wire.
    pub fn text(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(self.signer.sign(message.as_bytes())))
    }

    /// Signed by somebody else, and saying so.
    pub fn signed_by(&mut self, signer: Signer) {
        self.header["alg"] = signer.algorithm().into();
        self.signer = signer;
    }
}

impl IdentityProvider {
    /// Listens on a free port of this machine; told the house's time.
    pub fn start(house: &House) -> Self {
        Self::start_with(house, ec())
    }

    pub fn start_with(house: &House, signer: Signer) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            issuer,
            clock: house.clock.clone(),
            kid: "first".to_owned(),
            published: vec![signer.jwk("first")],
            signer,
            grants: HashMap::new(),
            mischief: None,
            token_answer: TokenAnswer::Json,
            discovery: |_| {},
            jwks_reads: 0,
            codes: 0,
        };
        let provider = Self { state: Arc::new(Mutex::new(state)) };
        let data = web::Data::new(provider.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/jwks", web::get().to(jwks))
                .route("/token", web::post().to(token))
        });
        tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
        provider
    }

    pub fn issuer(&self) -> String {
        self.state.lock().unwrap().issuer.clone()
    }

    pub fn signer(&self) -> Signer {
        self.state.lock().unwrap().signer.clone()
    }

    pub fn jwks_reads(&self) -> usize {
        self.state.lock().unwrap().jwks_reads
    }

    /// What happens to each ID token before it is signed.
    pub fn misbehave(&self, how: impl Fn(&mut Token) + Send + Sync + 'static) {
        self.state.lock().unwrap().mischief = Some(Arc::new(how));
    }

    pub fn behave(&self) {
        let mut state = self.state.lock().unwrap();
        state.mischief = None;
        state.token_answer = TokenAnswer::Json;
    }

    pub fn answer_tokens(&self, how: TokenAnswer) {
        self.state.lock().unwrap().token_answer = how;
    }

    pub fn change_discovery(&self, how: fn(&mut Value)) {
        self.state.lock().unwrap().discovery = how;
    }

    pub fn publish(&self, keys: Vec<Value>) {
        self.state.lock().unwrap().published = keys;
    }

    /// Signs with another key from now on, and publishes that one alone.
    pub fn rotate(&self, kid: &str) {
        let signer = ec();
        let mut state = self.state.lock().unwrap();
        state.published = vec![signer.jwk(kid)];
        state.signer = signer;
        state.kid = kid.to_owned();
    }

    /// Somebody signs in: what their browser brings back from the address it was sent to.
    pub fn authorize(&self, location: &str, subject: &str) -> Back {
        let url = reqwest::Url::parse(location).unwrap();
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert!(location.starts_with(&format!("{}/authorize?", self.issuer())), "{location}");
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256", "no plain challenge");
        let mut state = self.state.lock().unwrap();
        state.codes += 1;
        let code = format!("code-{}", state.codes);
        let grant = Grant {
            challenge: asked.get("code_challenge").cloned(),
            redirect_uri: asked["redirect_uri"].clone(),
            nonce: asked.get("nonce").cloned(),
            subject: subject.to_owned(),
        };
        state.grants.insert(code.clone(), grant);
        Back { state: asked["state"].clone(), code }
    }

    /// A token of this provider, before it is signed.
    pub fn token(&self, claims: Value) -> Token {
        let state = self.state.lock().unwrap();
        let now = state.clock.now().utc().timestamp();
        let mut all = json!({ "iss": state.issuer, "aud": CLIENT, "iat": now, "exp": now + 300 });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let signer = state.signer.clone();
        let header = json!({ "alg": signer.algorithm(), "kid": state.kid, "typ": "JWT" });
        Token { header, claims: all, signer }
    }
}

async fn discovery(provider: web::Data<IdentityProvider>) -> HttpResponse {
    let issuer = provider.issuer();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
    });
    (provider.state.lock().unwrap().discovery)(&mut document);
    HttpResponse::Ok().json(document)
}

async fn jwks(provider: web::Data<IdentityProvider>) -> HttpResponse {
    let mut state = provider.state.lock().unwrap();
    state.jwks_reads += 1;
    HttpResponse::Ok().json(json!({ "keys": state.published }))
}

async fn token(
    provider: web::Data<IdentityProvider>,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let credentials = request.headers().get("Authorization").unwrap().to_str().unwrap();
    let expected = format!("{CLIENT}:{}", SECRET.replace(' ', "%20").replace('\'', "%27"));
    assert_eq!(credentials, format!("Basic {}", STANDARD.encode(expected)));
    let (grant, how, mischief) = {
        let mut state = provider.state.lock().unwrap();
        (state.grants.remove(&form["code"]), state.token_answer, state.mischief.clone())
    };
    let refused = || HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    let Some(grant) = grant else { return refused() };
    let proved = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if grant.challenge.as_ref() != Some(&proved) || grant.redirect_uri != form["redirect_uri"] {
        return refused();
    }
    let now = provider.state.lock().unwrap().clock.now().utc().timestamp();
    let mut token = provider.token(json!({
        "sub": grant.subject, "nonce": grant.nonce, "auth_time": now,
        "acr": "urn:strong", "amr": ["pwd", "mfa"], "sid": format!("sid-of-{}", grant.subject),
        "email": "priya.nair@ravensbourne-park.example",
    }));
    if let Some(mischief) = mischief {
        mischief(&mut token);
    }
    let body = json!({ "access_token": "x", "token_type": "Bearer", "id_token": token.text() });
    match how {
        TokenAnswer::Json => HttpResponse::Ok().json(body),
        TokenAnswer::Html => HttpResponse::Ok().content_type("text/html").body(body.to_string()),
        TokenAnswer::Error => refused(),
        TokenAnswer::Redirect => HttpResponse::TemporaryRedirect()
            .insert_header(("Location", format!("{}/token", provider.issuer())))
            .finish(),
    }
}
