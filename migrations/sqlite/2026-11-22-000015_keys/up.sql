-- Generations of the key that signs access tokens: one person proposes a rotation, another approves
-- it. What the key file holds is generation 0; a salt alone opens nothing.
create table signing_keys (
  number integer primary key not null check (number > 0),
  salt text not null unique check (length(salt) = 43),
  proposed_by text not null references people (id),
  proposed_at text not null,
  approved_by text references people (id),
  approved_at text,
  check ((approved_by is null) = (approved_at is null)),
  check (approved_by <> proposed_by)
) strict;
create unique index one_signing_key_waits on signing_keys ((approved_at is null))
where approved_at is null;

create trigger signing_keys_are_only_approved before update on signing_keys
when old.approved_at is not null or new.number <> old.number or new.salt <> old.salt
  or new.proposed_by <> old.proposed_by or new.proposed_at <> old.proposed_at
begin select raise(abort, 'a signing key is proposed and approved, and never changes'); end;
create trigger signing_keys_are_not_deleted before delete on signing_keys
begin select raise(abort, 'signing_keys is append-only'); end;
create trigger signing_keys_are_not_replaced before insert on signing_keys
when exists (select 1 from signing_keys where number = new.number or salt = new.salt
  or (approved_at is null and new.approved_at is null))
begin select raise(abort, 'signing_keys is append-only'); end;
