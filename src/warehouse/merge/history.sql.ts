/**
 * Status changes with rungs. Recorded changes first; then what histories leave out: the value a record began with, and for
 * people whom no status ever showed as handed over, the hand-over by a change of owner or by an integration's creation.
 */
export const statusChangesSql = `
INSERT INTO status_changes (change_id, entity, entity_id, recorded_in, field, from_status, to_status, from_raw, to_raw, occurred_at, at_precision, actor_id, actor_kind, reason, rule)
WITH c AS (
  -- Keys of the outer joins below, null where a join does not apply: a condition on the left side would keep them from hashing.
  SELECT *, CASE WHEN field = 'converted' THEN entity_id END AS converted_id,
         CASE WHEN field = 'owner' THEN from_raw END AS owner_from, CASE WHEN field = 'owner' THEN to_raw END AS owner_to,
         CASE WHEN from_raw IS NULL OR from_raw = '' THEN 'blank' ELSE 'value' END AS from_kind,
         CASE WHEN to_raw IS NULL OR to_raw = '' THEN 'blank' ELSE 'value' END AS to_kind
  FROM raw_status_history WHERE gone IS NULL AND entity = 'person'
), r AS (
  SELECT side, field, value, CASE kind WHEN 'blank' THEN 'blank' ELSE 'value' END AS kind, rung FROM t_rung
)
SELECT c.side || ':' || c.id, 'lead', l.lead_id, c.side, c.field, f.rung,
       CASE WHEN c.field = 'converted' THEN CASE WHEN p.converted_deal IS NOT NULL THEN 'accepted' END ELSE t.rung END,
       CASE WHEN c.field = 'owner' THEN coalesce(uf.user_id, c.from_raw) ELSE c.from_raw END,
       CASE WHEN c.field = 'owner' THEN coalesce(ut.user_id, c.to_raw) ELSE c.to_raw END,
       c.occurred_at, coalesce(c.at_precision, 'ms'), u.user_id,
       CASE WHEN u.kind = 'integration' OR c.actor_kind IN ('truce', 'connector') THEN 'integration' ELSE coalesce(c.actor_kind, 'unknown') END,
       NULL, NULL
FROM c JOIN t_lead_of l ON l.side = c.side AND l.id = c.entity_id
LEFT JOIN raw_people p ON p.side = c.side AND p.id = c.converted_id
LEFT JOIN r f ON f.side = c.side AND f.field = c.field AND f.kind = c.from_kind AND coalesce(f.value, '') = coalesce(c.from_raw, '')
LEFT JOIN r t ON t.side = c.side AND t.field = c.field AND t.kind = c.to_kind AND coalesce(t.value, '') = coalesce(c.to_raw, '')
LEFT JOIN t_user u ON u.side = c.side AND u.id = c.actor_user
LEFT JOIN t_user uf ON uf.side = c.side AND uf.id = c.owner_from
LEFT JOIN t_user ut ON ut.side = c.side AND ut.id = c.owner_to;

INSERT INTO status_changes (change_id, entity, entity_id, recorded_in, field, from_status, to_status, from_raw, to_raw, occurred_at, at_precision, actor_id, actor_kind, reason, rule)
SELECT c.side || ':' || c.id, 'deal', o.deal_id, c.side, c.field,
       lag(c.outcome) OVER (PARTITION BY c.side, c.entity_id, c.field ORDER BY c.occurred_at, c.id), c.outcome, c.from_raw, c.to_raw,
       c.occurred_at, coalesce(c.at_precision, 'ms'), u.user_id,
       CASE WHEN u.kind = 'integration' OR c.actor_kind IN ('truce', 'connector') THEN 'integration' ELSE coalesce(c.actor_kind, 'unknown') END, NULL, NULL
FROM raw_status_history c JOIN t_deal_of o ON o.side = c.side AND o.id = c.entity_id
LEFT JOIN t_user u ON u.side = c.side AND u.id = c.actor_user
WHERE c.gone IS NULL AND c.entity = 'deal';

-- The value a record began with: what its first recorded change came from, or, where nothing was ever recorded, what it
-- holds now. The latter only where that side's history proves to be kept, or the value is one that leads begin with.
INSERT INTO status_changes (change_id, entity, entity_id, recorded_in, field, from_status, to_status, from_raw, to_raw, occurred_at, at_precision, actor_id, actor_kind, reason, rule)
WITH tracked AS (
  SELECT DISTINCT c.side FROM raw_status_history c JOIN t_rung r ON r.side = c.side AND r.field = c.field AND r.kind = 'status' WHERE c.gone IS NULL AND c.entity = 'person'
), first_change AS (
  SELECT c.side, c.entity_id, arg_min(coalesce(c.from_raw, ''), (c.occurred_at, c.id)) AS from_raw, min(c.occurred_at) AS occurred_at
  FROM raw_status_history c JOIN (SELECT DISTINCT side, field FROM t_rung WHERE kind = 'status') r ON r.side = c.side AND r.field = c.field
  WHERE c.gone IS NULL AND c.entity = 'person' GROUP BY c.side, c.entity_id
), start AS (
  SELECT p.side, p.id, p.lead_id, p.created_at, p.converted, f.entity_id IS NOT NULL AS changed, CASE WHEN f.entity_id IS NULL THEN p.status ELSE f.from_raw END AS value, f.occurred_at
  FROM t_person p LEFT JOIN first_change f ON f.side = p.side AND f.entity_id = p.id
)
SELECT s.side || ':' || s.id || ':initial', 'lead', s.lead_id, s.side, r.field, NULL, r.rung, NULL, s.value, s.created_at, 'ms', NULL, 'unknown', NULL, 'initial'
FROM start s JOIN t_rung r ON r.side = s.side AND r.kind = 'status' AND r.value = s.value
LEFT JOIN tracked t ON t.side = s.side
LEFT JOIN coverage c ON c.recorded_in = s.side AND c.stream = 'status-history'
WHERE s.created_at >= coalesce(c.history_from, s.created_at)
  AND (CASE WHEN s.changed THEN s.occurred_at > s.created_at ELSE NOT s.converted AND (t.side IS NOT NULL OR r.rung IN ('new', 'handed')) END);

INSERT INTO status_changes (change_id, entity, entity_id, recorded_in, field, from_status, to_status, from_raw, to_raw, occurred_at, at_precision, actor_id, actor_kind, reason, rule)
WITH handed AS (SELECT DISTINCT entity_id FROM status_changes WHERE entity = 'lead' AND to_status = 'handed'),
moved AS (
  SELECT c.entity_id, c.recorded_in, c.field, c.from_raw, c.to_raw, c.occurred_at, c.at_precision, c.actor_id, c.actor_kind, 'owner' AS rule, c.change_id
  FROM status_changes c JOIN users u ON u.user_id = c.to_raw AND u.team = 'sales' AND u.kind = 'person' LEFT JOIN users f ON f.user_id = c.from_raw
  WHERE c.entity = 'lead' AND c.field = 'owner' AND (f.team IS NULL OR f.team <> 'sales')
  UNION ALL
  SELECT p.lead_id, p.side, 'created', NULL, p.owner_id, p.created_at, 'ms', NULL, 'integration', 'created', p.side || ':' || p.id
  FROM t_person p JOIN users u ON u.user_id = p.owner_id AND u.team = 'sales' AND u.kind = 'person'
  WHERE p.side = 'sales' AND (p.is_copy OR p.origin = 'marketing')
)
SELECT m.change_id || ':' || m.rule, 'lead', m.entity_id, m.recorded_in, m.field, NULL, 'handed', m.from_raw, m.to_raw, m.occurred_at, m.at_precision, m.actor_id, m.actor_kind, NULL, m.rule
FROM moved m LEFT JOIN handed h ON h.entity_id = m.entity_id WHERE h.entity_id IS NULL
QUALIFY row_number() OVER (PARTITION BY m.entity_id ORDER BY CASE m.rule WHEN 'owner' THEN 0 ELSE 1 END, m.occurred_at, m.change_id) = 1;

INSERT INTO unmapped_statuses (recorded_in, field, value, n)
WITH fields AS (SELECT DISTINCT side, field FROM t_rung),
seen AS (
  SELECT c.side, c.field, c.to_raw AS value, c.entity_id AS id FROM raw_status_history c JOIN fields f ON f.side = c.side AND f.field = c.field
  WHERE c.gone IS NULL AND c.entity = 'person' AND c.to_raw <> ''
  UNION
  SELECT p.side, f.field, p.status, p.id FROM t_person p JOIN (SELECT DISTINCT side, field FROM t_rung WHERE kind = 'status') f ON f.side = p.side WHERE p.status <> ''
)
SELECT s.side, s.field, s.value, count(*) FROM seen s LEFT JOIN t_rung r ON r.side = s.side AND r.field = s.field AND r.kind <> 'blank' AND r.value = s.value
WHERE r.rung IS NULL GROUP BY s.side, s.field, s.value;
`;

