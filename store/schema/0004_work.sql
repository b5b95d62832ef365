-- What the desk's work is ordered and counted by. Conversations from before have
-- no offer, no team and no time by which to answer: the columns begin empty, and
-- a conversation's next turn at the desk fills them.

alter table tickets add column offered ident not null default '';    -- the agent whom a queued one is held for, until hold
alter table tickets add column hold bigint not null default 0;
alter table tickets add column team ident not null default '';       -- '' is everybody's
alter table tickets add column due bigint not null default 9223372036854775807; -- until when to answer; the largest number for never, so that all of the queue's order ascends
alter table tickets add column resolve_by bigint not null default 0; -- until when to resolve all of it

drop index tickets_queue;
create index tickets_queue on tickets (brand, priority, plain, due, queued, customer) where status = 'queued';
create index tickets_offered on tickets (offered) where offered <> '';

-- What people had to do with a customer, from when they were asked for or stepped
-- in until they were done: what reports are made of.
create table handoffs (
  brand    ident not null,
  customer ident not null,
  began    bigint not null,
  reason   ident not null,
  priority integer not null,  -- 0 urgent, 1 high, 2 normal
  team     ident not null,
  channel  ident not null,
  language ident not null,
  owner    ident not null,    -- who had it last, '' for nobody
  answered bigint not null,   -- first
  closed   bigint not null,
  breached integer not null,  -- answers that came too late
  rating   integer not null,  -- 1 to 5, 0 for none
  primary key (brand, customer, began)
) -- postgres: with (fillfactor = 80)
-- sqlite: without rowid
;
create index handoffs_began on handoffs (brand, began);
