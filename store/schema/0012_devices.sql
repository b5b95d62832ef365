-- What is linked to a phone, how its connection stands, and which node holds it.
create table devices (
  brand   ident not null,
  channel ident not null,
  account ident not null default '',
  state   ident not null default 'unpaired',
  code    text not null default '',
  until   bigint not null default 0,
  node    ident not null default '',
  lease   bigint not null default 0,
  changed bigint not null,
  primary key (brand, channel)
) -- sqlite: without rowid
;
