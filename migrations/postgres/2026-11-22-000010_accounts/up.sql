-- Letters about somebody's own account. They hold no secret: one that goes out is made when it is sent.
create table account_letters (
  id text primary key not null,
  person_id text not null references people (id),
  kind text not null,
  state text not null check (state in ('queued', 'leased', 'accepted', 'failed')),
  attempts integer not null check (attempts >= 0),
  queued_at timestamptz not null,
  next_attempt_at timestamptz not null,
  lease_until timestamptz,
  lease_token text,
  last_error text,
  ended_at timestamptz,
  check ((state = 'leased') = (lease_until is not null)),
  check ((state = 'leased') = (lease_token is not null)),
  check ((state in ('accepted', 'failed')) = (ended_at is not null))
);
create index account_letters_to_send on account_letters (next_attempt_at, id) where state = 'queued';
create index account_letters_leased on account_letters (lease_until, id) where state = 'leased';
create index account_letters_by_person on account_letters (person_id, id);

-- How a session's person proved who they are. Sessions of before did not say so: they sign in again.
drop table refresh_tokens;
drop table sessions;
create table sessions (
  id text primary key not null,
  person_id text not null references people (id),
  created_at timestamptz not null,
  proved_at timestamptz not null,
  proved_by text not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);
create table refresh_tokens (
  digest text primary key not null,
  session_id text not null references sessions (id),
  issued_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_by_session on refresh_tokens (session_id);
