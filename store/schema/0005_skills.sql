-- What an agent is asked for, and when a page of theirs was last connected.
alter table agents add column languages text not null default '[]';  -- [] for all
alter table agents add column teams text not null default '[]';
alter table agents add column seen bigint not null default 0;
