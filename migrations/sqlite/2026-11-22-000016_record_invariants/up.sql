-- What a case's record promises, kept by the database itself: whatever program writes to it.

-- Each entry follows the one before it.
create trigger timeline_entries_follow_each_other before insert on timeline_entries
when case new.sequence
  when 1 then new.previous_hash <> '0000000000000000000000000000000000000000000000000000000000000000'
  else not exists (select 1 from timeline_entries where escalation_id = new.escalation_id
    and sequence = new.sequence - 1 and hash = new.previous_hash)
  end
begin select raise(abort, 'a timeline has no gaps'); end;

-- A case's state moves only with its timeline, and never back.
create trigger escalations_stand_on_their_timeline before update on escalations
when (new.version <> old.version or new.head_hash <> old.head_hash)
  and (new.version <= old.version or not exists (select 1 from timeline_entries
    where escalation_id = new.id and sequence = new.version and hash = new.head_hash))
begin select raise(abort, 'a case is what its timeline adds up to'); end;
create trigger escalations_stay_under_their_policy before update on escalations
when new.version = old.version
  and (new.policy_key <> old.policy_key or new.policy_version <> old.policy_version)
begin select raise(abort, 'a case stays under its policy version until its timeline says otherwise'); end;
create trigger escalations_are_not_deleted before delete on escalations
begin select raise(abort, 'a case is not deleted'); end;
create trigger escalations_are_not_replaced before insert on escalations
when exists (select 1 from escalations where id = new.id or reference = new.reference)
begin select raise(abort, 'a case is not deleted'); end;

-- References are given out one after the other.
create trigger reference_counters_count before update on reference_counters
when new.last_number <> old.last_number + 1
begin select raise(abort, 'references are given out one after the other'); end;
create trigger reference_counters_are_not_deleted before delete on reference_counters
begin select raise(abort, 'references are given out one after the other'); end;

-- Stays in stages are numbered without gaps; where and when one began never changes, nor how it ended.
create trigger stage_entries_have_no_gaps before insert on stage_entries
when new.number > 1 and not exists (select 1 from stage_entries
  where escalation_id = new.escalation_id and number = new.number - 1)
begin select raise(abort, 'stays in stages are numbered without gaps'); end;
create trigger stage_entries_stay before update on stage_entries
when new.number <> old.number or new.round <> old.round or new.stage <> old.stage
  or new.entered_at <> old.entered_at
  or (old.left_at is not null and (new.left_at is not old.left_at or new.left_why is not old.left_why))
begin select raise(abort, 'a stay in a stage is not rewritten'); end;
create trigger stage_entries_are_not_deleted before delete on stage_entries
begin select raise(abort, 'a stay in a stage is not deleted'); end;

-- A message that has ended does not begin again; only what a mail server took may come back.
create trigger notices_end_once before update on notices
when old.state in ('failed', 'cancelled', 'accepted') and new.state <> old.state
  and not (old.state = 'accepted' and new.state = 'failed')
begin select raise(abort, 'a message that has ended does not begin again'); end;
create trigger notices_are_not_deleted before delete on notices
begin select raise(abort, 'a message is not deleted'); end;
