//! What a form asks for, and what somebody wrote into it: kept as it was written, so that a form that
//! has a fault is shown again with nothing lost.

use crate::calendar::{Calendar, Limit, LimitError};
use crate::clock::UtcInstant;
use crate::escalation::{FieldFault, Line, Prose};
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use std::collections::BTreeMap;

/// What kind of answer a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line.
    Line,
    /// One or several paragraphs.
    Prose,
    /// A day.
    Date,
    /// A day and a time of day.
    Instant,
    /// One of a few, all of them shown: key and words.
    Choice(Vec<(String, String)>),
    /// One of many: key and words.
    Pick(Vec<(String, String)>),
    /// Any number of a few, all of them shown: key and words. Each is sent as a field of its own.
    Several(Vec<(String, String)>),
    /// An email address to sign in with.
    Email,
    /// A password.
    Password,
    /// A password that is chosen now.
    NewPassword,
    /// A code of six digits.
    Digits,
}

/// One field of a form.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) kind: Kind,
    pub(super) is_optional: bool,
    pub(super) fault: Option<String>,
    entered: BTreeMap<&'static str, String>,
}

/// An input of a field that has several.
pub(super) struct Part {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) class: &'static str,
    pub(super) is_number: bool,
}

/// What somebody sent, by field.
pub(super) type Sent = BTreeMap<String, String>;

const WHOLE: &str = "";
/// Stands between keys that were chosen; a form cannot send it within one.
const BETWEEN: &str = "\n";
const PARTS: [(&str, &str, &str); 4] = [
    ("day", "Day", "two"),
    ("month", "Month", "two"),
    ("year", "Year", "four"),
    ("time", "Time, such as 14:30", "four"),
];

/// The keys that were chosen of a field that takes several, in the order in which they are shown.
fn chosen(name: &str, choices: &[(String, String)], sent: &Sent) -> Vec<String> {
    let keys = choices.iter().map(|(key, _)| key);
    keys.filter(|key| sent.contains_key(&format!("{name}-{key}"))).cloned().collect()
}

impl Field {
    /// A field that must be answered.
    pub(super) fn new(name: &'static str, label: &str, kind: Kind) -> Self {
        Self {
            name,
            label: label.to_owned(),
            hint: None,
            kind,
            is_optional: false,
            fault: None,
            entered: BTreeMap::new(),
        }
    }

    /// The same, with a sentence of help.
    pub(super) fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// The same, and it may stay empty.
    pub(super) fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// The same, with what is there already.
    pub(super) fn holding(mut self, value: Option<&str>) -> Self {
        self.entered.insert(WHOLE, value.unwrap_or_default().to_owned());
        self
    }

    /// The same, with a day that is there already.
    pub(super) fn on(mut self, day: Option<NaiveDate>) -> Self {
        if let Some(day) = day {
            self.entered.insert("day", day.day().to_string());
            self.entered.insert("month", day.month().to_string());
            self.entered.insert("year", day.year().to_string());
        }
        self
    }

    /// The same, with an instant that is there already.
    pub(super) fn at(self, at: Option<UtcInstant>, calendar: &Calendar) -> Self {
        let local = at.map(|at| calendar.local(at));
        let mut field = self.on(local.map(|local| local.date_naive()));
        if let Some(local) = local {
            field.entered.insert("time", format!("{:02}:{:02}", local.hour(), local.minute()));
        }
        field
    }

    /// The same, with what somebody sent.
    pub(super) fn filled_with(mut self, sent: &Sent) -> Self {
        let of = |name: &str| sent.get(name).cloned().unwrap_or_default();
        match &self.kind {
            // A password is typed again, never sent back.
            Kind::Password | Kind::NewPassword => {}
            Kind::Several(choices) => {
                let chosen = chosen(self.name, choices, sent).join(BETWEEN);
                self.entered.insert(WHOLE, chosen);
            }
            _ => {
                self.entered.insert(WHOLE, of(self.name));
            }
        }
        for (part, ..) in PARTS {
            self.entered.insert(part, of(&format!("{}-{part}", self.name)));
        }
        self
    }

    /// The same, with the first fault that names it.
    pub(super) fn with_fault_of(mut self, faults: &Faults) -> Self {
        self.fault = faults.of(self.name).map(str::to_owned);
        self
    }

    pub(super) fn value(&self) -> &str {
        self.entered.get(WHOLE).map_or("", String::as_str)
    }

