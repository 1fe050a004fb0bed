//! The commands about reports, by the program as it is run: the pack for an annual report, and that
//! what is counted is proved and made anew.

use crate::engine::raise_many;
use crate::engine::sql::Raw;
use crate::house::reading::{Value as InASheet, sheets, shown, texts_of, xml};
use crate::house::{Database, House, Wishes, block_on, fresh_settings};
use crate::process::PROGRAM;
use chrono::Datelike;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const JUDITH: &str = "judith.hale@bscp.example";
const TITLE: &str = "Bromley Safeguarding Children Partnership";
/// Words of a child and of a narrative in every draft of the house.
const CANARIES: [&str; 2] = ["Q.Z.", "RPP-0417"];

/// A house of the real time with some cases, and the settings of a program beside it.
struct Beside {
    house: House,
    cases: Vec<String>,
    /// In which the cases were raised.
    financial_year: i32,
    config: PathBuf,
    dir: tempfile::TempDir,
}

impl Beside {
    async fn with_cases(count: usize) -> Self {
        let wishes = Wishes { real_clock: true, ..Wishes::default() };
        let house = House::build(Database::Sqlite, wishes).await.unwrap();
        let cases = raise_many(&house, count).await;
        let today = house.engine.now().utc().date_naive();
        let financial_year = if today.month() < 4 { today.year() - 1 } else { today.year() };
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("bscp.toml");
        std::fs::write(&config, fresh_settings(&house)).unwrap();
        Self { house, cases, financial_year, config, dir }
    }

    /// Runs a command about reports: its exit code, what it answered, and what it said went wrong.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(PROGRAM);
        command.arg("reports").args(arguments).arg("--config").arg(&self.config);
        let ended = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ended.status.code(), text(ended.stdout), text(ended.stderr))
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes the pack of a year: the exit code, what it answered, and the files by name.
    fn pack(&self, year: i32, to: &str, more: &[&str]) -> (Option<i32>, String, Pack) {
        let (folder, year) = (self.folder(to), year.to_string());
        let to = folder.to_str().unwrap();
        let fixed = ["pack", "--partnership", "bromley", "--financial-year", &year, "--by", JUDITH];
        let (code, said, log) = self.run(&[&fixed[..], &["--to", to], more].concat());
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{error}: {log}"));
        let files = files.map(|file| file.unwrap().path()).map(|path| {
            assert!(said.lines().any(|line| Path::new(line) == path), "{path:?} of {said}");
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        });
        let pack = Pack(files.collect());
        (code, said, pack)
    }

    /// Changes what is counted of a case by hand.
    fn change(&self, reference: &str, what: &str) {
        Raw::of(&self.house).change_one(&format!(
            "update report_cases set {what} where escalation_id = \
             (select id from escalations where reference = '{reference}')"
        ));
    }
}

/// The files of a pack by name.
struct Pack(BTreeMap<String, Vec<u8>>);

impl Pack {
    fn of(&self, ending: &str) -> &[u8] {
        let mut found = self.0.iter().filter(|(name, _)| name.ends_with(ending));
        let file = found.next().unwrap_or_else(|| panic!("no .{ending}"));
        assert!(found.next().is_none(), "two of .{ending}");
        file.1
    }

    /// Its figures: value and reason by table, row and column.
    fn figures(&self) -> BTreeMap<[String; 3], [String; 2]> {
        let mut reader = csv::Reader::from_reader(self.of("csv"));
        let lines = reader.records().map(Result::unwrap);
        lines
            .map(|line| {
                let cell = |at: usize| line[at].to_owned();
                ([cell(2), cell(4), cell(6)], [cell(8), cell(11)])
            })
            .collect()
    }

    fn figure(&self, table: &str, row: &str, column: &str) -> [String; 2] {
        let place = [table, row, column].map(str::to_owned);
        self.figures().get(&place).cloned().unwrap_or_else(|| panic!("no {place:?}"))
    }

