drop table set_up_secrets;
drop table account_secrets;
drop table known_networks;
drop table failed_guesses;
