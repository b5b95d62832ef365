-- What agents work with. Agents belong to the installation: one person answers
-- for several brands, so their rows, and what is found by them alone, begin
-- with no brand.

create table agents (
  id       ident primary key,
  email    ident not null unique,  -- in lower case
  name     text not null,
  role     ident not null,
  presence ident not null,
  capacity integer not null,       -- 0: not bounded
  brands   text not null,          -- [] for all
  password text not null,
  disabled boolean not null,
  revoked  bigint not null,        -- sessions that began before are over
  created  bigint not null
);

create table sessions (
  token   ident primary key,  -- hex sha256
  data    bytea not null,
  expires bigint not null
);
create index sessions_expires on sessions (expires);

-- Names the log, for pages that come back to read on in it.
create table installation (
  id ident primary key
);
-- postgres: insert into installation (id) values (gen_random_uuid()::text);
-- sqlite: insert into installation (id) values (lower(hex(randomblob(16))));

-- conversation.Desk, in the columns that lists are made of; the whole stands in
-- the conversation's row. No row: no person ever had to do with it.
create table tickets (
  brand    ident not null,
  customer ident not null,
  status   ident not null,             -- queued, assigned, snoozed, resolved
  owner    ident not null,
  priority integer not null,           -- 0 urgent, 1 high, 2 normal
  reason   text not null,
  plain    integer not null,           -- 0 for a VIP, so that all of the queue's order ascends
  value    bigint not null,            -- of the cart
  queued   bigint not null,
  waits    bigint not null,
  until    bigint not null,
  changed  bigint not null,
  primary key (brand, customer)
) -- postgres: with (fillfactor = 80)
-- sqlite: without rowid
;
create index tickets_queue on tickets (brand, priority, plain, queued, customer) where status = 'queued';
create index tickets_open on tickets (brand, customer) where status <> 'resolved';
create index tickets_owner on tickets (owner, status, brand);

-- What was done in a thread, and what agents wrote for each other. Ids sort
-- with those of messages.
create table notes (
  brand    ident not null,
  customer ident not null,
  id       ident not null,
  event    ident not null,
  kind     ident not null,  -- note, event
  agent    ident not null,
  type     ident not null,
  body     text not null,
  steps    text not null,  -- []conversation.Edge, '' for none
  data     text not null,  -- an object, '' for none
  rule     ident not null,
  version  bigint not null,
  at       bigint not null,
  primary key (brand, customer, id)
) -- sqlite: without rowid
;
create index notes_event on notes (brand, event);

create table drafts (
  brand    ident not null,
  customer ident not null,
  agent    ident not null,
  body     text not null,
  at       bigint not null,
  primary key (brand, customer, agent)
);

-- What a customer is found by beside the address: names, e-mail, order
-- numbers, in lower case without accents. Words are only added; who reads them
-- looks whether they still hold.
create table words (
  brand    ident not null,
  word     ident not null,
  customer ident not null,
  primary key (brand, word, customer)
) -- sqlite: without rowid
;

-- To count conversations without reading them; PostgreSQL's primary key does.
-- sqlite: create index conversations_all on conversations (brand, customer);
