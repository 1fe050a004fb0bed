//! How many requests a minute one person and one network may make of this node: a burst that large,
//! then as many as the minute refills. In memory: what must hold over all nodes is the engine's to
//! count.

use super::problem::Problem;
use crate::auth::Network;
use crate::client_address::ClientAddress;
use crate::clock::Clock;
use crate::ids::PersonId;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use governor::clock::{Clock as GovernorClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::num::NonZeroU32;

/// What is asked by whoever watches the server, and must always be answered.
const UNLIMITED: [&str; 2] = ["/livez", "/readyz"];
/// More counts than this are looked through for those that stand still.
const COUNTS_MAX: usize = 20_000;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, OurClock, NoOpMiddleware<Nanos>>;

/// The server's clock, as the limiter wants it.
#[derive(Clone)]
struct OurClock(Clock);

impl GovernorClock for OurClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let micros = u64::try_from(self.0.now().utc().timestamp_micros()).unwrap_or(0);
        Nanos::from(micros.saturating_mul(1_000))
    }
}

/// The limits of one node.
pub struct RequestLimits {
    clock: OurClock,
    of_person: Option<Limiter<PersonId>>,
    of_network: Option<Limiter<Network>>,
}

impl RequestLimits {
    /// So many a minute of a person and of a network; 0 for no limit.
    pub fn new(clock: Clock, of_person: u32, of_network: u32) -> Self {
        let clock = OurClock(clock);
        Self {
            of_person: limiter(&clock, of_person),
            of_network: limiter(&clock, of_network),
            clock,
        }
    }

    /// Whether a person may make one more request now.
    ///
    /// # Errors
    /// Too many requests, and when to come again.
    pub fn check_person(&self, person_id: PersonId) -> Result<(), Problem> {
        self.check(self.of_person.as_ref(), person_id)
    }

    fn check_network(&self, network: Network) -> Result<(), Problem> {
        self.check(self.of_network.as_ref(), network)
    }

    fn check<K: Hash + Eq + Clone>(
        &self,
        limiter: Option<&Limiter<K>>,
        key: K,
    ) -> Result<(), Problem> {
        let Some(limiter) = limiter else { return Ok(()) };
        if limiter.len() > COUNTS_MAX {
            limiter.retain_recent();
        }
        limiter.check_key(&key).map_err(|until| {
            let wait = until.earliest_possible().duration_since(self.clock.now());
            let seconds = wait.as_u64().div_ceil(1_000_000_000).max(1);
            Problem::too_many(u32::try_from(seconds).unwrap_or(u32::MAX))
        })
    }
}

fn limiter<K: Hash + Eq + Clone>(clock: &OurClock, a_minute: u32) -> Option<Limiter<K>> {
    let quota = Quota::per_minute(NonZeroU32::new(a_minute)?);
    Some(RateLimiter::dashmap_with_clock(quota, clock.clone()))
}

/// Refuses requests of a network that makes too many.
///
/// # Errors
/// Those of the request itself.
pub async fn limit_requests<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let limits = request.app_data::<web::Data<RequestLimits>>();
    let is_limited = !UNLIMITED.contains(&request.path());
    if let Some(limits) = limits.filter(|_| is_limited) {
        let network = ClientAddress::of(request.request()).network();
        if let Err(problem) = limits.check_network(network) {
            return Ok(request.into_response(problem.error_response()).map_into_right_body());
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}
