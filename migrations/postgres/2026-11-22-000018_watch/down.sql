drop table set_aside_cases;
drop table nodes;
