//! How challenges end, what is to be done then, and what is learned.

use super::counting::{change, count, merge, merge_with};
use super::draft::{Draft, DraftRow, DraftSection, Figure, Heading, Number, TOTAL, column};
use super::question::titled;
use super::tally::Telling;
use super::{CaseFacts, Chart, ColumnKind, EndedHow};
use crate::escalation::Status;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// How the cases of the period ended, and what followed.
#[derive(Debug, Clone, Default)]
pub(super) struct Endings {
    /// In the order of [`HOW`].
    how: [u64; 4],
    outcomes: BTreeMap<String, u64>,
    without_outcome: u64,
    /// In the order of [`ACTIONS`].
    actions: [u64; 3],
    after: BTreeMap<String, After>,
    /// Of the cases that have ended, by the themes that were chosen.
    themes: BTreeMap<String, u64>,
}

/// Of the cases of an area that have ended.
#[derive(Debug, Clone, Copy, Default)]
struct After {
    ended: u64,
    with_feedback: u64,
    with_debrief: u64,
    with_learning: u64,
    learning: u64,
}

const HOW: [(EndedHow, &str, &str); 4] = [
    (EndedHow::Agreed, "agreed", "Both sides agreed"),
    (EndedHow::Determined, "determined", "The partnership determined"),
    (EndedHow::Referred, "referred", "The partnership referred it on"),
    (EndedHow::Withdrawn, "withdrawn", "The raising side withdrew"),
];

const ACTIONS: [(&str, &str); 3] =
    [("done", "Done"), ("open", "Open, not yet due"), ("overdue", "Open and overdue")];

const ENDED: Heading = Heading {
    key: "ended_how",
    title: "How cases ended",
    definition: "Cases of the period that are not open now, each once, by how they ended last. Open \
        cases are not counted, nor an ending after which a case was reopened.",
    rows: "How",
    chart: Some(Chart::Bars),
};
const OUTCOMES: Heading = Heading {
    key: "outcomes",
    title: "Outcomes",
    definition: "Cases of the period that are resolved now, each once, by the outcome that was agreed \
        or determined last, or by where the case was referred. Open and withdrawn cases are not \
        counted.",
    rows: "Outcome",
    chart: Some(Chart::Bars),
};
const TO_DO: Heading = Heading {
    key: "actions",
    title: "Actions",
    definition: "What was to be done by the outcomes of the cases of the period, by whether it is \
        done; one that is not is overdue from the day after it was due. Those of outcomes that were \
        proposed and not agreed are not counted.",
    rows: "Action",
    chart: None,
};
const AFTER: Heading = Heading {
    key: "learning",
    title: "Feedback, debrief and learning by area of disagreement",
    definition: "Of the cases of the period that are not open now: in how many feedback was given, \
        staff were debriefed, and something was recorded that others can learn; and how many \
        times that was. Open cases are not counted, whatever was recorded in them.",
    rows: "Area of disagreement",
    chart: None,
};

const THEMES: Heading = Heading {
    key: "learning_themes",
    title: "Themes of learning",
    definition: "Of the cases of the period that are not open now: in how many a theme was chosen \
        when feedback was given or staff were debriefed, and their share of all that are not open. \
        A case counts once for each of its themes, however often it was chosen, so the themes may \
        add up to more than the cases. Themes come from the list of the policy that the case keeps; \
        what was written freely is not counted, nor is what was chosen in open cases.",
    rows: "Theme",
    chart: Some(Chart::Bars),
};

