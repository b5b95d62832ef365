-- What people asked for of what is kept about them, and until when it must be
-- done. After an erasure nothing here names them.
create table privacy_requests (
  brand     ident not null,
  id        ident not null,             -- sorts by time
  kind      ident not null,             -- export, erasure
  customer  ident not null,             -- '' after an erasure
  status    ident not null,             -- open, running, done
  agent     ident not null,             -- who took it down
  asked     bigint not null,
  due       bigint not null,
  done      bigint not null default 0,
  primary key (brand, id)
) -- sqlite: without rowid
;
create index privacy_open on privacy_requests (brand, due) where status <> 'done';

-- By customer: to export and to erase.
create index privacy_customer on privacy_requests (brand, customer);
create index words_customer on words (brand, customer);
create index codes_customer on codes (brand, customer);
create index mentions_customer on mentions (brand, customer);
