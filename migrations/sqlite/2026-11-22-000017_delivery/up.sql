-- Which go first: 0 urgent, 1 asks somebody to act, 2 informs.
alter table notices add column urgency integer not null default 1
  check (urgency between 0 and 2);
-- The domain of the address: a dead one holds up no other.
alter table notices add column destination text not null default '';
-- What goes to a person in one letter with others of the same word.
alter table notices add column bundle text;
-- The notice whose Message-ID the letter bears, where it goes with others in one letter.
alter table notices add column sent_as text;
-- The message that this one tells of: it was not taken, or not yet.
alter table notices add column about_notice_id text;
-- When somebody else was told that it is not taken for now; at most once.
alter table notices add column delay_told_at text;
-- When it came back although a mail server had taken it.
alter table notices add column bounced_at text;
update notices set destination = lower(substr(recipient_email, instr(recipient_email, '@') + 1))
where state in ('queued', 'leased');
drop index notices_to_send;
create index notices_to_send
  on notices (urgency, queued_at, id, next_attempt_at, destination) where state = 'queued';
create index notices_next on notices (next_attempt_at) where state = 'queued';
create index notices_bundled on notices (recipient_email, bundle)
  where state = 'queued' and bundle is not null;
create index notices_by_lease on notices (lease_token) where lease_token is not null;
create index notices_by_letter on notices (sent_as) where sent_as is not null;
create index notices_accepted on notices (ended_at) where state = 'accepted';

-- Mail to this person comes back since then, and why; none while it does not.
alter table people add column email_fails_since text;
alter table people add column email_fails_why text;
