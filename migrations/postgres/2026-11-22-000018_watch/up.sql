-- The nodes that run on this database, and when each last wrote here: a clock that shows an earlier
-- time than this was set back.
create table nodes (
  id text primary key not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);
create index nodes_by_seen on nodes (seen_at);

-- Cases that time could not act on. They are tried again and hold up no other.
create table set_aside_cases (
  escalation_id text primary key not null references escalations (id),
  set_aside_at timestamptz not null,
  reason text not null,
  tries integer not null check (tries > 0),
  try_again_at timestamptz not null
);
