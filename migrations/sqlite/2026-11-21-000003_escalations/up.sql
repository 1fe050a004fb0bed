-- The last number given out in a partnership's year of references.
create table reference_counters (
  partnership_id text not null references partnerships (id),
  year integer not null,
  last_number integer not null check (last_number > 0),
  primary key (partnership_id, year)
) strict;

-- One row a case: its whole state as the timeline adds up to it, and beside it what is searched by.
create table escalations (
  id text primary key not null,
  reference text not null unique,
  partnership_id text not null references partnerships (id),
  policy_key text not null,
  policy_version integer not null,
  status text not null check (status in ('draft', 'open', 'resolved', 'withdrawn')),
  stage integer check (stage > 0),
  raising_agency_id text not null references agencies (id),
  receiving_agency_id text references agencies (id),
  raiser_id text not null references people (id),
  drafted_at text not null,
  raised_at text,
  due_at text,
  -- due_at, or the end of time: what lists are sorted by
  due_sort_at text not null,
  -- when time has something to do next: this column is the deadline
  next_act_at text,
  is_overdue integer not null check (is_overdue in (0, 1)),
  version integer not null check (version > 0),
  head_hash text not null check (length(head_hash) = 64),
  state text not null,
  -- an open case always has a deadline and a stage; no other case has one
  check ((status = 'open') = (next_act_at is not null)),
  check ((status = 'open') = (due_at is not null)),
  check (status <> 'open' or (stage is not null and raised_at is not null and receiving_agency_id is not null)),
  check (status = 'open' or is_overdue = 0),
  foreign key (partnership_id, policy_key, policy_version) references policies (partnership_id, key, version)
) strict;
create index escalations_by_next_act on escalations (next_act_at, id) where next_act_at is not null;
create index escalations_by_due on escalations (due_sort_at, id);
create index escalations_by_partnership on escalations (partnership_id, due_sort_at, id);
create index escalations_by_raiser on escalations (raiser_id);

create table stage_entries (
  escalation_id text not null references escalations (id),
  number integer not null check (number > 0),
  round integer not null check (round > 0),
  stage integer not null check (stage > 0),
  entered_at text not null,
  due_at text not null,
  left_at text,
  left_why text,
  primary key (escalation_id, number),
  -- a stage is entered at most once a round, whoever asks twice
  unique (escalation_id, round, stage),
  check ((left_at is null) = (left_why is null))
) strict;
create unique index stage_entries_one_open on stage_entries (escalation_id) where left_at is null;

-- Whom a case has reached, and for whom it waits.
create table seats (
  escalation_id text not null references escalations (id),
  position integer not null,
  post_id text references posts (id),
  person_id text references people (id),
  is_waiting integer not null check (is_waiting in (0, 1)),
  primary key (escalation_id, position)
) strict;
create index seats_by_post on seats (post_id, is_waiting, escalation_id);
create index seats_by_person on seats (person_id, is_waiting, escalation_id);

-- The record. Appended to, never changed.
create table timeline_entries (
  escalation_id text not null references escalations (id),
  sequence integer not null check (sequence > 0),
  recorded_at text not null,
  kind text not null,
  doer text not null,
  event text not null,
  previous_hash text not null check (length(previous_hash) = 64),
  hash text not null check (length(hash) = 64),
  primary key (escalation_id, sequence),
  unique (escalation_id, previous_hash)
) strict;
create trigger timeline_entries_are_not_changed before update on timeline_entries
begin select raise(abort, 'the timeline is append-only'); end;
create trigger timeline_entries_are_not_deleted before delete on timeline_entries
begin select raise(abort, 'the timeline is append-only'); end;
