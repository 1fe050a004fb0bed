//! The cases behind the figures: a line for each, and a line for each stay in a stage. Every figure
//! can be counted again from these lines alone.

use super::answers::StayResult;
use super::frame::Frame;
use super::parties::sector_named;
use super::question::title_of;
use super::stages::{furthest_stage, minutes_between, minutes_to_ending};
use super::{CaseFacts, EndedHow, Names, Question, StayFacts};
use crate::clock::UtcInstant;
use crate::escalation::{Answer, EntryReason, LeavingReason, Stance, Status};
use crate::ids::{AgencyId, EscalationId};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListColumn {
    /// Its key, the name of its field.
    pub key: &'static str,
    /// What it holds, in words.
    pub definition: &'static str,
}

/// Makes a line: its fields, their definitions, and its cells as texts.
macro_rules! line {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $definition:literal])+ $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
        pub struct $name {
            $($(#[doc = $definition])+ pub $field: $type,)+
        }

        impl $name {
            /// Its columns, in order.
            pub const COLUMNS: &[ListColumn] = &[
                $(ListColumn {
                    key: stringify!($field),
                    definition: concat!($($definition),+),
                },)+
            ];

            /// Its cells as texts, in the order of the columns; empty where there is nothing.
            pub fn cells(&self) -> Vec<String> {
                vec![$(self.$field.in_a_cell(),)+]
            }
        }
    };
}

line! {
    /// A case, flat. It holds no child, no narrative and nobody's name.
    CaseLine {
        /// The case's reference.
        reference: String,
        /// The case's id.
        escalation_id: EscalationId,
        /// Whether it was raised in the period: then it is counted, where no definition says
        /// otherwise.
        in_period: bool,
        /// Whether it was raised in the period that is put beside it.
        in_period_before: bool,
        /// When it was raised.
        raised_at: UtcInstant,
        /// The local day on which it was raised.
        raised_on: NaiveDate,
        /// The key of what its policy is for.
        topic: String,
        /// The key of the policy that it keeps.
        policy: String,
        /// That policy's version.
        policy_version: i32,
        /// How many stages that policy has.
        stage_count: u32,
        /// The id of the agency that raised it.
        raising_agency_id: AgencyId,
        /// That agency.
        raising_agency: String,
        /// That agency's sector when it was raised.
        raising_sector: String,
        /// The id of the agency that is challenged.
        receiving_agency_id: AgencyId,
        /// That agency.
        receiving_agency: String,
        /// That agency's sector when it was raised.
        receiving_sector: String,
        /// The key of the area of disagreement.
        area_of_disagreement: String,
        /// The area of disagreement in words.
        area_title: String,
        /// The level of need that is argued about, as it was written.
        level_of_need: Option<String>,
        /// The key of the urgency class that it has now.
        urgency_class: String,
        /// Whether the child was in immediate danger.
        immediate_danger: bool,
        /// Where it stands: open, resolved or withdrawn.
        status: String,
        /// The highest stage that it ever entered.
        furthest_stage: u32,
        /// The stage that it is in, or in which it ended.
        stage: u32,
        /// While it is open, when the clock of its stage runs out or ran out.
        due_at: Option<UtcInstant>,
        /// The local day of that.
        due_on: Option<NaiveDate>,
        /// While it is open, whether that clock has run out.
        overdue: bool,
        /// While it is open, working days since the day on which it was raised.
        working_days_open: Option<u32>,
        /// How many times it ended.
        ending_count: u32,
        /// When it ended first.
        first_ended_at: Option<UtcInstant>,
        /// Whole minutes from raising to that.
        minutes_to_first_ending: Option<u64>,
        /// When it ended last; nothing while it is open.
        ended_at: Option<UtcInstant>,
        /// How it ended then: agreed, determined, referred or withdrawn.
        ended_how: Option<String>,
        /// The key of its outcome, or of where it was referred.
        outcome: Option<String>,
        /// How many times it was taken up again.
        reopening_count: u32,
        /// How often people were reminded before a deadline.
        reminder_count: u32,
        /// How often people were told again after a deadline.
        told_again_count: u32,
        /// How many messages could not be delivered.
        failed_message_count: u32,
        /// How many messages were delayed so long that somebody else was told.
        delayed_message_count: u32,
        /// How often a clock was given more time.
        extension_count: u32,
        /// How often the clocks were stopped.
        pause_count: u32,
        /// How many meetings were recorded.
        meeting_count: u32,
        /// How many actions are done.
        action_done_count: u32,
        /// How many actions are open and not yet due.
        action_open_count: u32,
        /// How many actions are open and overdue.
        action_overdue_count: u32,
        /// How many times feedback was given.
        feedback_count: u32,
        /// How many of these say what others can learn.
        learning_count: u32,
        /// How many debriefs were recorded.
        debrief_count: u32,
        /// The keys of the themes of learning that were chosen with feedback or a debrief, each once;
        /// as text with `; ` between them.
        learning_themes: Vec<String>,
    }
}

