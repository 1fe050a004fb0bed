-- What a post is for beside its rung, as a policy names it.
alter table posts add column role text check (length(role) between 1 and 40 and role not glob '*[^a-z0-9_]*');
