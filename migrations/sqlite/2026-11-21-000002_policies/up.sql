-- Policy versions as their files say them. A version never changes once it is here: open cases keep theirs.
create table policies (
  partnership_id text not null references partnerships (id),
  key text not null,
  version integer not null check (version > 0),
  title text not null,
  effective_from text not null,
  effective_until text,
  text text not null,
  sha256 text not null,
  loaded_at text not null,
  primary key (partnership_id, key, version)
) strict;
create trigger policies_are_not_changed before update on policies
begin select raise(abort, 'a policy version never changes'); end;
create trigger policies_are_not_deleted before delete on policies
begin select raise(abort, 'a policy version never changes'); end;
