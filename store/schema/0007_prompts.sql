-- What automations ask for: each prompt with what was asked, what the gate said
-- of it last, and what became of it. Its messages carry its id.
create table prompts (
  brand    ident not null,
  id       ident not null,
  customer ident not null,
  status   ident not null,
  campaign ident not null,             -- the bulk job or the journey, '' for neither
  request  text not null,              -- conversation.Prompt
  verdict  text not null,              -- conversation.Verdict
  merged   ident not null default '',  -- the prompt whose message says it
  created  bigint not null,
  changed  bigint not null,
  primary key (brand, id)
) -- postgres: with (fillfactor = 80)
-- sqlite: without rowid
;
create index prompts_customer on prompts (brand, customer, id);
create index prompts_campaign on prompts (brand, campaign, id) where campaign <> '';

alter table messages add column content text not null default ''; -- conversation.Content, '' for none
create index messages_prompt on messages (brand, prompt, id) where prompt <> '';

-- What shops are asked and what they are told are taken apart: whoever does not
-- listen must not hold up a reorder.
drop index jobs_due;
create index jobs_asked on jobs (due) where kind <> 'event';
create index jobs_told on jobs (brand, due) where kind = 'event';

-- An answer goes before the prompts of its customer.
drop index messages_waiting;
create index messages_waiting on messages (brand, customer, urgency, version, ordinal) where stage = 'queued';
