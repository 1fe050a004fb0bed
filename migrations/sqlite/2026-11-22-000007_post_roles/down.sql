alter table posts drop column role;