/** One row per interaction and person, before the double logs are known. */
export const touchesSql = `
CREATE TEMP TABLE t_touch AS
WITH part AS (
  SELECT t.side, t.id, t.deal_id, t.occurred_at, t.at_precision, t.kind, t.direction, t.actor_kind, t.actor_user, t.result, t.campaign_id,
         unnest(CASE WHEN t.person_ids = '[]' THEN [NULL] ELSE from_json(t.person_ids, '["VARCHAR"]') END) AS person_id
  FROM raw_touches t WHERE t.gone IS NULL
), placed AS (
  SELECT DISTINCT p.side, p.id, l.lead_id, o.deal_id, p.occurred_at, p.at_precision, p.kind, p.direction, p.actor_kind, p.actor_user, p.result, p.campaign_id
  FROM part p LEFT JOIN t_lead_of l ON l.side = p.side AND l.id = p.person_id LEFT JOIN t_deal_of o ON o.side = p.side AND o.id = p.deal_id
  WHERE l.lead_id IS NOT NULL OR o.deal_id IS NOT NULL
), counted AS (
  SELECT p.*, row_number() OVER (PARTITION BY p.side, p.id ORDER BY p.lead_id NULLS LAST) AS k FROM placed p
)
SELECT p.side || ':' || p.id || CASE WHEN p.k > 1 THEN '#' || p.k ELSE '' END AS touch_id, p.lead_id, p.deal_id, p.occurred_at, p.at_precision, p.kind,
       CASE WHEN p.kind IN ('form', 'click', 'visit', 'event', 'response') THEN 'marketing' ELSE coalesce(u.team, p.side) END AS side,
       p.direction, u.user_id AS actor_id,
       CASE WHEN u.kind = 'integration' OR p.actor_kind IN ('truce', 'connector') THEN 'integration' ELSE p.actor_kind END AS actor_kind,
       p.result, c.campaign_id, p.side AS recorded_in,
       CASE p.kind WHEN 'sms' THEN 'message' WHEN 'social' THEN 'message' ELSE p.kind END AS family
FROM counted p LEFT JOIN t_user u ON u.side = p.side AND u.id = p.actor_user LEFT JOIN t_campaign c ON c.side = p.side AND c.id = p.campaign_id
WHERE p.lead_id IS NOT NULL OR p.k = 1;

CREATE TEMP TABLE t_double (touch_id TEXT, dup_of TEXT, other TEXT);
`;

