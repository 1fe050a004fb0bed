use serde::Deserialize;

/// For whom a token is: one name or several (RFC 7519 section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether the token is for this client: named, and, where others are named too, the party that
    /// it was issued to (OpenID Connect Core 1.0 section 3.1.3.7).
    pub(super) fn is_for(&self, client_id: &str, authorized_party: Option<&str>) -> bool {
        let (named, alone) = match self {
            Self::One(one) => (one == client_id, true),
            Self::Several(all) => (all.iter().any(|one| one == client_id), all.len() == 1),
        };
        let party = match authorized_party {
            Some(party) => party == client_id,
            None => alone,
        };
        named && party
    }
}