    /// Of a field that takes several: whether this one is chosen.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value().split(BETWEEN).any(|chosen| chosen == key)
    }

    pub(super) fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Date | Kind::Instant | Kind::Choice(_) | Kind::Several(_))
    }

    pub(super) fn is_digits(&self) -> bool {
        self.kind == Kind::Digits
    }

    pub(super) fn input_type(&self) -> &'static str {
        match self.kind {
            Kind::Password | Kind::NewPassword => "password",
            Kind::Email => "email",
            _ => "text",
        }
    }

    pub(super) fn autocomplete(&self) -> &'static str {
        match self.kind {
            Kind::Password => "current-password",
            Kind::NewPassword => "new-password",
            Kind::Email => "username",
            Kind::Digits => "one-time-code",
            _ => "off",
        }
    }

    /// The ids of the texts that describe it.
    pub(super) fn described(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let fault = self.fault.as_ref().map(|_| format!("{}-fault", self.name));
        let ids: Vec<String> = hint.into_iter().chain(fault).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// Its inputs, where it has several. The first has the field's own name as its id, so that a link
    /// to the field leads there.
    pub(super) fn parts(&self) -> Vec<Part> {
        let count = if self.kind == Kind::Date { 3 } else { 4 };
        let parts = PARTS.into_iter().take(count).enumerate();
        let part = |(at, (part, label, class)): (usize, (&'static str, &'static str, _))| {
            let name = format!("{}-{part}", self.name);
            Part {
                id: if at == 0 { self.name.to_owned() } else { name.clone() },
                name,
                label,
                value: self.entered.get(part).cloned().unwrap_or_default(),
                class,
                is_number: part != "time",
            }
        };
        parts.map(part).collect()
    }

    /// Something that this field would take: for trying whether a form could be of use.
    pub(super) fn example(&self, now: NaiveDate) -> Vec<(String, String)> {
        let name = self.name.to_owned();
        let part = |part: &str, value: String| (format!("{}-{part}", self.name), value);
        match &self.kind {
            Kind::Choice(choices) | Kind::Pick(choices) => {
                choices.first().map(|(key, _)| (name, key.clone())).into_iter().collect()
            }
            Kind::Several(_) => Vec::new(),
            Kind::Date | Kind::Instant => vec![
                part("day", now.day().to_string()),
                part("month", now.month().to_string()),
                part("year", now.year().to_string()),
                part("time", "12:00".to_owned()),
            ],
            _ if self.name == "by" => vec![(name, "1 working day".to_owned())],
            _ => vec![(name, "an example".to_owned())],
        }
    }
}

/// What is wrong with what was sent, by field; in the order of the form.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(pub(super) Vec<(String, String)>);

impl Faults {
    pub(super) fn add(&mut self, name: &str, text: impl Into<String>) {
        self.0.push((name.to_owned(), text.into()));
    }

    pub(super) fn of(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the engine found, at the fields of a form; what no field of it has stands alone.
    pub(super) fn of_engine(found: &[FieldFault], fields: &[Field]) -> Self {
        let place = |fault: &FieldFault| {
            let parts = fault.pointer.split('/').rev();
            let field = parts.into_iter().find_map(|part| fields.iter().find(|it| it.name == part));
            match field {
                Some(field) => (field.name.to_owned(), worded(&field.label, &fault.detail)),
                None => (String::new(), sentence(&fault.detail)),
            }
        };
        Self(found.iter().map(place).collect())
    }
}

/// Reads what was sent, and gathers what is wrong with it.
pub(super) struct Reading<'a> {
    sent: &'a Sent,
    fields: &'a [Field],
    calendar: &'a Calendar,
    pub(super) faults: Faults,
}

impl<'a> Reading<'a> {
    pub(super) fn of(sent: &'a Sent, fields: &'a [Field], calendar: &'a Calendar) -> Self {
        Self { sent, fields, calendar, faults: Faults::default() }
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.sent.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn label(&self, name: &str) -> &'a str {
        self.fields.iter().find(|field| field.name == name).map_or("This", |it| it.label.as_str())
    }

    fn fault(&mut self, name: &str, text: &str) {
        let text = worded(self.label(name), text);
        self.faults.add(name, text);
    }

    fn needed<T>(&mut self, name: &str, read: Option<T>, what: &str) -> Option<T> {
        if read.is_none() && self.faults.of(name).is_none() {
            self.fault(name, what);
        }
        read
    }

