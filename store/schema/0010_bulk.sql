-- One prompt to everybody of a segment: the order, and how far its runner is.
-- Which customers are done is "cursor": all up to it, in the order of ids.
create table bulks (
  brand      ident not null,
  id         ident not null,
  body       text not null,             -- gateway.BulkOrder
  author     text not null,
  status     ident not null,
  why        text not null,
  phase      ident not null,            -- count, slice, rest, drop, over
  cursor     ident not null,
  total      bigint not null,
  considered bigint not null,
  matched    bigint not null,
  node       ident not null default '', -- who works on it, until the lease ends
  lease      bigint not null default 0,
  created    bigint not null,
  changed    bigint not null,
  primary key (brand, id)
) -- sqlite: without rowid
;
create index bulks_work on bulks (lease) where phase <> 'over';

-- How the prompts of a job stand is counted in the index alone.
alter table prompts add column code ident not null default ''; -- of a refused one
drop index prompts_campaign;
create index prompts_campaign on prompts (brand, campaign, id, status, code) where campaign <> '';
