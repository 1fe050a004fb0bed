//! Pages of lists: a limit, and an opaque cursor to go on from.

use super::problem::{Code, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many a page has if nothing is said.
const LIMIT_DEFAULT: i64 = 50;
/// The most that a page has.
const LIMIT_MAX: i64 = 200;

/// Where in a list, and how much of it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before; left out for the first page.
    pub cursor: Option<String>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

/// How many are asked for.
///
/// # Errors
/// 422 if that is too few or too many.
pub fn limit(asked: Option<i64>) -> Result<i64, Problem> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::field("/limit", format!("must be from 1 to {LIMIT_MAX}"))),
    }
}

/// The place that a cursor means.
///
/// # Errors
/// 400 if it is not one of ours.
pub fn place<P: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<P>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place =
        URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.map(Some).ok_or_else(|| {
        Problem::new(Code::BadRequest, "The cursor is not one of ours. Begin with the first page.")
    })
}

impl<T> Page<T> {
    /// A page over what was found for one more than `limit`: the one too many says that there is
    /// another page.
    ///
    /// # Errors
    /// If a place cannot be written.
    pub fn of<R, P: Serialize>(
        mut found: Vec<R>,
        limit: i64,
        place_of: impl Fn(&R) -> P,
        view: impl Fn(R) -> Result<T, Problem>,
    ) -> Result<Self, Problem> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = match found.last().filter(|_| has_more) {
            Some(last) => {
                let bytes = serde_json::to_vec(&place_of(last))
                    .map_err(|error| Problem::from(crate::engine::EngineError::Entry(error)))?;
                Some(URL_SAFE_NO_PAD.encode(bytes))
            }
            None => None,
        };
        let items = found.into_iter().map(view).collect::<Result<_, _>>()?;
        Ok(Self { items, next })
    }
}
