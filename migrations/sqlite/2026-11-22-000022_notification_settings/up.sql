-- Who wants what only informs them together once a day; whoever has no row has it at once.
create table notification_settings (
  person_id text primary key not null references people (id),
  -- the hour of the working day, on the wall
  together_at_hour integer not null check (together_at_hour between 0 and 23),
  changed_at text not null
) strict;

-- The hour for which a message waits because its recipient wants it so; none where it goes at once.
alter table notices add column waits_until text;
create index notices_waiting on notices (person_id) where state = 'queued' and waits_until is not null;
