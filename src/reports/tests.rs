//! Facts of made-up cases.
