create table sessions (
  id text primary key not null,
  person_id text not null references people (id),
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);

-- Digests of refresh tokens; a used one that comes back ends its session.
create table refresh_tokens (
  digest text primary key not null,
  session_id text not null references sessions (id),
  issued_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_by_session on refresh_tokens (session_id);

-- What was answered to a request with an Idempotency-Key, written with the request's effect.
create table idempotency_keys (
  person_id text not null references people (id),
  key text not null,
  fingerprint text not null,
  status integer not null,
  location text,
  etag text,
  body text not null,
  created_at timestamptz not null,
  primary key (person_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
