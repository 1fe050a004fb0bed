drop table wrong_proofs;
drop table passkey_challenges;
drop table passkeys;
drop table recovery_codes;
drop table one_time_code_sources;
drop table sign_in_tickets;
