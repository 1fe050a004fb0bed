-- Second factors. Secrets are digests, or sealed under a key that is not in the database.

-- The second step of a sign-in: what may be done with it, and how often it was tried.
create table sign_in_tickets (
  digest text primary key not null,
  person_id text not null references people (id),
  purpose text not null check (purpose in ('prove_factor', 'add_factor')),
  tries integer not null check (tries between 0 and 5),
  begun_at text not null,
  expires_at text not null,
  used_at text
) strict;
create index sign_in_tickets_by_expiry on sign_in_tickets (expires_at);

-- Apps that make one-time codes: at most one that is in use for each person, and one that waits for
-- its first code.
create table one_time_code_sources (
  id text primary key not null,
  person_id text not null references people (id),
  sealed_secret text not null,
  -- under which generation of the key
  key_generation integer not null default 0 check (key_generation >= 0),
  added_at text not null,
  confirmed_at text,
  -- each step is used once, and none before it any more
  last_step integer,
  last_used_at text,
  check ((confirmed_at is null) = (last_step is null))
) strict;
create unique index one_time_code_sources_in_use on one_time_code_sources (person_id)
  where confirmed_at is not null;
create unique index one_time_code_sources_waiting on one_time_code_sources (person_id)
  where confirmed_at is null;

create table recovery_codes (
  digest text primary key not null,
  person_id text not null references people (id),
  made_at text not null,
  used_at text
) strict;
create index recovery_codes_by_person on recovery_codes (person_id);

create table passkeys (
  id text primary key not null,
  person_id text not null references people (id),
  credential_id text not null unique,
  name text not null,
  -- public key and counter
  credential text not null,
  added_at text not null,
  last_used_at text
) strict;
create index passkeys_by_person on passkeys (person_id);

-- Challenges that a browser was given; each is answered once.
create table passkey_challenges (
  digest text primary key not null,
  purpose text not null check (purpose in ('add', 'prove')),
  -- whose passkey is added; whoever proves says so themselves
  person_id text references people (id),
  state text not null,
  expires_at text not null,
  check ((purpose = 'add') = (person_id is not null))
) strict;
create index passkey_challenges_by_expiry on passkey_challenges (expires_at);

-- Wrong codes and wrong passwords of those who were half in: too many, and no more is tried for a while.
create table wrong_proofs (
  id text primary key not null,
  person_id text not null references people (id),
  tried_at text not null
) strict;
create index wrong_proofs_by_person on wrong_proofs (person_id, tried_at);