    fn parsed<T: TryFrom<String, Error = String>>(&mut self, name: &str) -> Option<T> {
        match T::try_from(self.text(name)?.to_owned()) {
            Ok(read) => Some(read),
            Err(fault) => {
                self.fault(name, &fault);
                None
            }
        }
    }

    pub(super) fn prose(&mut self, name: &str) -> Option<Prose> {
        self.parsed(name)
    }

    pub(super) fn line(&mut self, name: &str) -> Option<Line> {
        self.parsed(name)
    }

    pub(super) fn needed_prose(&mut self, name: &str) -> Option<Prose> {
        let read = self.prose(name);
        self.needed(name, read, "write it in your own words")
    }

    pub(super) fn needed_line(&mut self, name: &str) -> Option<Line> {
        let read = self.line(name);
        self.needed(name, read, "fill this in")
    }

    /// An amount of time, as a policy writes it.
    pub(super) fn needed_limit(&mut self, name: &str) -> Option<Limit> {
        let text = self.needed_line(name)?;
        match text.as_str().parse() {
            Ok(limit) => Some(limit),
            Err(error) => {
                let error: LimitError = error;
                self.fault(name, &error.to_string());
                None
            }
        }
    }

    /// The key of what was chosen.
    pub(super) fn choice(&mut self, name: &str) -> Option<String> {
        let key = self.text(name)?;
        let field = self.fields.iter().find(|field| field.name == name)?;
        let (Kind::Choice(choices) | Kind::Pick(choices)) = &field.kind else { return None };
        if choices.iter().any(|(known, _)| known == key) {
            return Some(key.to_owned());
        }
        self.fault(name, "choose one of these");
        None
    }

    /// The keys of all that were chosen.
    pub(super) fn several(&self, name: &str) -> Vec<String> {
        match self.fields.iter().find(|field| field.name == name).map(|field| &field.kind) {
            Some(Kind::Several(choices)) => chosen(name, choices, self.sent),
            _ => Vec::new(),
        }
    }

    pub(super) fn needed_choice(&mut self, name: &str) -> Option<String> {
        let read = self.choice(name);
        self.needed(name, read, "choose one of these")
    }

    /// A day; none if nothing was written into any part of it.
    pub(super) fn date(&mut self, name: &str) -> Option<NaiveDate> {
        let part = |part: &str| self.text(&format!("{name}-{part}"));
        let (day, month, year) = (part("day"), part("month"), part("year"));
        day.or(month).or(year)?;
        let read = || {
            let (day, month) = (day?.parse().ok()?, month?.parse().ok()?);
            NaiveDate::from_ymd_opt(year?.parse().ok()?, month, day)
                .filter(|day| (1900..2200).contains(&day.year()))
        };
        let read = read();
        if read.is_none() {
            self.fault(name, "write a day that there is, such as 27 3 2026");
        }
        read
    }

    pub(super) fn needed_date(&mut self, name: &str) -> Option<NaiveDate> {
        let read = self.date(name);
        self.needed(name, read, "write the day, the month and the year")
    }

    /// An instant on the partnership's wall clock; none if nothing was written into any part of it.
    pub(super) fn instant(&mut self, name: &str) -> Option<UtcInstant> {
        let time = self.text(&format!("{name}-time"));
        let day = self.date(name);
        if day.is_none() && time.is_none() {
            return None;
        }
        let read = time.and_then(|time| {
            let time = time.replace('.', ":");
            NaiveTime::parse_from_str(&time, "%H:%M").ok()
        });
        match (day, read) {
            (Some(day), Some(time)) => Some(self.calendar.instant_of(day.and_time(time))),
            _ => {
                if self.faults.of(name).is_none() {
                    self.fault(name, "write the day, and the time as on a 24-hour clock: 14:30");
                }
                None
            }
        }
    }

    pub(super) fn needed_instant(&mut self, name: &str) -> Option<UtcInstant> {
        let read = self.instant(name);
        self.needed(name, read, "write the day and the time")
    }
}

/// A fault beside the words that its field asks with: a question is followed by a sentence.
fn worded(label: &str, fault: &str) -> String {
    if label.ends_with('?') {
        format!("{label} {}", sentence(fault))
    } else {
        format!("{label}: {fault}")
    }
}

/// A fault's words as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