line! {
    /// A stay of a case in a stage, flat.
    StayLine {
        /// The case's reference.
        reference: String,
        /// The stay's number over the whole life of the case, counted from 1.
        number: u32,
        /// 1, and one more for each time that the case was taken up again.
        round: u32,
        /// The stage, counted from 1.
        stage: u32,
        /// Why it was entered.
        entered_why: String,
        /// When it was entered.
        entered_at: UtcInstant,
        /// When its clock runs out or ran out.
        due_at: UtcInstant,
        /// Whole minutes from entering to that.
        limit_minutes: u64,
        /// Working minutes from entering to that.
        limit_working_minutes: u32,
        /// When the receiving side first said that the challenge had arrived.
        acknowledged_at: Option<UtcInstant>,
        /// When the receiving side first answered more than that.
        answered_at: Option<UtcInstant>,
        /// Where it stood then; nothing if it did not say.
        stance: Option<String>,
        /// Which deadline passed, if one did.
        missed_due_at: Option<UtcInstant>,
        /// How many seconds later the server recorded that.
        recorded_late_seconds: Option<i64>,
        /// What the receiving side had answered when the deadline passed.
        answer_at_deadline: Option<String>,
        /// When it was left; nothing while the case is here.
        left_at: Option<UtcInstant>,
        /// The local day of that.
        left_on: Option<NaiveDate>,
        /// Why it was left.
        left_why: Option<String>,
        /// Whole minutes from entering to leaving.
        minutes: Option<u64>,
        /// Working minutes from entering to leaving.
        working_minutes: Option<u32>,
        /// How the receiving side answered, as it is counted.
        result: String,
        /// The local day on which it was entered.
        entered_on: NaiveDate,
    }
}

/// Makes the lines of the cases that a question is about.
#[derive(Debug, Clone)]
pub struct List<'a> {
    question: &'a Question,
    names: &'a Names,
    frame: Frame,
}

impl<'a> List<'a> {
    /// A list of what a report on the same question counts.
    pub fn new(question: &'a Question, names: &'a Names) -> Self {
        Self { question, names, frame: Frame::new(question) }
    }

    /// Whether a case is one that the question is about and was raised in its period.
    pub fn is_of_the_period(&self, case: &CaseFacts) -> bool {
        self.question.is_about(case) && self.frame.is_in_period(case.raised_at)
    }

    /// A case's line, whenever it was raised; none if the question is not about it.
    pub fn case(&self, case: &CaseFacts) -> Option<CaseLine> {
        if !self.question.is_about(case) {
            return None;
        }
        let (names, frame) = (self.names, &self.frame);
        let is_open = case.status == Status::Open;
        let here = case.stays.last().filter(|_| is_open);
        let ending = case.endings.last().filter(|_| !is_open);
        let overdue = |stay: &StayFacts| stay.missed.is_some() || frame.has_passed(stay.due_at);
        let [done, open, overdue_actions] = self.actions(case);
        Some(CaseLine {
            reference: case.reference.clone(),
            escalation_id: case.escalation_id,
            in_period: frame.is_in_period(case.raised_at),
            in_period_before: frame.is_in_period_before(case.raised_at),
            raised_at: case.raised_at,
            raised_on: frame.day_of(case.raised_at),
            topic: case.topic.clone(),
            policy: case.policy_key.clone(),
            policy_version: case.policy_version,
            stage_count: case.stage_count,
            raising_agency_id: case.raising_agency_id,
            raising_agency: names.agency(case.raising_agency_id),
            raising_sector: sector_named(case.raising_sector).1,
            receiving_agency_id: case.receiving_agency_id,
            receiving_agency: names.agency(case.receiving_agency_id),
            receiving_sector: sector_named(case.receiving_sector).1,
            area_of_disagreement: case.area_of_disagreement.clone(),
            area_title: title_of(&names.areas_of_disagreement, &case.area_of_disagreement),
            level_of_need: case.level_of_need.clone(),
            urgency_class: case.urgency_class.clone(),
            immediate_danger: case.was_immediate_danger,
            status: status_key(case.status).to_owned(),
            furthest_stage: furthest_stage(case),
            stage: case.stays.last().map_or(0, |stay| stay.stage),
            due_at: here.map(|stay| stay.due_at),
            due_on: here.map(|stay| frame.day_of(stay.due_at)),
            overdue: here.is_some_and(overdue),
            working_days_open: is_open.then(|| frame.working_days_since(case.raised_at)),
            ending_count: number(case.endings.len()),
            first_ended_at: case.endings.first().map(|ending| ending.at),
            minutes_to_first_ending: minutes_to_ending(case),
            ended_at: ending.map(|ending| ending.at),
            ended_how: ending.map(|ending| how_key(ending.how).to_owned()),
            outcome: ending.and_then(|ending| ending.outcome.clone()),
            reopening_count: number(case.reopened_at.len()),
            reminder_count: case.reminder_count,
            told_again_count: case.told_again_count,
            failed_message_count: case.failed_notice_count,
            delayed_message_count: case.delayed_notice_count,
            extension_count: case.extension_count,
            pause_count: case.pause_count,
            meeting_count: case.meeting_count,
            action_done_count: done,
            action_open_count: open,
            action_overdue_count: overdue_actions,
            feedback_count: case.feedback_count,
            learning_count: case.learning_count,
            debrief_count: case.debrief_count,
            learning_themes: case.learning_themes.clone(),
        })
    }

