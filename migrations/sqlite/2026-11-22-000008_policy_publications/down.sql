drop table policy_publications;
alter table policies drop column proposed_via;
alter table policies drop column proposed_by;
