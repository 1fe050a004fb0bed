-- Who stands where. Instants are text of fixed width in UTC, so text order is time order.

create table partnerships (
  id text primary key not null,
  key text not null unique,
  name text not null,
  reference_prefix text not null unique,
  contact_email text not null,
  version integer not null default 1
) strict;

create table agencies (
  id text primary key not null,
  name text not null,
  sector text not null,
  version integer not null default 1
) strict;

create table agency_partnerships (
  agency_id text not null references agencies (id),
  partnership_id text not null references partnerships (id),
  primary key (agency_id, partnership_id)
) strict;

create table people (
  id text primary key not null,
  name text not null,
  -- in small letters
  email text not null unique check (email = lower(email)),
  agency_id text references agencies (id),
  active integer not null check (active in (0, 1)),
  administrator integer not null check (administrator in (0, 1)),
  password_hash text,
  version integer not null default 1
) strict;

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
) strict;
create index posts_by_agency on posts (agency_id);
create index posts_by_partnership on posts (partnership_id);

create table post_holders (
  post_id text not null references posts (id),
  person_id text not null references people (id),
  primary key (post_id, person_id)
) strict;
create index post_holders_by_person on post_holders (person_id);

create table post_deputies (
  post_id text not null references posts (id),
  person_id text not null references people (id),
  rank integer not null check (rank > 0),
  primary key (post_id, person_id),
  unique (post_id, rank)
) strict;
create index post_deputies_by_person on post_deputies (person_id);

create table absences (
  id text primary key not null,
  person_id text not null references people (id),
  from_at text not null,
  until_at text check (until_at > from_at)
) strict;
create index absences_by_person on absences (person_id);

-- What was changed in the directory, by whom. Appended to, never changed.
create table directory_changes (
  id text primary key not null,
  changed_at text not null,
  person_id text references people (id),
  change text not null,
  resource_id text not null,
  body text not null
) strict;
create trigger directory_changes_are_not_changed before update on directory_changes
begin select raise(abort, 'directory_changes is append-only'); end;
create trigger directory_changes_are_not_deleted before delete on directory_changes
begin select raise(abort, 'directory_changes is append-only'); end;
