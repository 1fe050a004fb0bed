-- PostgreSQL replaces by updating, which the triggers refuse already. Here so that both folders have
-- the same migrations.
select 1;
