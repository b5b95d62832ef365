-- What a link that was texted stands for. A code is found by itself, like an
-- API key: its link does not name the customer.
create table codes (
  brand    ident not null,
  code     ident not null,
  kind     ident not null,
  customer ident not null,
  expires  bigint not null,
  primary key (brand, code)
);
