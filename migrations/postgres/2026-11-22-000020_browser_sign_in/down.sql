delete from browser_sessions where issuer is null;
alter table browser_sessions
  drop constraint browser_sessions_check,
  drop constraint browser_sessions_check1,
  alter column issuer set not null,
  alter column subject set not null;
