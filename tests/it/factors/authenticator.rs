//! A passkey device made of software: ES256, discoverable, no attestation (WebAuthn level 3).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// One passkey, on one device.
pub struct Authenticator {
    key: EcdsaKeyPair,
    pub credential_id: Vec<u8>,
    /// Whose it is, as the server told it.
    pub user_handle: Option<Vec<u8>>,
    pub counter: u32,
    /// What is signed is changed afterwards.
    pub signs_badly: bool,
    /// The page that asks, as its browser sees it.
    pub origin: String,
    /// For which server it signs.
    pub rp_id: String,
    /// Whether it has asked for a fingerprint or a PIN.
    pub verifies: bool,
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

impl Authenticator {
    pub fn new() -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            credential_id: uuid::Uuid::new_v4().as_bytes().repeat(2),
            user_handle: None,
            counter: 0,
            signs_badly: false,
            origin: "https://escalations.example".to_owned(),
            rp_id: "escalations.example".to_owned(),
            verifies: true,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = options["challenge"].as_str().unwrap();
        json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false
        })
        .to_string()
        .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = sha256(self.rp_id.as_bytes());
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Its public key as COSE has it (RFC 9053).
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        assert_eq!((point[0], point.len()), (4, 65));
        let number = |number: i64| Cbor::Integer(number.into());
        let key = Cbor::Map(vec![
            (number(1), number(2)),
            (number(3), number(-7)),
            (number(-1), number(1)),
            (number(-2), Cbor::Bytes(point[1..33].to_vec())),
            (number(-3), Cbor::Bytes(point[33..].to_vec())),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&key, &mut bytes).unwrap();
        bytes
    }

    /// What `navigator.credentials.create` gives for these options.
    pub fn create(&mut self, options: &Value) -> Value {
        let user = options["user"]["id"].as_str().unwrap();
        self.user_handle = Some(URL_SAFE_NO_PAD.decode(user).unwrap());
        let mut data = self.data(HAS_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        let word = |word: &str| Cbor::Text(word.to_owned());
        let object = Cbor::Map(vec![
            (word("fmt"), word("none")),
            (word("attStmt"), Cbor::Map(Vec::new())),
            (word("authData"), Cbor::Bytes(data)),
        ]);
        let mut attestation = Vec::new();
        ciborium::into_writer(&object, &mut attestation).unwrap();
        json!({
            "id": text(&self.credential_id), "rawId": text(&self.credential_id),
            "type": "public-key",
            "response": {
                "attestationObject": text(attestation),
                "clientDataJSON": text(self.client_data("webauthn.create", options)),
            },
        })
    }

    /// What `navigator.credentials.get` gives for these options; the counter goes on.
    pub fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        self.get_without_counting(options)
    }

    /// The same with the counter as it stands.
    pub fn get_without_counting(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let signed = [data.clone(), sha256(&client_data)].concat();
        let mut signature = self.key.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec();
        if self.signs_badly {
            *signature.last_mut().unwrap() ^= 1;
        }
        json!({
            "id": text(&self.credential_id), "rawId": text(&self.credential_id),
            "type": "public-key",
            "response": {
                "authenticatorData": text(data),
                "clientDataJSON": text(client_data),
                "signature": text(signature),
                "userHandle": self.user_handle.as_ref().map(text),
            },
        })
    }
}
