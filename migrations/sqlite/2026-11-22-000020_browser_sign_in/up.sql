-- A browser's session may also come of a password and a code here: then it is of no provider.
create table new_browser_sessions (
  cookie_digest text primary key not null,
  session_id text not null unique references sessions (id) on delete cascade,
  issuer text,
  subject text,
  provider_session text,
  check ((issuer is null) = (subject is null)),
  check (provider_session is null or issuer is not null)
) strict;
insert into new_browser_sessions (cookie_digest, session_id, issuer, subject, provider_session)
  select cookie_digest, session_id, issuer, subject, provider_session from browser_sessions;
drop table browser_sessions;
alter table new_browser_sessions rename to browser_sessions;
create index browser_sessions_by_subject on browser_sessions (issuer, subject);
create index browser_sessions_by_provider_session on browser_sessions (issuer, provider_session);