    /// How many actions are done, open and overdue.
    fn actions(&self, case: &CaseFacts) -> [u32; 3] {
        let count = |is_such: &dyn Fn(&super::ActionFacts) -> bool| {
            number(case.actions.iter().filter(|action| is_such(action)).count())
        };
        let today = self.frame.today();
        [
            count(&|action| action.done_at.is_some()),
            count(&|action| action.done_at.is_none() && action.due_on >= today),
            count(&|action| action.done_at.is_none() && action.due_on < today),
        ]
    }

    /// The lines of a case's stays; none if the question is not about it.
    pub fn stays(&self, case: &CaseFacts) -> Vec<StayLine> {
        if !self.question.is_about(case) {
            return Vec::new();
        }
        case.stays.iter().map(|stay| self.stay(case, stay)).collect()
    }

    fn stay(&self, case: &CaseFacts, stay: &StayFacts) -> StayLine {
        StayLine {
            reference: case.reference.clone(),
            number: stay.number,
            round: stay.round,
            stage: stay.stage,
            entered_why: entry_key(stay.why).to_owned(),
            entered_at: stay.entered_at,
            entered_on: self.frame.day_of(stay.entered_at),
            due_at: stay.due_at,
            limit_minutes: minutes_between(stay.entered_at, stay.due_at),
            limit_working_minutes: stay.limit_working_minutes,
            acknowledged_at: stay.acknowledged_at,
            answered_at: stay.answered.map(|answered| answered.at),
            stance: stay.answered.and_then(|it| it.stance).map(|it| stance_key(it).to_owned()),
            missed_due_at: stay.missed.map(|missed| missed.due_at),
            recorded_late_seconds: stay.missed.map(|missed| missed.recorded_late_seconds),
            answer_at_deadline: stay.missed.map(|missed| answer_key(missed.answer).to_owned()),
            left_at: stay.left.map(|left| left.at),
            left_on: stay.left.map(|left| self.frame.day_of(left.at)),
            left_why: stay.left.map(|left| leaving_key(left.why).to_owned()),
            minutes: stay.left.map(|left| minutes_between(stay.entered_at, left.at)),
            working_minutes: stay.left.map(|left| left.working_minutes),
            result: StayResult::of(stay).key().to_owned(),
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn status_key(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Open => "open",
        Status::Resolved => "resolved",
        Status::Withdrawn => "withdrawn",
    }
}

fn how_key(how: EndedHow) -> &'static str {
    match how {
        EndedHow::Agreed => "agreed",
        EndedHow::Determined => "determined",
        EndedHow::Referred => "referred",
        EndedHow::Withdrawn => "withdrawn",
    }
}

fn entry_key(why: EntryReason) -> &'static str {
    match why {
        EntryReason::Raised => "raised",
        EntryReason::DeadlinePassed => "deadline_passed",
        EntryReason::Refused => "refused",
        EntryReason::EscalatedEarly => "escalated_early",
        EntryReason::Reopened => "reopened",
        EntryReason::SteppedDown => "stepped_down",
    }
}

fn leaving_key(why: LeavingReason) -> &'static str {
    match why {
        LeavingReason::DeadlinePassed => "deadline_passed",
        LeavingReason::Refused => "refused",
        LeavingReason::EscalatedEarly => "escalated_early",
        LeavingReason::Agreed => "agreed",
        LeavingReason::Determined => "determined",
        LeavingReason::Withdrawn => "withdrawn",
        LeavingReason::Referred => "referred",
        LeavingReason::SteppedDown => "stepped_down",
    }
}

fn stance_key(stance: Stance) -> &'static str {
    match stance {
        Stance::Accepts => "accepts",
        Stance::AcceptsInPart => "accepts_in_part",
        Stance::NeedsInformation => "needs_information",
        Stance::Refuses => "refuses",
    }
}

fn answer_key(answer: Answer) -> &'static str {
    match answer {
        Answer::Silence => "silence",
        Answer::AcknowledgedOnly => "acknowledged_only",
        Answer::Refusal => "refusal",
        Answer::AnsweredNotAgreed => "answered_not_agreed",
    }
}

/// How a value stands in a cell.
trait InACell {
    fn in_a_cell(&self) -> String;
}

macro_rules! as_it_says {
    ($($type:ty),+) => {
        $(impl InACell for $type {
            fn in_a_cell(&self) -> String {
                self.to_string()
            }
        })+
    };
}

as_it_says!(String, i32, i64, u32, u64, NaiveDate, UtcInstant, AgencyId, EscalationId);

impl InACell for bool {
    fn in_a_cell(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl InACell for Vec<String> {
    fn in_a_cell(&self) -> String {
        self.join("; ")
    }
}

impl<T: InACell> InACell for Option<T> {
    fn in_a_cell(&self) -> String {
        self.as_ref().map_or_else(String::new, InACell::in_a_cell)
    }
}
