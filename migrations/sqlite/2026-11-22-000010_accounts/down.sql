drop table account_letters;
drop table refresh_tokens;
drop table sessions;
create table sessions (
  id text primary key not null,
  person_id text not null references people (id),
  created_at text not null,
  last_used_at text not null,
  expires_at text not null,
  ended_at text
) strict;
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);
create table refresh_tokens (
  digest text primary key not null,
  session_id text not null references sessions (id),
  issued_at text not null,
  used_at text
) strict;
create index refresh_tokens_by_session on refresh_tokens (session_id);
