-- Rows are facts: inserted once, never counted up. $uuid$, $timestamp$, $bool$, $text$ are the engine's types; text sorts by bytes on both.
create table run (
    id $uuid$ primary key,
    name $text$ not null,
    recipe $text$ not null,
    seed bigint not null,
    start_policy $text$ not null,
    constitution $text$ not null,
    constitution_sha256 $text$ not null,
    created_at $timestamp$ not null
);

-- How a run ended; without a row it goes on.
create table run_end (
    run_id $uuid$ primary key,
    policy $text$ not null,
    ended_at $timestamp$ not null
);

-- Why a run waits; the newest row counts, an empty reason lets it go on.
create table run_pause (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    reason $text$ not null,
    paused_at $timestamp$ not null
);

create table prompt (
    run_id $uuid$ not null,
    split $text$ not null,
    round bigint not null,
    ordinal bigint not null,
    id $text$ not null,
    body $text$ not null,
    human_chosen $text$,
    human_rejected $text$,
    primary key (run_id, split, id)
);

-- The prompt as the policy sees it, for trainers, which never tokenize.
create table prompt_tokens (
    run_id $uuid$ not null,
    prompt_id $text$ not null,
    tokens $text$ not null,
    primary key (run_id, prompt_id)
);

create table stage (
    run_id $uuid$ not null,
    round bigint not null,
    ordinal bigint not null,
    name $text$ not null,
    total bigint not null,
    planned_at $timestamp$ not null,
    primary key (run_id, round, name)
);

create table stage_end (
    run_id $uuid$ not null,
    round bigint not null,
    name $text$ not null,
    note $text$ not null,
    ended_at $timestamp$ not null,
    primary key (run_id, round, name)
);

create table command (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    round bigint not null,
    stage $text$ not null,
    ordinal bigint not null,
    kind $text$ not null,
    pool $text$,
    body $text$ not null,
    issued_at $timestamp$
);

create index command_by_stage on command (run_id, round, stage, ordinal);

create table outcome (
    command_id $uuid$ primary key,
    run_id $uuid$ not null,
    round bigint not null,
    stage $text$ not null,
    result $text$ not null,
    finished_at $timestamp$ not null
);

create index outcome_by_stage on outcome (run_id, round, stage);
