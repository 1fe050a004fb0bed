-- A browser's session may also come of a password and a code here: then it is of no provider.
alter table browser_sessions
  alter column issuer drop not null,
  alter column subject drop not null,
  add check ((issuer is null) = (subject is null)),
  add check (provider_session is null or issuer is not null);
