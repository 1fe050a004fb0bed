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
  loaded_at timestamptz not null,
  primary key (partnership_id, key, version)
);
create trigger policies_are_not_changed before update on policies
for each row execute function refuse_change('a policy version never changes');
create trigger policies_are_not_deleted before delete on policies
for each row execute function refuse_change('a policy version never changes');
create trigger policies_are_not_truncated before truncate on policies
for each statement execute function refuse_change('a policy version never changes');
