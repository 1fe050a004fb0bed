//! One pass over cases, from which a report is made.

use super::answers::{Answers, ServerLateness};
use super::draft::DraftSection;
use super::endings::{Endings, Head};
use super::frame::Frame;
use super::headline::Headline;
use super::open_now::OpenNow;
use super::parties::Parties;
use super::stages::Stages;
use super::subjects::Subjects;
use super::suppression::protected;
use super::volumes::Volumes;
use super::work::Work;
use super::{Audience, CaseFacts, Names, NotForPublication, Question, Report};
use crate::escalation::Status;
use chrono::NaiveDate;

/// What is counted so far. It holds no cases, so it stays small however many there are.
#[derive(Debug, Clone)]
pub struct Tally {
    question: Question,
    frame: Frame,
    /// The last day of which is told what falls due.
    last_day: NaiveDate,
    headline: Headline,
    before: Headline,
    volumes: Volumes,
    parties: Parties,
    subjects: Subjects,
    stages: Stages,
    answers: Answers,
    server: ServerLateness,
    work: Work,
    endings: Endings,
    open_now: OpenNow,
}

/// What tables are made with.
pub(super) struct Telling<'a> {
    pub(super) question: &'a Question,
    pub(super) frame: &'a Frame,
    pub(super) names: &'a Names,
    /// Below what counts are suppressed; none for officers.
    pub(super) smallest: Option<u32>,
}

impl Tally {
    /// Nothing is counted yet.
    pub fn new(question: Question) -> Self {
        let frame = Frame::new(&question);
        Self {
            last_day: OpenNow::last_day(&frame),
            volumes: Volumes::new(&frame),
            question,
            frame,
            headline: Headline::default(),
            before: Headline::default(),
            parties: Parties::default(),
            subjects: Subjects::default(),
            stages: Stages::default(),
            answers: Answers::default(),
            server: ServerLateness::default(),
            work: Work::default(),
            endings: Endings::default(),
            open_now: OpenNow::default(),
        }
    }

    /// Counts a case, if the question is about it. Each case must come once; the order makes no
    /// difference.
    pub fn count(&mut self, case: &CaseFacts) {
        if !self.question.is_about(case) {
            return;
        }
        self.volumes.count_any(case, &self.frame);
        if case.status == Status::Open {
            self.open_now.count(case, &self.frame, self.last_day);
        }
        if self.frame.is_in_period_before(case.raised_at) {
            self.before.count(case);
        }
        if !self.frame.is_in_period(case.raised_at) {
            return;
        }
        self.headline.count(case);
        self.volumes.count(case);
        self.parties.count(case);
        self.subjects.count(case);
        self.stages.count(case, self.question.as_of);
        self.answers.count(case);
        self.server.count(case);
        self.work.count(case);
        self.endings.count(case, self.frame.today());
    }

    /// Adds what another tally of the same question counted of other cases.
    pub fn merge(&mut self, other: Self) {
        self.headline.merge(&other.headline);
        self.before.merge(&other.before);
        self.volumes.merge(other.volumes);
        self.parties.merge(other.parties);
        self.subjects.merge(other.subjects);
        self.stages.merge(other.stages);
        self.answers.merge(other.answers);
        self.server.merge(&other.server);
        self.work.merge(other.work);
        self.endings.merge(other.endings);
        self.open_now.merge(other.open_now);
    }

    /// The report on what was counted.
    ///
    /// For publication, counts from 1 to `smallest - 1` are suppressed, with what would give them
    /// away; officers see all, and `smallest` makes no difference.
    ///
    /// # Errors
    /// It is for publication and leaves cases of the period out.
    pub fn report(
        &self,
        names: &Names,
        audience: Audience,
        smallest: u32,
    ) -> Result<Report, NotForPublication> {
        let smallest = match audience {
            Audience::Officers => None,
            Audience::Publication => Some(smallest),
        };
        if smallest.is_some() && !self.question.filters.leave_nothing_out() {
            return Err(NotForPublication);
        }
        let question = &self.question;
        let telling = Telling { question, frame: &self.frame, names, smallest };
        let sections = protected(self.sections(&telling), smallest);
        Ok(Report {
            title: "Escalations and professional challenge".to_owned(),
            partnership: names.partnership.clone(),
            period: question.period,
            as_of: question.as_of,
            filters: question.filters_in_words(names),
            audience,
            smallest_count_shown: smallest,
            sections,
        })
    }

    fn sections(&self, telling: &Telling<'_>) -> Vec<DraftSection> {
        let (raised, resolved) = (&self.volumes.raised(), &self.volumes.resolved());
        let ended = &self.volumes.ended();
        let head = Head { raised, resolved, ended, areas: &self.subjects.areas };
        let before = telling.question.before.map(|_| &self.before);
        let headline = self.headline.table(before, telling);
        vec![
            DraftSection::new("headline", "In short", vec![headline]),
            self.volumes.section(telling),
            self.parties.section(telling),
            self.subjects.section(telling, raised),
            self.stages.section(telling, raised, resolved),
            self.answers.section(self.server.table()),
            self.work.section(raised),
            self.endings.outcomes_section(telling, &head),
            self.endings.learning_section(telling, &head),
            self.open_now.section(telling),
        ]
    }
}
