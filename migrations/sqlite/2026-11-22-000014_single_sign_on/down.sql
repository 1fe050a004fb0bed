drop table api_tokens;
drop table logout_tokens;
drop table browser_sessions;
drop table link_tickets;
drop table sign_in_attempts;
drop table identities;
drop trigger no_machine_holds_a_post;
drop trigger no_machine_deputises;
alter table people drop column kind;
