-- Auditors of a partnership, and agencies' safeguarding leads.
alter table posts drop constraint posts_function_check;
alter table posts add constraint posts_function_check
  check (function in ('business_manager', 'scrutineer', 'panel_member', 'auditor'));
-- may look at a case of the agency in an emergency
alter table posts add column safeguarding_lead boolean not null default false
  constraint posts_leads_are_of_agencies check (not safeguarding_lead or agency_id is not null);

-- Whether people are on a case by name alone, and for whom it is not there: derived from its state.
alter table escalations add column is_restricted boolean not null default false;
create table excluded_people (
  escalation_id text not null references escalations (id),
  person_id text not null references people (id),
  primary key (escalation_id, person_id)
);
create index excluded_people_by_person on excluded_people (person_id, escalation_id);

-- Who read which case, and why they could. Appended to, never changed.
create table case_views (
  id text primary key not null,
  escalation_id text not null references escalations (id),
  person_id text not null references people (id),
  what text not null check (what in ('case', 'timeline', 'notices')),
  standing text not null check (standing in ('raiser', 'acting', 'reached', 'officer', 'auditor', 'glass_broken')),
  viewed_at timestamptz not null
);
create index case_views_by_case on case_views (escalation_id, id);
create index case_views_by_person on case_views (person_id, escalation_id, what, viewed_at);
create trigger case_views_are_not_changed before update on case_views
for each row execute function refuse_change('case_views is append-only');
create trigger case_views_are_not_deleted before delete on case_views
for each row execute function refuse_change('case_views is append-only');
create trigger case_views_are_not_truncated before truncate on case_views
for each statement execute function refuse_change('case_views is append-only');
