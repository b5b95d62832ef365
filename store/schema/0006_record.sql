-- What is kept beside the conversations: who did what at the desk, who was
-- named in a note, what is said of an incident, and what texts are found by.

-- What is no turn of a conversation; what is stands in notes. Rows are only
-- ever added. Ids sort by time, with those of notes; brand '' is the installation's.
create table audit (
  brand    ident not null,
  id       ident not null,
  agent    ident not null,
  kind     ident not null,
  customer ident not null,
  detail   text not null,  -- an object, '' for none
  at       bigint not null,
  primary key (brand, id)
) -- sqlite: without rowid
;
-- sqlite: create trigger audit_stays before update on audit begin select raise(abort, 'the audit is only added to'); end;
-- postgres: create function audit_stays() returns trigger language plpgsql as $$ begin raise exception 'the audit is only added to'; end $$;
-- postgres: create trigger audit_stays before update on audit for each row execute function audit_stays();

-- The acts of agents, for the audit and for when each did something last.
create index notes_acts on notes (brand, id, agent, type) where type >= 'agent.' and type < 'agent/';
create index notes_agent on notes (agent, id) where agent <> '';

create table mentions (
  brand    ident not null,
  agent    ident not null,  -- who is named
  note     ident not null,
  customer ident not null,
  read     bigint not null default 0,
  primary key (brand, agent, note)
) -- sqlite: without rowid
;
create index mentions_agent on mentions (agent, note);
create index mentions_note on mentions (brand, note);
create index mentions_unread on mentions (brand, agent) where read = 0;

create table incidents (
  brand   ident not null,
  id      ident not null,
  kind    ident not null,
  match   text not null,
  body    text not null,   -- an object: what is said, by language
  since   bigint not null,
  until   bigint not null, -- 0: until somebody ends it
  agent   ident not null,
  primary key (brand, id)
);
create index incidents_until on incidents (until);

-- What was said and noted, by the words in it: in lower case without accents.
-- Filled behind the turns, in the order of ids; text_marks says up to which.
create table texts (
  -- sqlite: row integer primary key,
  brand    ident not null,
  id       ident not null,  -- of a message or a note
  customer ident not null,
  -- postgres: words tsvector not null,
  unique (brand, id)
);
create index texts_customer on texts (brand, customer);
-- postgres: create index texts_words on texts using gin (words) with (fastupdate = off);
-- sqlite: create virtual table texts_words using fts5 (words, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4', tokenize = "ascii tokenchars '_-'");
-- sqlite: create table text_terms (brand text not null, word text not null, primary key (brand, word)) without rowid;
create index notes_written on notes (brand, id) where kind = 'note';

create table text_marks (
  brand ident primary key,
  id    ident not null
);
