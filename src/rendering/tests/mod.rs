//! Every form says what the report says, whatever stands in it.

mod made_up;
