-- SQLite's INSERT OR REPLACE deletes the row that is in its way without asking the triggers against
-- deleting. What is appended to is not replaced either.
create trigger timeline_entries_are_not_replaced before insert on timeline_entries
when exists (select 1 from timeline_entries where escalation_id = new.escalation_id
  and (sequence = new.sequence or previous_hash = new.previous_hash))
begin select raise(abort, 'the timeline is append-only'); end;
create trigger policies_are_not_replaced before insert on policies
when exists (select 1 from policies where partnership_id = new.partnership_id
  and key = new.key and version = new.version)
begin select raise(abort, 'a policy version never changes'); end;
create trigger directory_changes_are_not_replaced before insert on directory_changes
when exists (select 1 from directory_changes where id = new.id)
begin select raise(abort, 'directory_changes is append-only'); end;
