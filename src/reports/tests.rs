//! Every figure is counted twice, in two ways; and somebody tries to work out what is not shown.

mod figures;
mod histories;
mod published_year;
mod recount;
mod suppressing;
