alter table escalations drop column area_of_disagreement;
