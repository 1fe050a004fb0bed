//! Typed ids: an escalation's id can never be given where a person's is asked for.
//!
//! All are UUIDv7: unique without asking anybody, and ordered by the time of their making, which
//! keeps indexes short. An id is not a secret: nothing may be readable because its id is known.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, unlike any other.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id of something made up, the same in every run: for simulations, which keep
            /// nothing.
            pub fn made_up(number: u64) -> Self {
                Self(Uuid::from_u128(u128::from(number)))
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(kept: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(kept))
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

id!(
    /// A safeguarding children partnership.
    PartnershipId
);
id!(
    /// An agency of one or several partnerships.
    AgencyId
);
id!(
    /// Somebody who signs in, or who is told by email.
    PersonId
);
id!(
    /// A post on a rung of an agency or of a partnership.
    PostId
);
id!(
    /// An absence of a person, from one instant to another.
    AbsenceId
);
id!(
    /// One disagreement and its whole life.
    EscalationId
);
id!(
    /// One message to one recipient about one event.
    NoticeId
);
id!(
    /// One reading of a case by somebody.
    CaseViewId
);
id!(
    /// One signed-in session of a person: a family of refresh tokens.
    SessionId
);
id!(
    /// A passkey of a person.
    PasskeyId
);
id!(
    /// Somebody's account at an identity provider, linked with them.
    IdentityId
);
id!(
    /// An API token.
    ApiTokenId
);

impl From<ApiTokenId> for SessionId {
    /// What a program does with a token, it does in a session of its own: the token's.
    fn from(id: ApiTokenId) -> Self {
        Self(id.0)
    }
}
