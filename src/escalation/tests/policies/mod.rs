//! The policies that are shipped: each one's ladder and its branches, walked. Nothing here but the
//! file differs from policy to policy.

mod alerts;
mod lincolnshire;
mod london;
mod made_up;
mod sefton;
