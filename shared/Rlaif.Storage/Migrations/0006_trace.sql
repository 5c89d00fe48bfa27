-- The W3C trace context under which a command was planned and a training asked for: whoever takes them up goes on with the run's trace.
alter table command add column trace $text$;
alter table training_job add column trace $text$;
