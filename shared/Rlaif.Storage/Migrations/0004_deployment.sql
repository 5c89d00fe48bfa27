-- Who is about to send a command, and until when nobody else does. A command counts as issued when the broker has confirmed it.
alter table command add column taken_by $text$;
alter table command add column taken_until $timestamp$;

