/**
 * Deals: a pair linked by a stored id is one deal, with sales' stage, amount and dates. `t_fx` holds the exact rate of each
 * currency; an amount without a rate at its date has no amount in the company's currency, never 0.
 */
export const dealsSql = `
CREATE TEMP TABLE t_deal_alias AS
WITH RECURSIVE chain(side, id, target, hops) AS (
  SELECT side, id, into_id, 1 FROM raw_deals WHERE gone = 'merged'
  UNION ALL
  SELECT c.side, c.id, d.into_id, c.hops + 1 FROM chain c JOIN raw_deals d ON d.side = c.side AND d.id = c.target AND d.gone = 'merged' WHERE c.hops < 50
)
SELECT side, id, arg_max(target, hops) AS target FROM chain GROUP BY side, id;

CREATE TEMP TABLE t_deal_pair AS
WITH stored AS (
  SELECT side, id, unnest(from_json(cross_ids, '["VARCHAR"]')) AS other FROM raw_deals WHERE gone IS NULL
), candidate AS (
  SELECT x.id AS marketing_id, x.other AS sales_id FROM stored x JOIN raw_deals d ON d.side = 'sales' AND d.id = x.other AND d.gone IS NULL WHERE x.side = 'marketing'
  UNION
  SELECT x.other, x.id FROM stored x JOIN raw_deals d ON d.side = 'marketing' AND d.id = x.other AND d.gone IS NULL WHERE x.side = 'sales'
)
SELECT marketing_id, sales_id FROM candidate
QUALIFY row_number() OVER (PARTITION BY marketing_id ORDER BY sales_id) = 1 AND row_number() OVER (PARTITION BY sales_id ORDER BY marketing_id) = 1;

CREATE TEMP TABLE t_deal_of AS
WITH own AS (
  SELECT d.side, d.id, CASE WHEN d.side = 'marketing' AND p.sales_id IS NOT NULL THEN 'sales:' || p.sales_id ELSE d.side || ':' || d.id END AS deal_id
  FROM raw_deals d LEFT JOIN t_deal_pair p ON d.side = 'marketing' AND p.marketing_id = d.id WHERE d.gone IS NULL
)
SELECT side, id, deal_id FROM own
UNION ALL SELECT a.side, a.id, o.deal_id FROM t_deal_alias a JOIN own o ON o.side = a.side AND o.id = a.target;

CREATE TEMP TABLE t_deal AS
SELECT o.deal_id, max(d.id) FILTER (d.side = 'marketing') AS marketing_deal_id, max(d.id) FILTER (d.side = 'sales') AS sales_deal_id,
       any_value(a.account_id ORDER BY d.side DESC) AS account_id, any_value(u.user_id ORDER BY d.side DESC) AS owner_id,
       any_value(d.name ORDER BY d.side DESC) AS name, min(d.created_at) AS created_at,
       any_value(d.outcome ORDER BY d.side DESC) AS outcome, any_value(d.stage ORDER BY d.side DESC) AS stage,
       -- Instant and precision belong together, so both come from the leading record.
       first(d.closed_at ORDER BY d.side DESC) AS closed_at, first(d.closed_precision ORDER BY d.side DESC) AS closed_precision,
       any_value(d.amount_minor ORDER BY d.side DESC) AS amount_minor,
       any_value(d.currency ORDER BY d.side DESC) FILTER (d.amount_minor IS NOT NULL) AS currency,
       any_value(nullif(trim(d.reason), '') ORDER BY d.side DESC) AS reason, any_value(nullif(d.type, '') ORDER BY d.side DESC) AS type,
       any_value(c.campaign_id ORDER BY d.side DESC) AS campaign_id,
       any_value(d.campaign_set_by_person ORDER BY d.side DESC) FILTER (c.campaign_id IS NOT NULL) AS campaign_set_by_person,
       any_value(nullif(d.channel, '') ORDER BY d.side DESC) AS channel, max(d.reopened) AS reopened
FROM raw_deals d JOIN t_deal_of o ON o.side = d.side AND o.id = d.id
LEFT JOIN t_account_of a ON a.side = d.side AND a.id = d.account_id
LEFT JOIN t_user u ON u.side = d.side AND u.id = d.owner_id
LEFT JOIN t_campaign c ON c.side = d.side AND c.id = d.campaign_id
WHERE d.gone IS NULL GROUP BY o.deal_id;

INSERT INTO deals (deal_id, marketing_deal_id, sales_deal_id, account_id, owner_id, name, created_at, closed_at, closed_precision, outcome, stage,
                   loss_reason, deal_type, is_enterprise, amount_minor, currency, amount_base, reopened, campaign_id, campaign_set_by_person, channel)
SELECT d.deal_id, d.marketing_deal_id, d.sales_deal_id, d.account_id, d.owner_id, d.name, d.created_at,
       CASE WHEN d.outcome = 'open' THEN NULL ELSE d.closed_at END, coalesce(d.closed_precision, 'ms'), d.outcome, d.stage,
       CASE WHEN d.outcome = 'lost' THEN d.reason END,
       CASE WHEN regexp_matches(lower(d.type), 'exist|renew|expan|upsell|upgrade|add.?on|replace') THEN 'existing' WHEN regexp_matches(lower(d.type), 'new') THEN 'new' ELSE d.type END,
       a.employees >= 1000, d.amount_minor, d.currency,
       CAST(CASE WHEN d.amount_minor IS NULL THEN NULL
                 WHEN d.currency = k.company_currency THEN d.amount_minor
                 WHEN d.amount_minor >= 0 THEN (2 * d.amount_minor * r.times + r.over) // (2 * r.over)
                 ELSE -((-2 * d.amount_minor * r.times + r.over) // (2 * r.over)) END AS BIGINT),
       CAST(coalesce(d.reopened, 0) AS INTEGER), d.campaign_id, d.campaign_set_by_person, d.channel
FROM t_deal d CROSS JOIN t_const k
LEFT JOIN accounts a ON a.account_id = d.account_id
LEFT JOIN t_fx r ON r.currency = d.currency AND r.starts_at <= CASE WHEN d.outcome = 'open' THEN k.as_of ELSE coalesce(d.closed_at, k.as_of) END
                AND r.ends_at > CASE WHEN d.outcome = 'open' THEN k.as_of ELSE coalesce(d.closed_at, k.as_of) END;

INSERT INTO deal_contacts (deal_contact_id, deal_id, lead_id, role, is_primary, added_at)
WITH part AS (
  SELECT o.deal_id, l.lead_id, p.role, coalesce(p.is_primary, FALSE) AS is_primary, p.added_at, p.side
  FROM raw_deal_people p JOIN t_deal_of o ON o.side = p.side AND o.id = p.deal_id JOIN t_lead_of l ON l.side = p.side AND l.id = p.person_id WHERE p.gone IS NULL
  UNION ALL
  -- A lead that became a deal takes part in it, whether or not anybody added a contact role.
  SELECT o.deal_id, l.lead_id, NULL, FALSE, p.converted_at, p.side
  FROM raw_people p JOIN t_deal_of o ON o.side = p.side AND o.id = p.converted_deal JOIN t_lead_of l ON l.side = p.side AND l.id = p.id WHERE p.gone IS NULL
)
SELECT deal_id || '|' || lead_id, deal_id, lead_id, any_value(nullif(role, '') ORDER BY side DESC), bool_or(is_primary), min(added_at)
FROM part GROUP BY deal_id, lead_id;
`;
