drop table signing_keys;
drop function refuse_other_than_approval();
