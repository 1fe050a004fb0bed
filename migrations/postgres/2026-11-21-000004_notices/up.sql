-- The outbox: one row for each recipient and event, written with the event.
create table notices (
  id text primary key not null,
  -- what it is about, such as escalation:<id>:<sequence> or chaser:<day>
  event_key text not null,
  escalation_id text references escalations (id),
  partnership_id text not null references partnerships (id),
  kind text not null,
  person_id text references people (id),
  recipient_name text not null,
  recipient_email text not null,
  letter text not null,
  thread text,
  state text not null check (state in ('queued', 'leased', 'accepted', 'failed', 'cancelled')),
  attempts integer not null check (attempts >= 0),
  queued_at timestamptz not null,
  next_attempt_at timestamptz not null,
  lease_until timestamptz,
  lease_token text,
  last_error text,
  answer text,
  ended_at timestamptz,
  unique (event_key, recipient_email),
  check ((state = 'leased') = (lease_until is not null)),
  check ((state = 'leased') = (lease_token is not null)),
  check ((state in ('accepted', 'failed', 'cancelled')) = (ended_at is not null))
);
create index notices_to_send on notices (next_attempt_at, id) where state = 'queued';
create index notices_leased on notices (lease_until, id) where state = 'leased';
create index notices_by_escalation on notices (escalation_id, id);
create index notices_by_state on notices (partnership_id, state, id);

-- Which slot of which time-of-day job was run, so that one node runs it once.
create table job_runs (
  job text not null,
  slot_at timestamptz not null,
  ran_at timestamptz not null,
  primary key (job, slot_at)
);
