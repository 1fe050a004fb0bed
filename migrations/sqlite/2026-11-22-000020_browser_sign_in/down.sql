create table old_browser_sessions (
  cookie_digest text primary key not null,
  session_id text not null unique references sessions (id) on delete cascade,
  issuer text not null,
  subject text not null,
  provider_session text
) strict;
insert into old_browser_sessions (cookie_digest, session_id, issuer, subject, provider_session)
  select cookie_digest, session_id, issuer, subject, provider_session from browser_sessions
  where issuer is not null;
drop table browser_sessions;
alter table old_browser_sessions rename to browser_sessions;
create index browser_sessions_by_subject on browser_sessions (issuer, subject);
create index browser_sessions_by_provider_session on browser_sessions (issuer, provider_session);
