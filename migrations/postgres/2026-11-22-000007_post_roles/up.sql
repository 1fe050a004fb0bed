-- What a post is for beside its rung, as a policy names it.
alter table posts add column role text check (role ~ '^[a-z0-9_]{1,40}$');
