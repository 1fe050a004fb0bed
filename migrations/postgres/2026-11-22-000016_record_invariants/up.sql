-- What a case's record promises, kept by the database itself: whatever program writes to it.

-- Each entry follows the one before it.
create function keep_timeline_whole() returns trigger language plpgsql as $$
begin
  if new.sequence = 1 then
    if new.previous_hash <> repeat('0', 64) then
      raise exception 'a timeline has no gaps';
    end if;
  elsif not exists (select 1 from timeline_entries where escalation_id = new.escalation_id
      and sequence = new.sequence - 1 and hash = new.previous_hash) then
    raise exception 'a timeline has no gaps';
  end if;
  return new;
end;
$$;
create trigger timeline_entries_follow_each_other before insert on timeline_entries
for each row execute function keep_timeline_whole();

-- A case's state moves only with its timeline, and never back.
create function keep_case_on_timeline() returns trigger language plpgsql as $$
begin
  if new.version <> old.version or new.head_hash <> old.head_hash then
    if new.version <= old.version or not exists (select 1 from timeline_entries
        where escalation_id = new.id and sequence = new.version and hash = new.head_hash) then
      raise exception 'a case is what its timeline adds up to';
    end if;
  elsif new.policy_key <> old.policy_key or new.policy_version <> old.policy_version then
    raise exception 'a case stays under its policy version until its timeline says otherwise';
  end if;
  return new;
end;
$$;
create trigger escalations_stand_on_their_timeline before update on escalations
for each row execute function keep_case_on_timeline();
create trigger escalations_are_not_deleted before delete on escalations
for each row execute function refuse_change('a case is not deleted');
create trigger escalations_are_not_truncated before truncate on escalations
for each statement execute function refuse_change('a case is not deleted');

-- References are given out one after the other.
create function keep_references_counted() returns trigger language plpgsql as $$
begin
  if new.last_number <> old.last_number + 1 then
    raise exception 'references are given out one after the other';
  end if;
  return new;
end;
$$;
create trigger reference_counters_count before update on reference_counters
for each row execute function keep_references_counted();
create trigger reference_counters_are_not_deleted before delete on reference_counters
for each row execute function refuse_change('references are given out one after the other');
create trigger reference_counters_are_not_truncated before truncate on reference_counters
for each statement execute function refuse_change('references are given out one after the other');

-- Stays in stages are numbered without gaps; where and when one began never changes, nor how it ended.
create function keep_stays_numbered() returns trigger language plpgsql as $$
begin
  if new.number > 1 and not exists (select 1 from stage_entries
      where escalation_id = new.escalation_id and number = new.number - 1) then
    raise exception 'stays in stages are numbered without gaps';
  end if;
  return new;
end;
$$;
create trigger stage_entries_have_no_gaps before insert on stage_entries
for each row execute function keep_stays_numbered();
create function keep_stays() returns trigger language plpgsql as $$
begin
  if new.number <> old.number or new.round <> old.round or new.stage <> old.stage
  or new.entered_at <> old.entered_at
  or (old.left_at is not null and (new.left_at is distinct from old.left_at
    or new.left_why is distinct from old.left_why)) then
    raise exception 'a stay in a stage is not rewritten';
  end if;
  return new;
end;
$$;
create trigger stage_entries_stay before update on stage_entries
for each row execute function keep_stays();
create trigger stage_entries_are_not_deleted before delete on stage_entries
for each row execute function refuse_change('a stay in a stage is not deleted');
create trigger stage_entries_are_not_truncated before truncate on stage_entries
for each statement execute function refuse_change('a stay in a stage is not deleted');

-- A message that has ended does not begin again; only what a mail server took may come back.
create function keep_ends_of_notices() returns trigger language plpgsql as $$
begin
  if old.state in ('failed', 'cancelled', 'accepted') and new.state <> old.state
  and not (old.state = 'accepted' and new.state = 'failed') then
    raise exception 'a message that has ended does not begin again';
  end if;
  return new;
end;
$$;
create trigger notices_end_once before update on notices
for each row execute function keep_ends_of_notices();
create trigger notices_are_not_deleted before delete on notices
for each row execute function refuse_change('a message is not deleted');
create trigger notices_are_not_truncated before truncate on notices
for each statement execute function refuse_change('a message is not deleted');
