-- What each member of an ensemble gave, as JSON; the reward is their mean. Null: a single model.
alter table score add column members $text$;
-- What the heads of single principles gave, as JSON. Null: the model has none.
alter table score add column principles $text$;
