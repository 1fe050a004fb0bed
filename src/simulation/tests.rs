//! Simulations: scripts, courses and what they look like.
