-- Customers who turned out to be somebody who was known already: what is kept
-- under the former id for good (the ledger, the log, the audit) is found by the
-- customer who has the rest.
create table merged (
  brand    ident not null,
  former   ident not null,
  customer ident not null,
  at       bigint not null,
  primary key (brand, former)
) -- sqlite: without rowid
;
create index merged_customer on merged (brand, customer);
