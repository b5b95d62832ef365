-- One schema for both engines. Every primary, unique and foreign key starts
-- with the brand, so that brands can be spread over machines. Times are
-- microseconds since 1970, 0 for none; JSON is text.
--
-- "ident" is text compared byte by byte. The rest of a line after
-- "-- postgres:" or "-- sqlite:" is live on that engine.

create table brands (
  brand   ident primary key,
  seq     bigint not null default 0,  -- of the newest row of the brand's log
  script  ident not null default '',  -- sha256 of the current one
  created bigint not null
) -- postgres: with (fillfactor = 10)
;

create table scripts (
  brand   ident not null,
  sha     ident not null,
  source  bytea not null,
  created bigint not null,
  primary key (brand, sha)
);

-- The groups that were committed, to answer for a COMMIT without an answer.
create table commits (
  brand ident not null,
  id    ident not null,
  at    bigint not null,
  primary key (brand, id)
);

-- Events that were processed. SQLite prunes it in the order of rowid.
create table keys (
  brand ident not null,
  key   ident not null,
  at    bigint not null,
  primary key (brand, key)
);
-- postgres: create index commits_at on commits using brin (at) with (autosummarize = on);
-- postgres: create index keys_at on keys using brin (at) with (autosummarize = on);

-- The customer's row is the lock of everything that is the customer's.
create table customers (
  brand   ident not null,
  id      ident not null,
  profile text not null,   -- conversation.Customer
  created bigint not null,
  changed bigint not null,
  primary key (brand, id)
) -- postgres: with (fillfactor = 85)
-- sqlite: without rowid
;

create table addresses (
  brand    ident not null,
  address  ident not null,
  customer ident not null,
  primary key (brand, address),
  foreign key (brand, customer) references customers (brand, id) deferrable initially deferred
) -- sqlite: without rowid
;

create table accounts (
  brand    ident not null,
  account  ident not null, -- the shop's external id
  customer ident not null,
  primary key (brand, account),
  foreign key (brand, customer) references customers (brand, id) deferrable initially deferred
) -- sqlite: without rowid
;

-- By customer: to export and erase, and for SQLite's check of the foreign keys,
-- which reads the whole table without it.
create index addresses_customer on addresses (brand, customer);
create index accounts_customer on accounts (brand, customer);

-- No foreign key here or below: the customer is under lock when a row is
-- written, and a check for each row of each turn would cost a tenth of it.
create table conversations (
  brand    ident not null,
  customer ident not null,
  state    ident not null,
  version  bigint not null,
  epoch    bigint not null,
  script   ident not null,
  data     text not null,  -- the rest of conversation.Conversation
  changed  bigint not null,
  primary key (brand, customer)
) -- postgres: with (fillfactor = 70)
-- sqlite: without rowid
;

-- Texts both ways; the outbox is the rows whose stage is queued or posting. The
-- indexes look at stage only, so that what carriers report afterwards changes
-- no index.
create table messages (
  brand        ident not null,
  id           ident not null,
  customer     ident not null,
  stage        ident not null,  -- queued, posting, done; received: from the customer
  status       ident not null,
  channel      ident not null,
  medium       ident not null,
  address      ident not null,
  carrier      ident not null default '',
  author       text not null,
  body         text not null,
  media        text not null default '',  -- []conversation.Media, '' for none
  detail       text not null default '',  -- what else an inbound text said
  purpose      ident not null default '',
  urgency      integer not null default 0,  -- 0 answers, 1 transactional, 2 marketing
  exempt       boolean not null default false,
  rule         ident not null default '',
  asks         ident not null default '',
  prompt       ident not null default '',
  version      bigint not null,
  ordinal      integer not null default 0,
  epoch        bigint not null default 0,
  segments     integer not null default 0,
  created      bigint not null,
  not_before   bigint not null default 0,
  expires      bigint not null default 0,
  code         text not null default '',
  attempts     integer not null default 0,
  node         ident not null default '',
  deadline     bigint not null default 0,
  lease        bigint not null default 0,
  first_posted bigint not null default 0,
  changed      bigint not null,
  primary key (brand, id)
) -- postgres: with (fillfactor = 80)
-- sqlite: without rowid
;

-- One message of a customer in flight, whatever the number of nodes.
create unique index messages_posting on messages (brand, customer) where stage = 'posting';
create unique index messages_carrier on messages (brand, channel, carrier) where carrier <> '' and stage <> 'received';
create index messages_thread on messages (brand, customer, id);
-- Each of these answers one question only, so that none is ever taken for another.
create index messages_waiting on messages (brand, customer, version, ordinal) where stage = 'queued';
create index messages_ready on messages (brand, channel, urgency, not_before) where stage = 'queued' and urgency >= 0;
create index messages_overdue on messages (expires) where stage = 'queued' and expires > 0;

create table timers (
  brand    ident not null,
  customer ident not null,
  name     ident not null,
  due      bigint not null,
  payload  text not null,
  primary key (brand, customer, name)
) -- sqlite: without rowid
;
create index timers_due on timers (due);

create table jobs (
  brand    ident not null,
  id       ident not null,
  customer ident not null,
  kind     text not null,
  payload  bytea not null,
  due      bigint not null,
  attempts integer not null default 0,
  primary key (brand, id)
);
create index jobs_due on jobs (due);

-- The ledger: rows are only ever added.
create table consents (
  brand    ident not null,
  customer ident not null,
  event    ident not null,
  ordinal  integer not null,
  medium   ident not null,
  purpose  ident not null,
  state    ident not null,
  source   text not null,
  wording  text not null,
  evidence text not null,
  rule     ident not null,
  at       bigint not null,
  primary key (brand, customer, event, ordinal)
);

-- The log: seq has no gaps within a brand.
create table events (
  brand    ident not null,
  seq      bigint not null,
  type     ident not null,
  customer ident not null,
  version  bigint not null,
  payload  text not null,
  at       bigint not null,
  primary key (brand, seq)
) -- sqlite: without rowid
;

create table poison (
  brand    ident not null,
  event    ident not null,
  customer ident not null,
  body     bytea not null,
  error    text not null,
  at       bigint not null,
  primary key (brand, event)
);

create table api_keys (
  brand   ident not null,
  hash    ident not null,
  name    text not null,
  scopes  text not null,
  created bigint not null,
  primary key (brand, hash)
);
-- A key says its brand itself, so it is looked for in all of them.
create index api_keys_hash on api_keys (hash);

create table answers (
  brand   ident not null,
  key     ident not null,
  request ident not null,
  status  integer not null,
  type    text not null,
  body    bytea not null,
  at      bigint not null,
  primary key (brand, key)
);
-- postgres: create index answers_at on answers using brin (at) with (autosummarize = on);

create table watermarks (
  brand   ident not null,
  channel ident not null,
  at      bigint not null,
  primary key (brand, channel)
);
