-- What is counted of each case that was raised, as it stands after its latest entry: one row a case, in
-- the order in which reports read them. Made from the timeline, and can be made again.
create table report_cases (
  escalation_id text not null unique references escalations (id),
  partnership_id text not null references partnerships (id),
  raised_at text not null,
  -- the case's version that the facts are of
  case_version integer not null check (case_version >= 0),
  -- false: still to be made from the timeline
  is_made integer not null check (is_made in (0, 1)),
  facts blob not null,
  primary key (partnership_id, raised_at, escalation_id)
) strict, without rowid;
create index report_cases_to_make on report_cases (escalation_id) where not is_made;

insert into report_cases (escalation_id, partnership_id, raised_at, case_version, is_made, facts)
select id, partnership_id, raised_at, 0, 0, x'' from escalations where raised_at is not null;
