drop table policy_publications;
drop function refuse_own_publication();
alter table policies drop column proposed_via;
alter table policies drop column proposed_by;
