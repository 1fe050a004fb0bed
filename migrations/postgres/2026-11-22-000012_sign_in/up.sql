-- Guesses that were wrong, or that are being checked: at passwords, codes and secrets. Counted by the
-- network that they came from and, from networks that the person never signed in from, by account: a
-- digest, also of addresses that nobody here has.
create table failed_guesses (
  id text primary key not null,
  what text not null,
  network text not null,
  account text,
  guessed_at timestamptz not null
);
create index failed_guesses_by_network on failed_guesses (network, what, guessed_at);
create index failed_guesses_by_account on failed_guesses (account, what, guessed_at);
create index failed_guesses_by_age on failed_guesses (guessed_at);

-- From where people signed in.
create table known_networks (
  person_id text not null references people (id),
  network text not null,
  last_seen_at timestamptz not null,
  primary key (person_id, network)
);
create index known_networks_by_age on known_networks (last_seen_at);

-- Digests of the secrets in invitations and resets. One at a time of each kind for a person.
create table account_secrets (
  digest text primary key not null,
  person_id text not null references people (id),
  kind text not null check (kind in ('invitation', 'password_reset')),
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index account_secrets_by_person on account_secrets (person_id, kind);
create index account_secrets_by_expiry on account_secrets (expires_at);

-- What makes the first administrator: one at a time.
create table set_up_secrets (
  only_one integer primary key not null check (only_one = 1),
  digest text not null,
  expires_at timestamptz not null,
  wrong_guesses integer not null check (wrong_guesses >= 0)
);
