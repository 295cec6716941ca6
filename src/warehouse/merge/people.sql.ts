/** Text as a SQL literal. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Reads one field out of a staged record's fields, by JSON pointer, so that any field name works. */
const fieldOf = (column: string, name: string): string =>
  `json_extract_string(${column}, ${literal(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)})`;

/**
 * Who is who. `t_lead_of` gives each CRM's record its merged person: by the links; through a merge, the survivor's; a
 * converted record and the contact it became are one person; a record without a link is a person of its own.
 */
export const identitySql = `
CREATE TEMP TABLE t_alias AS
WITH RECURSIVE chain(side, id, target, hops) AS (
  SELECT side, id, into_id, 1 FROM raw_people WHERE gone = 'merged'
  UNION ALL
  SELECT c.side, c.id, p.into_id, c.hops + 1 FROM chain c
  JOIN raw_people p ON p.side = c.side AND p.id = c.target AND p.gone = 'merged' WHERE c.hops < 50
)
SELECT side, id, arg_max(target, hops) AS target FROM chain GROUP BY side, id;

CREATE TEMP TABLE t_record AS
WITH rooted AS (
  SELECT p.side, p.id, coalesce(a.target, p.converted_contact, p.id) AS root
  FROM raw_people p LEFT JOIN t_alias a ON a.side = p.side AND a.id = p.converted_contact WHERE p.gone IS NULL
), linked AS (
  SELECT k.side, coalesce(a.target, k.record_id) AS id, min(k.person_id) AS person_id, min(k.rule) AS rule, max(k.confidence) AS confidence
  FROM t_links k LEFT JOIN t_alias a ON a.side = k.side AND a.id = k.record_id GROUP BY 1, 2
), grouped AS (
  SELECT r.side, r.root,
         coalesce(max(CASE WHEN k.id = r.root THEN k.person_id END), min(k.person_id), r.side || ':' || r.root) AS lead_id
  FROM rooted r LEFT JOIN linked k ON k.side = r.side AND k.id = r.id GROUP BY r.side, r.root
)
SELECT r.side, r.id, g.lead_id, k.rule, k.confidence
FROM rooted r JOIN grouped g ON g.side = r.side AND g.root = r.root LEFT JOIN linked k ON k.side = r.side AND k.id = r.id;

CREATE TEMP TABLE t_lead_of AS
SELECT side, id, lead_id FROM t_record
UNION ALL
SELECT a.side, a.id, r.lead_id FROM t_alias a JOIN t_record r ON r.side = a.side AND r.id = a.target;
`;

/** Accounts are the same where exactly one of each side has the domain. */
export const accountsSql = `
CREATE TEMP TABLE t_account_of AS
WITH live AS (SELECT * FROM raw_accounts WHERE gone IS NULL),
domains AS (
  SELECT domain, min(id) FILTER (side = 'sales') AS sales_id, min(id) FILTER (side = 'marketing') AS marketing_id FROM live
  WHERE domain IS NOT NULL AND domain <> '' GROUP BY domain
  HAVING count(*) FILTER (side = 'sales') = 1 AND count(*) FILTER (side = 'marketing') = 1
)
SELECT l.side, l.id, coalesce('sales:' || d.sales_id, l.side || ':' || l.id) AS account_id
FROM live l LEFT JOIN domains d ON d.domain = l.domain;

INSERT INTO accounts (account_id, marketing_account_id, sales_account_id, name, domain, employees, industry, country)
SELECT o.account_id, max(a.id) FILTER (a.side = 'marketing'), max(a.id) FILTER (a.side = 'sales'),
       any_value(a.name ORDER BY a.side DESC), any_value(a.domain ORDER BY a.side DESC), any_value(a.employees ORDER BY a.side DESC),
       any_value(a.industry ORDER BY a.side DESC), any_value(a.country ORDER BY a.side DESC)
FROM raw_accounts a JOIN t_account_of o ON o.side = a.side AND o.id = a.id GROUP BY o.account_id;
`;

/** What each side's configuration says about people's fields. */
export interface PersonFields {
  readonly marketingStatus: string;
  readonly salesStatus: string;
  /** Null: no mapped field tells why a lead was rejected. */
  readonly marketingReason: string | null;
  readonly salesReason: string | null;
}

/**
 * One row per person. Sales' own statement comes first for owner and account, marketing's for channel and address. A
 * converted person's rung in sales is derived from the deals. The person's origin is the team of whoever created the first
 * record that is not a copy made by a sync.
 */
