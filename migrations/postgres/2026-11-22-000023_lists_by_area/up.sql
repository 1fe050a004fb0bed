-- What a case is about, beside its state: lists are narrowed by it. A draft has none.
alter table escalations add column area_of_disagreement text;
-- Read without a cast: a state that cannot be read holds up no upgrade. A key in quotation marks
-- stands in no text of the state, where such marks are escaped.
update escalations
set area_of_disagreement = substring(state from '"area_of_disagreement":"([^"]+)"')
where raised_at is not null;
