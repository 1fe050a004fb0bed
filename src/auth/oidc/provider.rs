use super::endpoint;
use crate::ids::AgencyId;
use std::collections::BTreeSet;
use std::fmt;

/// An agency's identity provider, as the operator has agreed it with the agency.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its key, which stands in addresses.
    pub key: String,
    /// What the button says.
    pub name: String,
    /// Who it is, to the letter.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// Our password there.
    pub client_secret: ClientSecret,
    /// Whose people it may sign in.
    pub agencies: BTreeSet<AgencyId>,
    /// One of these `acr` values must be claimed; empty asks for none.
    pub acr: Vec<String>,
    /// All of these `amr` values must be claimed; empty asks for none.
    pub amr: Vec<String>,
    /// How long ago somebody may have proved who they are, in seconds.
    pub max_age_seconds: Option<u32>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
}

impl Provider {
    /// Where its discovery document is (OpenID Connect Discovery 1.0 section 4).
    pub fn discovery_url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
    }

    /// Whether it runs on this machine, in a trial.
    pub fn is_on_this_machine(&self) -> bool {
        endpoint::is_on_this_machine(&self.issuer)
    }
}

/// A client's secret, which nothing shows.
#[derive(Clone)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// The secret of this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(redacted)")
    }
}