export const leadsSql = (fields: PersonFields): string => `
CREATE TEMP TABLE t_person AS
SELECT r.lead_id, p.side, p.id, p.created_at, p.email_hash, p.email_domain, p.name, p.channel, p.opted_out,
       p.converted_contact IS NOT NULL OR p.converted_at IS NOT NULL AS converted, p.deal_outcomes,
       lower(p.object) = 'contact' OR c.id IS NOT NULL AS is_contact,
       p.actor_kind IN ('truce', 'connector') AS is_copy,
       CASE WHEN p.actor_kind = 'human' AND u.team IS NOT NULL THEN u.team
            WHEN p.side = 'sales' AND p.actor_kind IN ('integration', 'workflow', 'bot', 'prospect', 'sequence') THEN 'marketing'
            ELSE p.side END AS origin,
       CASE WHEN p.actor_kind = 'human' THEN u.user_id END AS creator, o.user_id AS owner_id, a.account_id,
       CASE p.side WHEN 'marketing' THEN ${fieldOf('p.fields', fields.marketingStatus)} ELSE ${fieldOf('p.fields', fields.salesStatus)} END AS status,
       CASE p.side WHEN 'marketing' THEN ${reason(fields.marketingReason)} ELSE ${reason(fields.salesReason)} END AS reason,
       row_number() OVER (PARTITION BY r.lead_id ORDER BY p.created_at, p.side, p.id) AS n
FROM t_record r JOIN raw_people p ON p.side = r.side AND p.id = r.id
LEFT JOIN (SELECT DISTINCT side, converted_contact AS id FROM raw_people WHERE converted_contact IS NOT NULL) c ON c.side = p.side AND c.id = p.id
LEFT JOIN t_user u ON u.side = p.side AND u.id = p.actor_user
LEFT JOIN t_user o ON o.side = p.side AND o.id = p.owner_id
LEFT JOIN t_account_of a ON a.side = p.side AND a.id = coalesce(p.account_id, p.converted_account);

CREATE TEMP TABLE t_standing AS
SELECT p.lead_id,
       any_value(p.status ORDER BY p.n) FILTER (p.side = 'marketing') AS marketing_status,
       any_value(p.status ORDER BY p.is_contact DESC, p.n) FILTER (p.side = 'sales') AS sales_status,
       any_value(CASE WHEN p.status IS NULL OR p.status = '' THEN b.rung ELSE m.rung END ORDER BY p.n) FILTER (p.side = 'marketing') AS marketing_rung,
       CASE WHEN bool_or(p.deal_outcomes LIKE '%"won"%') FILTER (p.side = 'sales') THEN 'customer'
            WHEN bool_or(p.deal_outcomes LIKE '%"open"%') FILTER (p.side = 'sales') THEN 'opportunity'
            WHEN bool_or(p.converted OR p.deal_outcomes LIKE '%"lost"%') FILTER (p.side = 'sales') THEN 'accepted'
            ELSE any_value(CASE WHEN p.status IS NULL OR p.status = '' THEN b.rung ELSE m.rung END ORDER BY p.is_contact DESC, p.n) FILTER (p.side = 'sales')
       END AS sales_rung
FROM t_person p
LEFT JOIN t_rung m ON m.side = p.side AND m.kind = 'status' AND m.value = p.status
LEFT JOIN t_rung b ON b.side = p.side AND b.kind = 'blank' AND NOT (p.side = 'sales' AND p.is_contact)
GROUP BY p.lead_id;

INSERT INTO leads (lead_id, marketing_person_id, sales_lead_id, sales_contact_id, account_id, email_hash, name, created_at, created_in, origin,
                   sourced_by, channel, campaign_id, region, employees, owner_id, marketing_status, sales_status, marketing_rung, sales_rung,
                   is_internal, opted_out, rejection_reason)
SELECT p.lead_id,
       any_value(p.id ORDER BY p.n) FILTER (p.side = 'marketing'),
       any_value(p.id ORDER BY p.n) FILTER (p.side = 'sales' AND NOT p.is_contact),
       any_value(p.id ORDER BY p.n) FILTER (p.side = 'sales' AND p.is_contact),
       any_value(p.account_id ORDER BY p.side DESC, p.is_contact DESC, p.n),
       any_value(p.email_hash ORDER BY p.side, p.n), any_value(p.name ORDER BY p.side DESC, p.n),
       min(p.created_at), any_value(p.side ORDER BY p.n),
       coalesce(any_value(p.origin ORDER BY p.n) FILTER (NOT p.is_copy), CASE any_value(p.side ORDER BY p.n) WHEN 'sales' THEN 'marketing' ELSE 'sales' END),
       any_value(p.creator ORDER BY p.n) FILTER (NOT p.is_copy),
       any_value(nullif(p.channel, '') ORDER BY p.side, p.n),
       any_value(f.campaign_id), any_value(a.country), any_value(a.employees),
       any_value(p.owner_id ORDER BY p.side DESC, p.is_contact DESC, p.n),
       any_value(s.marketing_status), any_value(s.sales_status), any_value(s.marketing_rung), any_value(s.sales_rung),
       coalesce(bool_or(i.domain IS NOT NULL), FALSE), bool_or(coalesce(p.opted_out, FALSE)),
       any_value(nullif(trim(p.reason), '') ORDER BY p.side DESC, p.n) FILTER (m.rung = 'rejected')
FROM t_person p
LEFT JOIN t_rung m ON m.side = p.side AND m.kind = 'status' AND m.value = p.status
JOIN t_standing s ON s.lead_id = p.lead_id
LEFT JOIN t_first_campaign f ON f.lead_id = p.lead_id
LEFT JOIN accounts a ON a.account_id = p.account_id
LEFT JOIN t_internal i ON p.email_domain = i.domain
GROUP BY p.lead_id;

INSERT INTO record_links (recorded_in, object, source_id, merged_id, rule, confidence, first_seen_at, seen_in_other_at)
WITH seen AS (SELECT lead_id, min(created_at) FILTER (side = 'marketing') AS marketing_at, min(created_at) FILTER (side = 'sales') AS sales_at FROM t_person GROUP BY lead_id)
SELECT r.side, p.object, r.id, r.lead_id, r.rule, r.confidence, p.created_at, CASE r.side WHEN 'marketing' THEN s.sales_at ELSE s.marketing_at END
FROM t_record r JOIN raw_people p ON p.side = r.side AND p.id = r.id JOIN seen s ON s.lead_id = r.lead_id;
`;

const reason = (field: string | null): string => (field === null ? 'CAST(NULL AS VARCHAR)' : fieldOf('p.fields', field));
