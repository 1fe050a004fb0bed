-- A person of the directory is somebody, or a machine: an agency's own program. A machine never signs in,
-- keeps no directory and holds no post.
alter table people add column kind text not null default 'person'
  check (kind = 'person' or (kind = 'machine' and not administrator and password_hash is null));
create function refuse_machine_in_post() returns trigger language plpgsql as $$
begin
  if (select kind from people where id = new.person_id) = 'machine' then
    raise exception 'a machine holds no post';
  end if;
  return new;
end
$$;
create trigger no_machine_holds_a_post before insert on post_holders
  for each row execute function refuse_machine_in_post();
create trigger no_machine_deputises before insert on post_deputies
  for each row execute function refuse_machine_in_post();

-- Somebody at an identity provider: issuer and subject, never an email address.
create table identities (
  id text primary key not null,
  provider text not null,
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  person_id text not null references people (id),
  linked_at timestamptz not null,
  linked_by text references people (id),
  last_used_at timestamptz,
  unique (issuer, subject)
);
create index identities_by_person on identities (person_id);

-- One way to an identity provider and back, in one browser. Nonce and verifier are made from the browser's
-- secret, of which the digest stands here.
create table sign_in_attempts (
  state_digest text primary key not null,
  browser_digest text not null unique,
  provider text not null,
  return_path text not null,
  wants_fresh boolean not null,
  links_person_id text references people (id),
  begun_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  subject text,
  provider_session text,
  proved_at timestamptz,
  linked_at timestamptz
);
create index sign_in_attempts_by_expiry on sign_in_attempts (expires_at);

-- The wish of somebody to link an account at an identity provider with theirs here: works once.
create table link_tickets (
  digest text primary key not null,
  person_id text not null references people (id),
  provider text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index link_tickets_by_expiry on link_tickets (expires_at);

-- The sessions that a browser's cookie stands for, and where their people signed in.
create table browser_sessions (
  cookie_digest text primary key not null,
  session_id text not null unique references sessions (id) on delete cascade,
  issuer text not null,
  subject text not null,
  provider_session text
);
create index browser_sessions_by_subject on browser_sessions (issuer, subject);
create index browser_sessions_by_provider_session on browser_sessions (issuer, provider_session);

-- The logout tokens that were acted on: each works once.
create table logout_tokens (
  issuer text not null,
  jti text not null,
  seen_at timestamptz not null,
  primary key (issuer, jti)
);
create index logout_tokens_by_time on logout_tokens (seen_at);

-- What programs send instead of a session's token.
create table api_tokens (
  id text primary key not null,
  digest text not null unique,
  name text not null,
  person_id text not null references people (id),
  agency_id text references agencies (id),
  scopes text not null,
  made_at timestamptz not null,
  made_by text not null references people (id),
  expires_at timestamptz not null,
  last_used_on text,
  revoked_at timestamptz
);
create index api_tokens_by_person on api_tokens (person_id, id);
