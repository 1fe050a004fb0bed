-- Auditors of a partnership, and agencies' safeguarding leads. SQLite cannot change a check that
-- stands in a table, so the table is made anew; what refers to it waits until it is whole again.
pragma defer_foreign_keys = on;
create table posts_as_they_were as select * from posts;
drop table posts;
create table posts (
  id text primary key not null,
  title text not null,
  agency_id text references agencies (id),
  partnership_id text references partnerships (id),
  rung text not null check (rung in ('practitioner', 'line_manager', 'service_manager', 'head_of_service', 'partnership')),
  team text,
  function text check (function in ('business_manager', 'scrutineer', 'panel_member', 'auditor')),
  mailbox_email text,
  version integer not null default 1,
  -- what it is for beside its rung, as a policy names it
  role text check (length(role) between 1 and 40 and role not glob '*[^a-z0-9_]*'),
  -- may look at a case of the agency in an emergency
  safeguarding_lead integer not null default 0 check (safeguarding_lead in (0, 1)),
  -- in an agency below the top, or at the partnership's top: no third way
  check ((agency_id is not null and partnership_id is null and rung <> 'partnership' and function is null)
      or (agency_id is null and partnership_id is not null and rung = 'partnership' and function is not null and team is null
          and safeguarding_lead = 0))
) strict;
insert into posts (id, title, agency_id, partnership_id, rung, team, function, mailbox_email, version, role)
select id, title, agency_id, partnership_id, rung, team, function, mailbox_email, version, role
from posts_as_they_were;
drop table posts_as_they_were;
create index posts_by_agency on posts (agency_id);
create index posts_by_partnership on posts (partnership_id);

-- Whether people are on a case by name alone, and for whom it is not there: derived from its state.
alter table escalations add column is_restricted integer not null default 0 check (is_restricted in (0, 1));
create table excluded_people (
  escalation_id text not null references escalations (id),
  person_id text not null references people (id),
  primary key (escalation_id, person_id)
) strict;
create index excluded_people_by_person on excluded_people (person_id, escalation_id);

-- Who read which case, and why they could. Appended to, never changed.
create table case_views (
  id text primary key not null,
  escalation_id text not null references escalations (id),
  person_id text not null references people (id),
  what text not null check (what in ('case', 'timeline', 'notices')),
  standing text not null check (standing in ('raiser', 'acting', 'reached', 'officer', 'auditor', 'glass_broken')),
  viewed_at text not null
) strict;
create index case_views_by_case on case_views (escalation_id, id);
create index case_views_by_person on case_views (person_id, escalation_id, what, viewed_at);
create trigger case_views_are_not_changed before update on case_views
begin select raise(abort, 'case_views is append-only'); end;
create trigger case_views_are_not_deleted before delete on case_views
begin select raise(abort, 'case_views is append-only'); end;
create trigger case_views_are_not_replaced before insert on case_views
when exists (select 1 from case_views where id = new.id)
begin select raise(abort, 'case_views is append-only'); end;
