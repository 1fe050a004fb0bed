drop index notices_waiting;
alter table notices drop column waits_until;
drop table notification_settings;
