-- What a case is about, beside its state: lists are narrowed by it. A draft has none.
alter table escalations add column area_of_disagreement text;
-- A state that cannot be read holds up no upgrade: such a case is left out of every list.
update escalations
set area_of_disagreement = json_extract(state, '$.content.raised.area_of_disagreement')
where raised_at is not null and json_valid(state);
