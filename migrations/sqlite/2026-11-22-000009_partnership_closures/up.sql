-- Days on which a partnership is closed, beside those of its policies. Added and, once, withdrawn;
-- otherwise never changed.
create table partnership_closures (
  id text primary key not null,
  partnership_id text not null references partnerships (id),
  -- such as 2026-12-29
  day text not null check (length(day) = 10),
  reason text not null,
  added_by text not null references people (id),
  added_at text not null,
  withdrawn_by text references people (id),
  withdrawn_at text,
  check ((withdrawn_by is null) = (withdrawn_at is null))
) strict;
-- A day that was withdrawn can be added again.
create unique index partnership_closures_that_count on partnership_closures (partnership_id, day) where withdrawn_at is null;
create index partnership_closures_by_day on partnership_closures (partnership_id, day);

create trigger partnership_closures_are_withdrawn_once before update on partnership_closures
when old.withdrawn_at is not null or new.withdrawn_at is null
  or new.id is not old.id or new.partnership_id is not old.partnership_id or new.day is not old.day or new.reason is not old.reason or new.added_by is not old.added_by or new.added_at is not old.added_at
begin select raise(abort, 'a closure is withdrawn once and not changed'); end;
create trigger partnership_closures_are_not_deleted before delete on partnership_closures
begin select raise(abort, 'a closure is withdrawn once and not changed'); end;
create trigger partnership_closures_are_not_replaced before insert on partnership_closures
when exists (select 1 from partnership_closures where id = new.id
  or (partnership_id = new.partnership_id and day = new.day and withdrawn_at is null and new.withdrawn_at is null))
begin select raise(abort, 'a closure is withdrawn once and not changed'); end;
