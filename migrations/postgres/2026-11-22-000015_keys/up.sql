-- Generations of the key that signs access tokens: one person proposes a rotation, another approves
-- it. What the key file holds is generation 0; a salt alone opens nothing.
create table signing_keys (
  number integer primary key not null check (number > 0),
  salt text not null unique check (length(salt) = 43),
  proposed_by text not null references people (id),
  proposed_at timestamptz not null,
  approved_by text references people (id),
  approved_at timestamptz,
  check ((approved_by is null) = (approved_at is null)),
  check (approved_by <> proposed_by)
);
create unique index one_signing_key_waits on signing_keys ((approved_at is null))
where approved_at is null;

create function refuse_other_than_approval() returns trigger language plpgsql as $$
begin
  if old.approved_at is not null or new.number <> old.number or new.salt <> old.salt
  or new.proposed_by <> old.proposed_by or new.proposed_at <> old.proposed_at then
    raise exception 'a signing key is proposed and approved, and never changes';
  end if;
  return new;
end;
$$;
create trigger signing_keys_are_only_approved before update on signing_keys
for each row execute function refuse_other_than_approval();
create trigger signing_keys_are_not_deleted before delete on signing_keys
for each row execute function refuse_change('signing_keys is append-only');
create trigger signing_keys_are_not_truncated before truncate on signing_keys
for each statement execute function refuse_change('signing_keys is append-only');
