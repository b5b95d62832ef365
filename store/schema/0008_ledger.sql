-- The ledger of consents is a chain in each brand: every row carries a keyed
-- hash of the row before it. gateway/ledger.go says of what.

alter table consents add column seq bigint not null default 0;         -- its place in the brand's chain; 0: from before there was one
alter table consents add column hash ident not null default '';        -- of the row before and of this one
alter table consents add column commitment ident not null default '';  -- to the personal fields
alter table consents add column nonce ident not null default '';       -- the commitment's key; an erasure takes it away with the fields
alter table consents add column promise text not null default '';      -- conversation.Promise, '' for none
-- Not unique: whoever slipped a row in is found by the chain, and must not keep an opt-out from being written.
create index consents_chain on consents (brand, seq) where seq > 0;

alter table brands add column chained bigint not null default 0;       -- the chain's last row
alter table brands add column chain_hash ident not null default '';    -- its hash
alter table brands add column chain_seal ident not null default '';    -- a keyed hash of both and of unchained
alter table brands add column unchained bigint not null default 0;     -- rows from before there was a chain
update brands set unchained = (select count(*) from consents c where c.brand = brands.brand);

-- What keys these hashes, where the configuration has no secret; and how the
-- secret is known again, without telling it.
alter table installation add column secret text not null default '';
alter table installation add column secret_print ident not null default '';

-- Whom nobody may write to, though nothing else is known of them: lists of
-- former tools, and who was erased. A keyed hash stands for the address.
create table suppressions (
  brand   ident not null,
  address ident not null,  -- HMAC
  medium  ident not null,
  purpose ident not null,
  source  text not null,   -- import, erasure, retention
  at      bigint not null, -- when it was withdrawn
  kept    bigint not null, -- since when the row stands here
  primary key (brand, address, medium, purpose)
) -- sqlite: without rowid
;