impl Endings {
    pub(super) fn count(&mut self, case: &CaseFacts, today: NaiveDate) {
        for action in &case.actions {
            let kind = match action.done_at {
                Some(_) => 0,
                None if action.due_on >= today => 1,
                None => 2,
            };
            if let Some(there) = self.actions.get_mut(kind) {
                *there += 1;
            }
        }
        if matches!(case.status, Status::Draft | Status::Open) {
            return;
        }
        let last = case.endings.last();
        for (there, (how, ..)) in self.how.iter_mut().zip(&HOW) {
            *there += u64::from(last.is_some_and(|ending| ending.how == *how));
        }
        if case.status == Status::Resolved {
            match last.and_then(|ending| ending.outcome.as_deref()) {
                Some(outcome) => count(&mut self.outcomes, outcome),
                None => self.without_outcome += 1,
            }
        }
        change(&mut self.after, &case.area_of_disagreement, |after| {
            after.ended += 1;
            after.with_feedback += u64::from(case.feedback_count > 0);
            after.with_debrief += u64::from(case.debrief_count > 0);
            after.with_learning += u64::from(case.learning_count > 0);
            after.learning += u64::from(case.learning_count);
        });
        for theme in &case.learning_themes {
            count(&mut self.themes, theme);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (there, more) in self.how.iter_mut().zip(other.how) {
            *there += more;
        }
        for (there, more) in self.actions.iter_mut().zip(other.actions) {
            *there += more;
        }
        merge(&mut self.outcomes, other.outcomes);
        self.without_outcome += other.without_outcome;
        merge_with(&mut self.after, other.after, |there, more| there.add(&more));
        merge(&mut self.themes, other.themes);
    }

    pub(super) fn outcomes_section(&self, telling: &Telling<'_>, head: &Head<'_>) -> DraftSection {
        let tables = vec![self.ended_how(head), self.by_outcome(telling, head), self.to_do()];
        DraftSection::new("endings", "How do challenges end?", tables)
    }

    pub(super) fn learning_section(&self, telling: &Telling<'_>, head: &Head<'_>) -> DraftSection {
        let tables = vec![self.after(telling, head), self.by_theme(telling, head)];
        DraftSection::new("learning", "What do we learn?", tables)
    }

    fn ended_how(&self, head: &Head<'_>) -> Draft {
        let part = |((_, key, title), value): (&(EndedHow, &str, &str), u64)| {
            ((*key).to_owned(), (*title).to_owned(), Number::new(*key, value))
        };
        let parts: Vec<_> = HOW.iter().zip(self.how).map(part).collect();
        let numbers: Vec<Number> = parts.iter().map(|(_, _, number)| number.clone()).collect();
        let mut draft = Draft::breakdown(&ENDED, "Cases", head.ended.clone(), parts);
        if let Some((withdrawn, resolved)) = numbers.split_last() {
            draft.sum(head.resolved.clone(), resolved.to_vec());
            draft.sum(head.ended.clone(), vec![head.resolved.clone(), withdrawn.clone()]);
        }
        let open = Number::new("open", head.raised.value - head.ended.value);
        draft.sum(head.raised.clone(), vec![head.ended.clone(), open]);
        draft
    }

    fn by_outcome(&self, telling: &Telling<'_>, head: &Head<'_>) -> Draft {
        let number = |key: &str, value| Number::new(format!("outcomes/{key}"), value);
        let mut parts: Vec<_> = titled(&telling.names.outcomes, self.outcomes.keys())
            .into_iter()
            .map(|(key, title)| {
                let value = self.outcomes.get(&key).copied().unwrap_or(0);
                let number = number(&key, value);
                (key, title, number)
            })
            .collect();
        if self.without_outcome > 0 {
            let number = number("not stated", self.without_outcome);
            parts.push(("not stated".to_owned(), "Not stated".to_owned(), number));
        }
        Draft::breakdown(&OUTCOMES, "Cases", head.resolved.clone(), parts)
    }

    fn to_do(&self) -> Draft {
        let part = |((key, title), value): (&(&str, &str), u64)| {
            let number = Number::new(format!("actions/{key}"), value);
            ((*key).to_owned(), (*title).to_owned(), number)
        };
        let parts = ACTIONS.iter().zip(self.actions).map(part).collect();
        let whole = Number::new("actions", self.actions.iter().sum());
        Draft::breakdown(&TO_DO, "Actions", whole, parts)
    }

    fn after(&self, telling: &Telling<'_>, head: &Head<'_>) -> Draft {
        let columns = vec![
            column("ended", "Ended", ColumnKind::Count),
            column("feedback", "With feedback", ColumnKind::Share),
            column("debrief", "With a debrief", ColumnKind::Share),
            column("with_learning", "With learning", ColumnKind::Share),
            column("learning", "Learning recorded", ColumnKind::Count),
        ];
        let mut draft = Draft::new(&AFTER, columns);
        let areas = titled(&telling.names.areas_of_disagreement, head.areas.keys());
        let mut all = After::default();
        let mut parts: [Vec<Number>; 5] = Default::default();
        for (key, title) in areas {
            let after = self.after.get(&key).copied().unwrap_or_default();
            all.add(&after);
            let ended = Number::new(format!("learning/{key}/ended"), after.ended);
            let raised = head.areas.get(&key).copied().unwrap_or(0);
            let open = Number::new(format!("learning/{key}/open"), raised - after.ended);
            draft.sum(Number::new(format!("areas/{key}"), raised), vec![ended.clone(), open]);
            let numbers = after.numbers(&key, ended);
            draft.rows.push(DraftRow::new(key, title).with(figures(&numbers)));
            for (parts, number) in parts.iter_mut().zip(numbers) {
                parts.push(number);
            }
        }
        let totals = all.numbers(TOTAL, head.ended.clone());
        draft.rows.push(DraftRow::total().with(figures(&totals)));
        for (whole, parts) in totals.into_iter().zip(parts) {
            draft.sum(whole, parts);
        }
        draft
    }

    /// A case has several themes or none, so there is no total, and no row of those without any: what
    /// is left over would give a small number away by how many there must be at least.
    fn by_theme(&self, telling: &Telling<'_>, head: &Head<'_>) -> Draft {
        let columns = vec![
            column("count", "Cases", ColumnKind::Count),
            column("share", "Share", ColumnKind::Share),
        ];
        let mut draft = Draft::new(&THEMES, columns);
        for (key, title) in titled(&telling.names.learning_themes, self.themes.keys()) {
            let value = self.themes.get(&key).copied().unwrap_or(0);
            let number = Number::new(format!("learning_themes/{key}"), value);
            let share = Figure::Share { part: number.clone(), whole: head.ended.clone() };
            draft.rows.push(DraftRow::new(key, title).with([Figure::Count(number), share]));
        }
        draft
    }
}

/// What the tables of endings are about.
pub(super) struct Head<'a> {
    pub(super) raised: &'a Number,
    pub(super) resolved: &'a Number,
    pub(super) ended: &'a Number,
    /// The cases of the period by area of disagreement.
    pub(super) areas: &'a BTreeMap<String, u64>,
}

impl After {
    fn add(&mut self, more: &Self) {
        self.ended += more.ended;
        self.with_feedback += more.with_feedback;
        self.with_debrief += more.with_debrief;
        self.with_learning += more.with_learning;
        self.learning += more.learning;
    }

    fn numbers(&self, key: &str, ended: Number) -> [Number; 5] {
        let number = |what: &str, value| Number::new(format!("learning/{key}/{what}"), value);
        [
            ended,
            number("feedback", self.with_feedback),
            number("debrief", self.with_debrief),
            number("with_learning", self.with_learning),
            number("learning", self.learning),
        ]
    }
}

fn figures(numbers: &[Number; 5]) -> [Figure; 5] {
    let [ended, feedback, debrief, with_learning, learning] = numbers;
    let share = |part: &Number| Figure::Share { part: part.clone(), whole: ended.clone() };
    [
        Figure::Count(ended.clone()),
        share(feedback),
        share(debrief),
        share(with_learning),
        Figure::Count(learning.clone()),
    ]
}
