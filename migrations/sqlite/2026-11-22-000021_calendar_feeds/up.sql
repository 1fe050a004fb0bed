-- The private address at which somebody's calendar program fetches what waits for them: one each.
create table calendar_feeds (
  person_id text primary key not null references people (id),
  -- how many addresses were made; a form that was sent before it rose makes none
  number integer not null check (number >= 0),
  -- of the address that works now; none where none does
  digest text unique,
  made_at text,
  last_read_at text,
  check ((digest is null) = (made_at is null)),
  check (last_read_at is null or digest is not null)
) strict;
