-- A training holds a lease, not a delivery: owner, fencing epoch, heartbeat.
create table training_job (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    kind $text$ not null,
    body $text$ not null,
    owner $text$,
    epoch bigint not null,
    lease_until $timestamp$,
    step bigint not null,
    steps bigint not null,
    created_at $timestamp$ not null
);

create table metric (
    command_id $uuid$ not null,
    run_id $uuid$ not null,
    round bigint not null,
    stage $text$ not null,
    step bigint not null,
    name $text$ not null,
    value double precision not null,
    primary key (command_id, step, name)
);

create table checkpoint (
    command_id $uuid$ primary key,
    run_id $uuid$ not null,
    round bigint not null,
    kind $text$ not null,
    artifact $text$ not null,
    weights_sha256 $text$ not null,
    start_artifact $text$ not null,
    data_artifact $text$ not null,
    published_at $timestamp$ not null
);

create index checkpoint_by_run on checkpoint (run_id, round);

create table score (
    response_id $uuid$ not null,
    reward_model $text$ not null,
    run_id $uuid$ not null,
    reward double precision not null,
    primary key (response_id, reward_model)
);

create table evaluation (
    run_id $uuid$ not null,
    round bigint not null,
    candidate $text$ not null,
    promoted $bool$ not null,
    figures $text$ not null,
    evaluated_at $timestamp$ not null,
    primary key (run_id, round)
);
