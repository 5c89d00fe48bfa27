create table response (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    round bigint not null,
    purpose $text$ not null,
    prompt_id $text$ not null,
    sample bigint not null,
    policy $text$ not null,
    text $text$ not null,
    ended $bool$ not null,
    tokens $text$ not null,
    log_prob double precision not null,
    reference_k1 double precision,
    reference_k3 double precision
);

create index response_by_round on response (run_id, purpose, round);

-- What a revision came from: its id is that of the revised response.
create table revision (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    draft_id $uuid$ not null,
    principle $text$ not null,
    critique $text$ not null
);

create table pair (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    round bigint not null,
    purpose $text$ not null,
    ordinal bigint not null,
    prompt_id $text$ not null,
    first_id $uuid$ not null,
    second_id $uuid$ not null,
    human double precision
);

create index pair_by_round on pair (run_id, round, purpose, ordinal);

create table label (
    id $uuid$ primary key,
    run_id $uuid$ not null,
    pair_id $uuid$ not null,
    pool $text$ not null,
    labeler $text$ not null,
    calls bigint not null,
    prompt_sha256 $text$,
    declined $text$,
    labeled_at $timestamp$ not null
);

create index label_by_pair on label (pair_id);

create table vote (
    label_id $uuid$ not null,
    principle $text$ not null,
    preference double precision,
    position_bias double precision,
    order_consistent $bool$,
    not_applicable $bool$ not null,
    failure $text$,
    detail $text$,
    primary key (label_id, principle)
);

create table settled (
    pair_id $uuid$ primary key,
    run_id $uuid$ not null,
    preference double precision,
    dropped $text$,
    kept $bool$ not null
);
