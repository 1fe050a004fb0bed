//! The state machine alone, without a database: `decide`, `apply`, `tell`.

use super::oracle::Happens;
use super::policies;
use super::reckoning::At;
use super::script::{Ask, Condition, Script, Step};
use super::world::{Ids, RAISER, Staff};
use super::{Subject, command, draft, instant, no_danger};
use bscp_escalation::access;
use bscp_escalation::directory::{Directory, Side};
use bscp_escalation::escalation::{
    Command, CommandKind, Doer, Escalation, Opening, PolicyRef, Refusal, Rules, Signature, decide,
    open_draft, tell,
};
use bscp_escalation::ids::EscalationId;
use bscp_escalation::policy::{Calendars, Policy};
use bscp_escalation::timeline::{Entry, verify};
use std::sync::LazyLock;

type Version = (Policy, Calendars);

static VERSIONS: LazyLock<Vec<[Version; 2]>> = LazyLock::new(|| {
    let version = |which, version| {
        let policy = Policy::parse(&policies::text(which, version));
        let policy = policy.unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let calendars = Calendars::new(&policy).expect("its calendars");
        (policy, calendars)
    };
    (0..policies::POLICIES.len()).map(|which| [version(which, 0), version(which, 1)]).collect()
});

const IDS: Ids = Ids(1);

/// A case in memory.
pub struct Pure {
    script: Option<Script>,
    began: At,
    published: usize,
    directory: Directory,
    entries: Vec<Entry>,
    state: Option<Escalation>,
}

impl Default for Pure {
    fn default() -> Self {
        Self {
            script: None,
            began: At::UNIX_EPOCH,
            published: 0,
            directory: IDS.directory(&Staff::at_first()),
            entries: Vec::new(),
            state: None,
        }
    }
}

/// The status with which the API would answer.
pub fn status_of(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::NotFound => 404,
        Refusal::NotYours(_) | Refusal::ProveAgain => 403,
        Refusal::NotNow(_) => 409,
        Refusal::Faulty(_) => 422,
    }
}

impl Pure {
    fn version(&self, number: usize) -> &'static Version {
        &VERSIONS[self.script.as_ref().expect("a script").policy][number]
    }

    fn policy_ref(&self, number: usize) -> PolicyRef {
        let policy = &self.version(number).0;
        PolicyRef { key: policy.key.clone(), version: policy.version }
    }

    fn escalation(&self) -> &Escalation {
        self.state.as_ref().expect("a case")
    }

    fn carry_out(
        &mut self,
        by: Option<Signature>,
        command: Command,
        at: At,
    ) -> Result<Happens, Refusal> {
        let now = instant(at);
        let keeps = match &command {
            Command::Raise { policy, .. } => policy.version,
            _ => self.escalation().policy.version,
        };
        let (policy, calendars) = self.version(usize::try_from(keeps).expect("a version") - 1);
        let rules = Rules { policy, calendars, directory: &self.directory };
        let mut state = self.escalation().clone();
        let events = decide(&state, &rules, by.as_ref(), command, now)?;
        let doer = by.map_or(Doer::Time, Doer::Person);
        for event in &events {
            state = state.apply(event, &doer, now);
            let last = self.entries.last().map(|it| (it.sequence, it.hash.as_str()));
            let entry = Entry::following(state.id, last, now, doer.clone(), event.clone());
            self.entries.push(entry.expect("an entry"));
        }
        let told = tell(&state, &events, &doer, &rules, now);
        self.state = Some(state);
        Ok(Happens {
            kinds: events.iter().map(|event| event.kind().to_owned()).collect(),
            told: told.iter().map(|it| (it.seat.name.clone(), format!("{:?}", it.kind))).collect(),
        })
    }
}

impl Subject for Pure {
    async fn begin(&mut self, script: &Script, at: At) {
        self.script = Some(script.clone());
        self.began = at;
        let opening = Opening {
            id: EscalationId::made_up(1),
            reference: "ESC-2026-000001".to_owned(),
            partnership_id: IDS.partnership(),
            policy: self.policy_ref(0),
            raiser: Signature {
                person_id: IDS.person(RAISER),
                name: RAISER.to_owned(),
                post_id: None,
                post_title: None,
                side: Side::Raising,
            },
            raising: IDS.raising(),
            immediate_danger: no_danger(),
            draft: draft(script, at, IDS, true),
        };
        let doer = Doer::Person(opening.raiser.clone());
        let (event, state) = open_draft(opening, instant(at)).expect("a draft");
        let first = Entry::following(state.id, None, instant(at), doer, event);
        self.entries.push(first.expect("an entry"));
        self.state = Some(state);
    }

    async fn wait(&mut self, at: At, ticks: bool) -> Happens {
        let mut all = Happens::default();
        let is_due = |it: &Escalation| it.next_act_at().is_some_and(|due| due <= instant(at));
        while ticks && is_due(self.escalation()) {
            let happens = self.carry_out(None, Command::Lapse, at).expect("time is never refused");
            assert!(!happens.kinds.is_empty(), "due at {at}, and nothing happens");
            all.kinds.extend(happens.kinds);
            all.told.extend(happens.told);
        }
        all
    }

    async fn restaff(&mut self, _step: Step, staff: &Staff) {
        self.directory = IDS.directory(staff);
    }

    async fn ask(
        &mut self,
        who: &'static str,
        ask: Ask,
        on: Condition,
        at: At,
        staff: &Staff,
    ) -> Result<Happens, u16> {
        let actor = IDS.actor(who, staff, instant(at));
        let script = self.script.clone().expect("a script");
        let command = match ask {
            Ask::Raise => {
                let policy = self.policy_ref(self.published);
                Command::Raise { policy, receiving: Some(IDS.receiving()) }
            }
            _ => command(ask, at, script.policy, |whole| draft(&script, self.began, IDS, whole)),
        };
        let kind: CommandKind = command.kind();
        let by = access::may(&actor, kind, self.escalation(), instant(at));
        let by = by.map_err(|refusal| status_of(&refusal))?;
        if on == Condition::Stale {
            return Err(412);
        }
        let before = self.escalation().clone();
        let done = self.carry_out(Some(by), command, at);
        done.map_err(|refusal| {
            assert_eq!(*self.escalation(), before, "a refusal changes nothing");
            status_of(&refusal)
        })
    }

    async fn publish(&mut self) {
        self.published = 1;
    }

    async fn restart(&mut self) {
        self.state = Some(verify(&self.entries).expect("a timeline that holds"));
    }

    async fn state(&mut self) -> Escalation {
        self.escalation().clone()
    }

    async fn finish(&mut self) {
        assert_eq!(verify(&self.entries).as_ref(), Ok(self.escalation()));
    }
}