    /// How many cases were raised in its year and in the year before.
    fn raised(&self) -> [[String; 2]; 2] {
        ["period", "before"].map(|row| self.figure("headline", row, "raised"))
    }

    /// Each form as text, by other means than it was written with.
    fn texts(&self) -> [String; 4] {
        let lines = shown(self.of("pdf"));
        let pdf: Vec<String> = lines.into_iter().map(|line| line.text).collect();
        let html = String::from_utf8(self.of("html").to_vec()).unwrap();
        xml(&html, &["meta", "link"]);
        let cells = sheets(self.of("xlsx")).into_iter().flat_map(|sheet| sheet.cells);
        let cells = cells.map(|(_, value)| match value {
            InASheet::Words(words) => words,
            InASheet::Number(number) => number.to_string(),
        });
        let xlsx: Vec<String> = cells.collect();
        let csv = String::from_utf8(self.of("csv").to_vec()).unwrap();
        [pdf.join("\n"), html, xlsx.join("\n"), csv]
    }
}

fn value(text: &str) -> [String; 2] {
    [text.to_owned(), String::new()]
}

#[test]
fn a_pack_has_each_form_with_the_year_before_beside_it() {
    block_on(async {
        let beside = Beside::with_cases(3).await;
        let year = beside.financial_year;
        let (code, said, pack) = beside.pack(year, "a/pack", &["--for-officers"]);
        assert_eq!(code, Some(0), "{said}");
        let name = format!("disputes-{year}-{:02}", (year + 1) % 100);
        let mut expected = ["pdf", "html", "xlsx", "csv"].map(|it| format!("{name}.{it}")).to_vec();
        expected.push("report.css".to_owned());
        expected.sort();
        assert_eq!(pack.0.keys().cloned().collect::<Vec<_>>(), expected);
        assert_eq!(said.lines().count(), expected.len(), "{said}");
        assert_eq!(pack.raised(), [value("3"), value("0")]);
        for (text, form) in pack.texts().iter().zip(["pdf", "html", "xlsx", "csv"]) {
            assert!(text.contains(TITLE), "{form}");
            // The definition of a figure: but for the figures alone, which have keys for it.
            let is_defined = text.contains("Cases raised in the period");
            assert_eq!(is_defined, form != "csv", "{form}");
            assert!(text.contains(&year.to_string()), "{form}");
            assert!(!text.contains("<script"), "{form}");
            for canary in CANARIES {
                assert!(!text.contains(canary), "{form}: {canary}");
            }
        }
        let html = &pack.texts()[1];
        assert!(html.contains("href=\"report.css\""), "the page finds its style sheet beside it");
        assert!(pack.of("css").len() > 500);
        assert!(!texts_of(&xml(html, &["meta", "link"]), "svg").is_empty(), "no chart");

        // The year after: what was raised stands beside it.
        let (code, _, next) = beside.pack(year + 1, "next", &["--for-officers"]);
        assert_eq!((code, next.raised()), (Some(0), [value("0"), value("3")]));
        // Written again it is written over.
        let (code, _, again) = beside.pack(year, "a/pack", &["--for-officers"]);
        assert_eq!((code, again.0.len(), again.raised()), (Some(0), 5, pack.raised()));
    });
}

#[test]
fn a_pack_is_for_publication_if_nothing_else_is_said() {
    block_on(async {
        let beside = Beside::with_cases(3).await;
        let suppressed = [String::new(), "suppressed".to_owned()];
        let (code, _, pack) = beside.pack(beside.financial_year, "pack", &[]);
        assert_eq!((code, pack.raised()), (Some(0), [suppressed, value("0")]));
        assert!(pack.figures().keys().all(|[table, ..]| table != "agencies"), "no agency is named");
        let texts = pack.texts();
        for (text, form) in texts.iter().zip(["pdf", "html", "xlsx"]) {
            assert!(text.contains("not shown"), "{form}");
        }
        for (text, form) in texts.iter().zip(["pdf", "html", "xlsx", "csv"]) {
            assert!(!text.contains("Ravensbourne"), "{form}: an agency");
        }
    });
}

