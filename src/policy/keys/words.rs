//! The fixed words of the policy language, with what each means.

use super::Kind;

type Words = &'static [(&'static str, &'static str)];

pub(super) const POPULATION: Words =
    &[("children", "children"), ("adults", "adults at risk"), ("children_and_adults", "both")];

pub(super) const SECTORS: Words = &[
    ("childrens_social_care", "the local authority's children's social care"),
    ("police", "police"),
    ("health_provider", "hospital or community trust"),
    ("general_practice", "general practice"),
    ("integrated_care_board", "integrated care board"),
    ("school", "school or college"),
    ("early_years", "nursery, childminder, children's centre"),
    ("probation", "probation"),
    ("housing", "housing"),
    ("voluntary_sector", "voluntary and community sector"),
    ("youth_justice", "youth justice"),
    ("other", "any other"),
];

pub(super) const SECTOR: Kind = Kind::OneOf(SECTORS);

/// The partnership's rung is read and refused by what it means, so that the reason can be told.
pub(super) const RUNGS: Words = &[
    ("practitioner", "teacher, social worker, health visitor, police officer"),
    ("line_manager", "line manager or designated safeguarding lead"),
    ("service_manager", "service manager, or named or designated professional"),
    ("head_of_service", "head of service or director"),
    ("partnership", "never here: the partnership's own posts have functions, not rungs"),
];

pub(super) const SIDES: Words = &[
    ("raising", "the agency whose practitioner raises the challenge"),
    ("receiving", "the agency whose decision is challenged"),
    ("partnership", "the partnership, by its own calendar"),
];

pub(super) const REQUIRED_FIELDS: Words = &[
    ("decision_received_on", "the day on which the decision was received"),
    ("level_of_need", "the level of need that is argued about"),
    ("receiving_practitioner_id", "the practitioner whose decision it is"),
    ("agreed", "what both sides agree on"),
    ("disputed", "what is disputed"),
    ("information_sharing", "why information is shared, or why not"),
    ("protective_deadline", "a date before which the child must be safe"),
];

pub(super) const ON_DEADLINE: Words = &[
    ("escalate", "the case moves to the next stage; in the last stage it stays, overdue"),
    ("notify", "the case stays, overdue, and people are told again and again until they move it"),
    ("inform", "people are told once and the stage goes on"),
];

pub(super) const ON_REFUSAL: Words = &[
    ("prompt", "the raising side is told and asked whether to escalate now"),
    ("escalate", "the case moves to the next stage at once"),
    ("inform", "the raising side is told, as of any answer"),
];

pub(super) const ENDING: Words = &[
    ("determination", "the partnership determines the outcome"),
    ("mediation", "the partnership helps the sides to agree, and decides nothing"),
    ("referral", "the partnership refers the case out, to a body that decides"),
];

pub(super) const NEEDS: Words = &[
    ("raising_position", "the raising side's position, stated in the stage"),
    ("receiving_position", "the receiving side's position, stated in the stage"),
    ("answer", "the receiving side's answer, given in the stage"),
    ("discussion", "a discussion between the two sides, recorded in the stage"),
    ("meeting", "a meeting, recorded in the stage"),
    ("action", "an action, set down at any time"),
];
