-- What is still open is found without looking through what is done: a stage may have a million commands. Set in the transaction of the outcome.
alter table command add column done $bool$ not null default $false$;
update command set done = true where exists (select 1 from outcome where outcome.command_id = command.id);
create index command_open on command (run_id, round, stage, coalesce(pool, ''), ordinal) where not done;
create index command_under_way on command (run_id, round, stage, issued_at) where not done and issued_at is not null;

-- Stages read prompts and what belongs to them page by page.
create index prompt_by_round on prompt (run_id, split, round, ordinal);
create index response_by_prompt on response (run_id, purpose, round, prompt_id, sample);
drop index response_by_round;
create index pair_by_prompt on pair (run_id, round, purpose, prompt_id);

-- When a pool was last heard of; what nobody gave is not from it.
create index label_by_time on label (run_id, pool, labeled_at) where labeler <> 'nobody';
