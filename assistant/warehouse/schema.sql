-- The facts, from the staged Arrow batches `staged_lines`, `staged_products`, `staged_reviews` and `staged_customers`.
-- Only lines that count are kept: sale lines (positive quantity and price on an order) and return lines (on credit notes).
-- A cancelled order stays a sale: its credit note takes it back, on the note's own date.
-- What every question would otherwise compute again is computed here once: amount, calendar keys, the customer's first day and country.

create table products as
select id as product_id, any_value(name) as product, any_value(lower(kind)) = 'service' as service,
       any_value(category) as category, any_value(style) as style, any_value(brand) as brand,
       any_value(price) as list_price, any_value(stock) as stock, any_value(active) as active
from staged_products group by id;

create table counted as
select order_id, order_kind = 'sale' as sale, customer_id, country, placed_at as sold_at, product_id,
       quantity, unit_price, quantity * unit_price as amount
from staged_lines
where (order_kind = 'sale' and quantity > 0 and unit_price > 0) or order_kind = 'credit';

create table customers as
with spans as (
    select customer_id, cast(min(sold_at) as date) as first_day, cast(max(sold_at) as date) as last_day, count(distinct order_id) as orders
    from counted where sale and customer_id is not null group by customer_id
), homes as (
    select customer_id, country, row_number() over (partition by customer_id order by count(*) desc, country) as place
    from counted where sale and customer_id is not null group by customer_id, country
)
select spans.*, homes.country as country, coalesce(named.name, '') as name
from spans join homes on homes.customer_id = spans.customer_id and homes.place = 1
left join (select id, trim(any_value(first_name) || ' ' || any_value(last_name)) as name from staged_customers group by id) named
       on named.id = spans.customer_id;

create table lines as
select c.order_id, c.sale, coalesce(p.service, false) as service, c.product_id, coalesce(p.product, c.product_id) as product,
       coalesce(p.category, '') as category, coalesce(p.style, '') as style, coalesce(p.brand, '') as brand,
       c.customer_id, k.first_day as customer_since, k.country as customer_country, c.country, c.sold_at,
       cast(c.sold_at as date) as day, cast(date_trunc('week', c.sold_at) as date) as week, cast(date_trunc('month', c.sold_at) as date) as month,
       cast(date_trunc('quarter', c.sold_at) as date) as quarter, cast(date_trunc('year', c.sold_at) as date) as year,
       cast(isodow(c.sold_at) as tinyint) as weekday, cast(hour(c.sold_at) as tinyint) as hour, cast(month(c.sold_at) as tinyint) as month_of_year,
       c.quantity, c.unit_price, c.amount
from counted c
left join products p on p.product_id = c.product_id
left join customers k on k.customer_id = c.customer_id
order by c.sold_at;

drop table counted;

create table reviews as
select r.id as review_id, r.product_id, coalesce(p.product, r.product_id) as product, r.customer_id, cast(r.rating as double) as rating, r.title,
       r.text as body, trim(coalesce(r.title, '') || ' ' || coalesce(r.text, '')) as words,
       cast(r.created_at as date) as day, cast(date_trunc('week', r.created_at) as date) as week, cast(date_trunc('month', r.created_at) as date) as month,
       cast(date_trunc('quarter', r.created_at) as date) as quarter, cast(date_trunc('year', r.created_at) as date) as year,
       try_cast(r.attributes ->> '$.age' as integer) as age,
       case when lower(r.attributes ->> '$.recommended') in ('1', '1.0', 'true', 'yes') then cast(1 as double)
            when r.attributes ->> '$.recommended' is not null then cast(0 as double) end as recommended,
       coalesce(r.attributes ->> '$.department', p.category, '') as department, coalesce(r.attributes ->> '$.division', '') as division,
       coalesce(r.attributes ->> '$.class', p.style, '') as class
from staged_reviews r left join products p on p.product_id = r.product_id;
