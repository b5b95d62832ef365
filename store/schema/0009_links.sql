-- Where a short link leads, whose message has it, and when its customer followed
-- it first; 0: not yet.
alter table codes add column url text not null default '';
alter table codes add column prompt ident not null default '';
alter table codes add column clicked bigint not null default 0;
-- A link says its brand itself, like an API key: a brand's domain may be shared.
create index codes_links on codes (code) where kind = 'link';
