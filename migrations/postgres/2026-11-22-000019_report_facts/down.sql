drop table report_cases;
