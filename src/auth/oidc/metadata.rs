use super::endpoint;
use super::fault::ProviderFault;
use serde::Deserialize;

/// What a provider's discovery document says that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where the code is exchanged.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// It names itself in its answers (RFC 9207): one that does not is not its.
    pub names_itself: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// What the discovery document of this issuer says.
    ///
    /// # Errors
    /// It is another's, or asks for what is not safe.
    pub fn read(issuer: &str, body: &[u8]) -> Result<Self, ProviderFault> {
        let wrong = |what: String| ProviderFault::Metadata(what);
        let told: Document = serde_json::from_slice(body).map_err(|error| {
            wrong(format!("it is not the JSON of one ({:?})", error.classify()))
        })?;
        if told.issuer != issuer {
            let configured = issuer.to_owned();
            return Err(ProviderFault::OtherIssuer { told: told.issuer, configured });
        }
        let endpoints = [
            ("authorization_endpoint", &told.authorization_endpoint),
            ("token_endpoint", &told.token_endpoint),
            ("jwks_uri", &told.jwks_uri),
        ];
        // http:// stays on this machine, and only for a provider that is on it too.
        let is_here = endpoint::is_on_this_machine(issuer);
        for (name, url) in endpoints {
            if !endpoint::is_safe(url) || (!is_here && !url.starts_with("https://")) {
                return Err(wrong(format!("its {name} is not an https address")));
            }
        }
        let methods = told.code_challenge_methods_supported;
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(wrong("it does not know PKCE with S256".to_owned()));
        }
        Ok(Self {
            authorization_endpoint: told.authorization_endpoint,
            token_endpoint: told.token_endpoint,
            jwks_uri: told.jwks_uri,
            names_itself: told.authorization_response_iss_parameter_supported,
        })
    }
}