#[test]
fn what_is_asked_wrongly_is_told_and_nothing_is_written() {
    block_on(async {
        let beside = Beside::with_cases(1).await;
        let to = beside.folder("pack");
        std::fs::write(beside.folder("file"), "there").unwrap();
        let right = [
            ("--partnership", "bromley"),
            ("--financial-year", "2026"),
            ("--by", JUDITH),
            ("--to", to.to_str().unwrap()),
        ];
        let file = beside.folder("file");
        for (option, wrong, code, says) in [
            ("--partnership", Some("lewisham"), 1, "there is no partnership 'lewisham'"),
            ("--financial-year", Some("1999"), 1, "--financial-year must be from 2000 to 2200"),
            ("--financial-year", Some("2201"), 1, "--financial-year must be from 2000 to 2200"),
            ("--financial-year", Some("this one"), 2, "--financial-year"),
            ("--by", Some("nobody@bscp.example"), 1, "nobody@bscp.example"),
            ("--by", Some("priya.nair@ravensbourne.example"), 1, "making the report"),
            ("--to", Some(file.to_str().unwrap()), 1, "making the folder"),
            ("--partnership", None, 2, "--partnership"),
            ("--financial-year", None, 2, "--financial-year"),
            ("--by", None, 2, "--by"),
            ("--to", None, 2, "--to"),
        ] {
            let mut arguments = vec!["pack"];
            for (name, value) in right {
                match wrong.filter(|_| name == option) {
                    Some(wrong) => arguments.extend([name, wrong]),
                    None if name == option => {}
                    None => arguments.extend([name, value]),
                }
            }
            let (ended, said, log) = beside.run(&arguments);
            let asked = format!("{option} {wrong:?}");
            assert_eq!((ended, said.as_str()), (Some(code), ""), "{asked}: {log}");
            assert!(log.contains(says), "{asked}: {log}");
            assert!(!to.exists(), "{asked}: something was written");
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), "there");
    });
}

#[test]
fn what_was_changed_by_hand_is_found_and_mended() {
    block_on(async {
        let beside = Beside::with_cases(3).await;
        let [first, second] = [&beside.cases[0], &beside.cases[1]];
        let to_make = "0 are still to be made, which the server does at its next start";
        let whole = format!("3 cases: 0 differ; {to_make}\n");
        let verified = || {
            let (code, said, _) = beside.run(&["verify"]);
            (code, said)
        };
        assert_eq!(verified(), (Some(0), whole.clone()));
        beside.change(first, "facts = x'01ff'");
        beside.change(
            second,
            "facts = (select other.facts from report_cases other \
             where other.escalation_id <> report_cases.escalation_id and length(other.facts) > 2)",
        );
        let (code, said) = verified();
        assert_eq!(code, Some(1), "{said}");
        let mut lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.pop(), Some(format!("3 cases: 2 differ; {to_make}").as_str()));
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                format!("{first}: the facts that are kept of it cannot be read"),
                format!("{second}: the facts that are kept of it are not what its timeline says"),
            ]
        );
        // A pack that is not whole says so, in it and beside it.
        let (code, said, pack) = beside.pack(beside.financial_year, "pack", &["--for-officers"]);
        assert_eq!(code, Some(1));
        assert!(
            said.ends_with("Cases that could not be counted: 1. Run `doctor --deep`.\n"),
            "{said}"
        );
        assert_eq!(pack.figure("left_out", "left_out", "cases"), value("1"));

        let (code, said, log) = beside.run(&["rebuild"]);
        assert_eq!(
            (code, said.as_str()),
            (Some(0), "3 cases: made anew; 0 could not be\n"),
            "{log}"
        );
        assert_eq!(verified(), (Some(0), whole));
        let (code, _, pack) = beside.pack(beside.financial_year, "pack", &["--for-officers"]);
        assert_eq!((code, pack.raised()), (Some(0), [value("3"), value("0")]));
    });
}