/**
 * One round of pairing double logs: each touch with the nearest one of the other CRM within two minutes, where each is the
 * other's nearest. Repeated until a round finds none, so that two real calls a minute apart stay two.
 */
export const doubleLogSql = `
INSERT INTO t_double
WITH free AS (
  SELECT t.touch_id, t.lead_id, t.occurred_at, t.recorded_in, t.direction, t.family FROM t_touch t
  LEFT JOIN t_double d ON d.touch_id = t.touch_id LEFT JOIN t_double o ON o.other = t.touch_id
  WHERE t.at_precision <> 'day' AND t.lead_id IS NOT NULL AND d.touch_id IS NULL AND o.other IS NULL
), near AS (
  SELECT m.touch_id AS m_id, s.touch_id AS s_id, m.occurred_at AS m_at, s.occurred_at AS s_at, abs(m.occurred_at - s.occurred_at) AS apart
  FROM free m JOIN free s ON s.lead_id = m.lead_id AND s.direction = m.direction AND s.family = m.family
  WHERE m.recorded_in = 'marketing' AND s.recorded_in = 'sales' AND abs(m.occurred_at - s.occurred_at) <= 120000
), mutual AS (
  SELECT * FROM near
  QUALIFY row_number() OVER (PARTITION BY m_id ORDER BY apart, s_at, s_id) = 1 AND row_number() OVER (PARTITION BY s_id ORDER BY apart, m_at, m_id) = 1
)
SELECT CASE WHEN m_at <= s_at THEN s_id ELSE m_id END, CASE WHEN m_at <= s_at THEN m_id ELSE s_id END, CASE WHEN m_at <= s_at THEN m_id ELSE s_id END FROM mutual;
`;

/** The touches with their double logs marked. */
export const touchRowsSql = `
INSERT INTO touches (touch_id, lead_id, deal_id, occurred_at, at_precision, kind, side, direction, actor_id, actor_kind, result, campaign_id, channel, recorded_in, dup_of)
SELECT t.touch_id, t.lead_id, t.deal_id, t.occurred_at, coalesce(t.at_precision, 'ms'), t.kind, t.side, t.direction, t.actor_id, t.actor_kind, t.result, t.campaign_id,
       CASE WHEN t.side = 'marketing' THEN coalesce(c.channel, l.channel) END, t.recorded_in, d.dup_of
FROM t_touch t LEFT JOIN t_double d ON d.touch_id = t.touch_id LEFT JOIN campaigns c ON c.campaign_id = t.campaign_id LEFT JOIN leads l ON l.lead_id = t.lead_id;
`;
