drop table timeline_entries;
drop table seats;
drop table stage_entries;
drop table escalations;
drop table reference_counters;
