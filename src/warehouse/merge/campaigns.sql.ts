/**
 * Campaigns by pair, their members, and what the people's own UTM and source properties name. A hint counts only where it
 * names exactly one campaign: among marketing's own (`campaign_side` marketing), or over both CRMs (`any`).
 */
export const campaignsSql = `
INSERT INTO campaign_records (recorded_in, source_id, campaign_id, name, utm, currency)
SELECT c.side, c.id, o.campaign_id, c.name, c.utm, c.currency
FROM raw_campaigns c JOIN t_campaign o ON o.side = c.side AND o.id = c.id WHERE c.gone IS NULL;

INSERT INTO campaigns (campaign_id, marketing_campaign_id, sales_campaign_ids, name, parent_id, channel, starts_at, ends_at, cost_minor, currency, paired_by)
WITH cost AS (
  -- One CRM's figure, never both: paired campaigns book the same spending twice. Mixed currencies give none.
  SELECT o.campaign_id, c.side, CAST(sum(c.cost_minor) AS BIGINT) AS minor, min(c.cost_currency) AS currency
  FROM raw_campaigns c JOIN t_campaign o ON o.side = c.side AND o.id = c.id
  WHERE c.gone IS NULL AND c.cost_minor IS NOT NULL GROUP BY o.campaign_id, c.side HAVING count(DISTINCT c.cost_currency) = 1
), chosen AS (
  SELECT campaign_id, any_value(minor ORDER BY side DESC) AS minor, any_value(currency ORDER BY side DESC) AS currency FROM cost GROUP BY campaign_id
)
SELECT o.campaign_id, any_value(c.id) FILTER (c.side = 'marketing'),
       CASE WHEN count(*) FILTER (c.side = 'sales') = 0 THEN NULL
            ELSE '[' || string_agg(to_json(c.id), ',' ORDER BY c.id) FILTER (c.side = 'sales') || ']' END,
       any_value(c.name ORDER BY c.side, c.created_at, c.id), any_value(p.campaign_id ORDER BY c.side, c.id),
       any_value(nullif(c.channel, '') ORDER BY c.side, c.id), min(c.starts_at), max(c.ends_at), any_value(k.minor),
       coalesce(any_value(k.currency), any_value(c.currency ORDER BY c.side, c.id)), any_value(o.paired_by)
FROM raw_campaigns c JOIN t_campaign o ON o.side = c.side AND o.id = c.id
LEFT JOIN t_campaign p ON p.side = c.side AND p.id = c.parent_id
LEFT JOIN chosen k ON k.campaign_id = o.campaign_id
WHERE c.gone IS NULL GROUP BY o.campaign_id;

INSERT INTO campaign_members (member_id, campaign_id, lead_id, added_at, responded_at, at_precision, status, responded, recorded_in, source_id)
SELECT m.side || ':' || m.id, o.campaign_id, l.lead_id, m.added_at, m.responded_at, coalesce(m.at_precision, 'ms'), m.status,
       coalesce(m.responded, FALSE), m.side, m.id
FROM raw_members m JOIN t_campaign o ON o.side = m.side AND o.id = m.campaign_id JOIN t_lead_of l ON l.side = m.side AND l.id = m.person_id
WHERE m.gone IS NULL;

CREATE TEMP TABLE t_hint AS
SELECT r.lead_id, p.side, p.created_at, trim(h.item.key) AS key, trim(h.item.value) AS value
FROM t_record r JOIN raw_people p ON p.side = r.side AND p.id = r.id,
     LATERAL (SELECT unnest(from_json(p.hints, '[{"key":"VARCHAR","value":"VARCHAR"}]')) AS item) h
WHERE p.hints <> '[]' AND trim(h.item.value) <> '';

CREATE TEMP TABLE t_campaign_key AS
WITH keys AS (
  SELECT side, campaign_id_of AS campaign_id, kind, value FROM (
    SELECT c.side, o.campaign_id AS campaign_id_of, 'utm' AS kind, lower(trim(c.utm)) AS value FROM raw_campaigns c JOIN t_campaign o ON o.side = c.side AND o.id = c.id WHERE c.gone IS NULL AND trim(c.utm) <> ''
    UNION ALL
    SELECT c.side, o.campaign_id, 'name', c.name FROM raw_campaigns c JOIN t_campaign o ON o.side = c.side AND o.id = c.id WHERE c.gone IS NULL
    UNION ALL
    SELECT c.side, o.campaign_id, 'id', c.id FROM raw_campaigns c JOIN t_campaign o ON o.side = c.side AND o.id = c.id WHERE c.gone IS NULL
  )
)
SELECT 'marketing' AS scope, kind, value, min(campaign_id) AS campaign_id FROM keys WHERE side = 'marketing' GROUP BY kind, value HAVING count(DISTINCT campaign_id) = 1
UNION ALL
SELECT 'any', kind, value, min(campaign_id) FROM keys GROUP BY kind, value HAVING count(DISTINCT campaign_id) = 1;

INSERT INTO campaign_hints (lead_id, recorded_in, source, value, campaign_id, campaign_side, matched_by, occurred_at)
SELECT h.lead_id, h.side, h.key, h.value, k.campaign_id, k.scope, k.kind, h.created_at
FROM (SELECT h.*, 'utm' AS kind, lower(h.value) AS wanted FROM t_hint h UNION ALL SELECT h.*, 'name', h.value FROM t_hint h UNION ALL SELECT h.*, 'id', h.value FROM t_hint h) h
JOIN t_campaign_key k ON k.kind = h.kind AND k.value = h.wanted
WHERE h.key NOT IN ('source', 'utm_source', 'utm_medium', 'utm_term', 'utm_content');

CREATE TEMP TABLE t_first_campaign AS
WITH born AS (
  SELECT r.lead_id, min(p.created_at) AS created_at FROM t_record r JOIN raw_people p ON p.side = r.side AND p.id = r.id GROUP BY r.lead_id
), evidence AS (
  SELECT lead_id, campaign_id, coalesce(responded_at, added_at) AS seen_at, CASE WHEN responded THEN 0 ELSE 3 END AS rank
  FROM campaign_members WHERE responded_at IS NOT NULL OR added_at IS NOT NULL
  UNION ALL
  -- Of several memberships without a time nobody can say which one was first.
  SELECT m.lead_id, min(m.campaign_id), min(b.created_at), 1 FROM campaign_members m JOIN born b ON b.lead_id = m.lead_id
  WHERE m.responded_at IS NULL AND m.added_at IS NULL GROUP BY m.lead_id HAVING count(DISTINCT m.campaign_id) = 1
  UNION ALL
  SELECT lead_id, campaign_id, occurred_at, 2 FROM campaign_hints
)
SELECT lead_id, campaign_id FROM evidence QUALIFY row_number() OVER (PARTITION BY lead_id ORDER BY seen_at, rank, campaign_id) = 1;
`;
