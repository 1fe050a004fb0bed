-- A policy version is proposed by one person and published by another; only then is it in force.

-- Who proposed it, and how: nobody where the server's folder did, nothing where it was loaded before
-- there were proposals.
alter table policies add column proposed_by text references people (id);
alter table policies add column proposed_via text check (
  case when proposed_via in ('console', 'api') then proposed_by is not null
       else proposed_by is null and coalesce(proposed_via, 'folder') = 'folder' end);

-- Appended to, never changed.
create table policy_publications (
  partnership_id text not null,
  key text not null,
  version integer not null,
  published_by text references people (id),
  published_via text not null check (published_via in ('console', 'api', 'migration')),
  published_at text not null,
  primary key (partnership_id, key, version),
  foreign key (partnership_id, key, version) references policies (partnership_id, key, version),
  check ((published_via = 'migration') = (published_by is null))
) strict;

-- What was loaded before was in force from then on.
insert into policy_publications (partnership_id, key, version, published_via, published_at)
select partnership_id, key, version, 'migration', loaded_at from policies;

create trigger policy_publications_are_by_somebody_else before insert on policy_publications
when exists (select 1 from policies where partnership_id = new.partnership_id and key = new.key
  and version = new.version and proposed_by = new.published_by)
begin select raise(abort, 'a policy version is published by a second person'); end;
create trigger policy_publications_are_not_changed before update on policy_publications
begin select raise(abort, 'policy_publications is append-only'); end;
create trigger policy_publications_are_not_deleted before delete on policy_publications
begin select raise(abort, 'policy_publications is append-only'); end;
create trigger policy_publications_are_not_replaced before insert on policy_publications
when exists (select 1 from policy_publications where partnership_id = new.partnership_id
  and key = new.key and version = new.version)
begin select raise(abort, 'policy_publications is append-only'); end;
