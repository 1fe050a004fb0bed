-- Days on which a partnership is closed, beside those of its policies. Added and, once, withdrawn;
-- otherwise never changed.
create table partnership_closures (
  id text primary key not null,
  partnership_id text not null references partnerships (id),
  -- such as 2026-12-29
  day text not null check (length(day) = 10),
  reason text not null,
  added_by text not null references people (id),
  added_at timestamptz not null,
  withdrawn_by text references people (id),
  withdrawn_at timestamptz,
  check ((withdrawn_by is null) = (withdrawn_at is null))
);
-- A day that was withdrawn can be added again.
create unique index partnership_closures_that_count on partnership_closures (partnership_id, day) where withdrawn_at is null;
create index partnership_closures_by_day on partnership_closures (partnership_id, day);

create trigger partnership_closures_are_withdrawn_once before update on partnership_closures
for each row when (old.withdrawn_at is not null or new.withdrawn_at is null
  or new.id is distinct from old.id or new.partnership_id is distinct from old.partnership_id or new.day is distinct from old.day or new.reason is distinct from old.reason or new.added_by is distinct from old.added_by or new.added_at is distinct from old.added_at)
execute function refuse_change('a closure is withdrawn once and not changed');
create trigger partnership_closures_are_not_deleted before delete on partnership_closures
for each row execute function refuse_change('a closure is withdrawn once and not changed');
create trigger partnership_closures_are_not_truncated before truncate on partnership_closures
for each statement execute function refuse_change('a closure is withdrawn once and not changed');
