-- Who stands where.

-- What an append-only table's triggers answer.
create function refuse_change() returns trigger language plpgsql as $$
begin raise exception '%', tg_argv[0]; end;
$$;

create table partnerships (
  id text primary key not null,
  key text not null unique,
  name text not null,
  reference_prefix text not null unique,
  contact_email text not null,
  version integer not null default 1
);

create table agencies (
  id text primary key not null,
  name text not null,
  sector text not null,
  version integer not null default 1
);

create table agency_partnerships (
  agency_id text not null references agencies (id),
  partnership_id text not null references partnerships (id),
  primary key (agency_id, partnership_id)
);

create table people (
  id text primary key not null,
  name text not null,
  -- in small letters
  email text not null unique check (email = lower(email)),
  agency_id text references agencies (id),
  active boolean not null,
  administrator boolean not null,
  password_hash text,
  version integer not null default 1
);

create table posts (
  id text primary key not null,
  title text not null,
  agency_id text references agencies (id),
  partnership_id text references partnerships (id),
  rung text not null check (rung in ('practitioner', 'line_manager', 'service_manager', 'head_of_service', 'partnership')),
  team text,
  function text check (function in ('business_manager', 'scrutineer', 'panel_member')),
  mailbox_email text,
  version integer not null default 1,
  -- in an agency below the top, or at the partnership's top: no third way
  check ((agency_id is not null and partnership_id is null and rung <> 'partnership' and function is null)
      or (agency_id is null and partnership_id is not null and rung = 'partnership' and function is not null and team is null))
);
create index posts_by_agency on posts (agency_id);
create index posts_by_partnership on posts (partnership_id);

create table post_holders (
  post_id text not null references posts (id),
  person_id text not null references people (id),
  primary key (post_id, person_id)
);
create index post_holders_by_person on post_holders (person_id);

create table post_deputies (
  post_id text not null references posts (id),
  person_id text not null references people (id),
  rank integer not null check (rank > 0),
  primary key (post_id, person_id),
  unique (post_id, rank)
);
create index post_deputies_by_person on post_deputies (person_id);

create table absences (
  id text primary key not null,
  person_id text not null references people (id),
  from_at timestamptz not null,
  until_at timestamptz check (until_at > from_at)
);
create index absences_by_person on absences (person_id);

-- What was changed in the directory, by whom. Appended to, never changed.
create table directory_changes (
  id text primary key not null,
  changed_at timestamptz not null,
  person_id text references people (id),
  change text not null,
  resource_id text not null,
  body text not null
);
create trigger directory_changes_are_not_changed before update on directory_changes
for each row execute function refuse_change('directory_changes is append-only');
create trigger directory_changes_are_not_deleted before delete on directory_changes
for each row execute function refuse_change('directory_changes is append-only');
create trigger directory_changes_are_not_truncated before truncate on directory_changes
for each statement execute function refuse_change('directory_changes is append-only');
