//! What a key of the policy language is.

/// Keys that stand together: the policy itself, a stage, a task.
pub struct Table {
    /// What it is called in the reference.
    pub name: &'static str,
    /// What it is, in a sentence or two.
    pub about: &'static str,
    /// Its keys, in the order in which people read them.
    pub keys: &'static [Key],
}

/// One key.
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it must be there, and what holds where it is not.
    pub presence: Presence,
    /// What it means.
    pub meaning: &'static str,
    /// What one may look like, as the file says it.
    pub example: &'static str,
}

/// Whether a key must be there.
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out; then this holds.
    Default(&'static str),
}

/// What a key takes.
pub enum Kind {
    /// Any text that is not blank.
    Text,
    /// Small letters, digits and hyphens.
    Slug,
    /// Small letters, digits and underscores.
    Word,
    /// The name of an urgency class: any text that is not blank, and says no unit.
    Class,
    /// A whole number.
    Whole {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// `true` or `false`.
    YesNo,
    /// A day, in quotes.
    Day,
    /// A time of day, in quotes.
    Time,
    /// The name of a time zone.
    Zone,
    /// The working hours of a weekday.
    Hours,
    /// One of these words; each with what it means.
    OneOf(&'static [(&'static str, &'static str)]),
    /// A length of time.
    Allowance,
    /// A limit: a length of time and how its days are counted.
    Limit,
    /// A limit for every class, several of which the shortest counts, or a table from class to
    /// either.
    Limits,
    /// A side and a rung, a function of the partnership, or a role of the policy.
    Who,
    /// A rung, or the key of a role.
    RungOrRole,
    /// From where a clock counts.
    Anchor,
    /// The same, or several of which the first counts.
    Anchors,
    /// What ends a task.
    Milestone,
    /// When somebody is reminded.
    Reminder,
    /// Several of a kind.
    List(&'static Kind),
    /// A table.
    Table(&'static Table),
    /// A list of tables.
    Tables(&'static Table),
    /// A table whose keys are names that the policy gives.
    ByName(&'static Kind),
}

impl Key {
    pub(super) const fn required(
        name: &'static str,
        kind: Kind,
        meaning: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, kind, presence: Presence::Required, meaning, example }
    }

    pub(super) const fn optional(
        name: &'static str,
        kind: Kind,
        default: &'static str,
        meaning: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, kind, presence: Presence::Default(default), meaning, example }
    }

    /// Whether it must be there.
    pub fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required)
    }
}

impl Kind {
    /// What it takes, in a word or two.
    pub fn in_words(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Slug => "key (small letters, digits, hyphens)".to_owned(),
            Self::Word => "key (small letters, digits, underscores)".to_owned(),
            Self::Class => "urgency class".to_owned(),
            Self::Whole { least, most } => format!("whole number from {least} to {most}"),
            Self::YesNo => "true or false".to_owned(),
            Self::Day => "day".to_owned(),
            Self::Time => "time of day".to_owned(),
            Self::Zone => "time zone".to_owned(),
            Self::Hours => "hours of a day, or \"closed\"".to_owned(),
            Self::OneOf(words) => {
                let words: Vec<String> =
                    words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                format!("one of {}", words.join(", "))
            }
            Self::Allowance => "length of time".to_owned(),
            Self::Limit => "limit".to_owned(),
            Self::Limits => "limits".to_owned(),
            Self::Who => "who".to_owned(),
            Self::RungOrRole => "rung, or the key of a role".to_owned(),
            Self::Anchor => "start of a clock".to_owned(),
            Self::Anchors => "start of a clock, or a list of which the first counts".to_owned(),
            Self::Milestone => "end of a task".to_owned(),
            Self::Reminder => "reminder".to_owned(),
            Self::List(of) => format!("list of: {}", of.in_words()),
            Self::Table(table) => format!("table: {}", table.name),
            Self::Tables(table) => format!("list of tables: {}", table.name),
            Self::ByName(of) => format!("table from a name to: {}", of.in_words()),
        }
    }
}
