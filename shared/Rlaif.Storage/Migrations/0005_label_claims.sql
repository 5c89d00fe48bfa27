-- Who looks at a pair, and until when nobody else is shown it. It says nothing about labels: whoever answers first has answered.
create table label_claim (
    command_id $uuid$ primary key,
    held_by $text$ not null,
    held_until $timestamp$ not null
);
