drop table partnership_closures;
