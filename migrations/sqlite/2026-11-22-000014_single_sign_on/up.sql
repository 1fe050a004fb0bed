-- A person of the directory is somebody, or a machine: an agency's own program. A machine never signs in,
-- keeps no directory and holds no post.
alter table people add column kind text not null default 'person'
  check (kind = 'person' or (kind = 'machine' and administrator = 0 and password_hash is null));
create trigger no_machine_holds_a_post before insert on post_holders
  when (select kind from people where id = new.person_id) = 'machine'
begin select raise(abort, 'a machine holds no post'); end;
create trigger no_machine_deputises before insert on post_deputies
  when (select kind from people where id = new.person_id) = 'machine'
begin select raise(abort, 'a machine holds no post'); end;

-- Somebody at an identity provider: issuer and subject, never an email address.
create table identities (
  id text primary key not null,
  provider text not null,
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  person_id text not null references people (id),
  linked_at text not null,
  linked_by text references people (id),
  last_used_at text,
  unique (issuer, subject)
) strict;
create index identities_by_person on identities (person_id);

-- One way to an identity provider and back, in one browser. Nonce and verifier are made from the browser's
-- secret, of which the digest stands here.
create table sign_in_attempts (
  state_digest text primary key not null,
  browser_digest text not null unique,
  provider text not null,
  return_path text not null,
  wants_fresh integer not null check (wants_fresh in (0, 1)),
  links_person_id text references people (id),
  begun_at text not null,
  expires_at text not null,
  used_at text,
  subject text,
  provider_session text,
  proved_at text,
  linked_at text
) strict;
create index sign_in_attempts_by_expiry on sign_in_attempts (expires_at);

-- The wish of somebody to link an account at an identity provider with theirs here: works once.
create table link_tickets (
  digest text primary key not null,
  person_id text not null references people (id),
  provider text not null,
  expires_at text not null,
  used_at text
) strict;
create index link_tickets_by_expiry on link_tickets (expires_at);

-- The sessions that a browser's cookie stands for, and where their people signed in.
create table browser_sessions (
  cookie_digest text primary key not null,
  session_id text not null unique references sessions (id) on delete cascade,
  issuer text not null,
  subject text not null,
  provider_session text
) strict;
create index browser_sessions_by_subject on browser_sessions (issuer, subject);
create index browser_sessions_by_provider_session on browser_sessions (issuer, provider_session);

-- The logout tokens that were acted on: each works once.
create table logout_tokens (
  issuer text not null,
  jti text not null,
  seen_at text not null,
  primary key (issuer, jti)
) strict;
create index logout_tokens_by_time on logout_tokens (seen_at);

-- What programs send instead of a session's token.
create table api_tokens (
  id text primary key not null,
  digest text not null unique,
  name text not null,
  person_id text not null references people (id),
  agency_id text references agencies (id),
  scopes text not null,
  made_at text not null,
  made_by text not null references people (id),
  expires_at text not null,
  last_used_on text,
  revoked_at text
) strict;
create index api_tokens_by_person on api_tokens (person_id, id);
