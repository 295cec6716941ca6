/**
 * Leads that were promised to sales and may be getting lost, with what decides it: one row a lead. An attempt is an
 * outbound contact of sales by a person since the last handover; a stamp of a whole day counts for its day.
 * `$1` the instant, `$2` milliseconds until a handed lead has to be touched, `$3` attempts that are enough, `$4`
 * milliseconds without an attempt after which a lead lies idle.
 */
export const leadsSql: string = `
WITH handover AS (
  SELECT entity_id, max(occurred_at) AS handed_at FROM status_changes
  WHERE entity = 'lead' AND to_status = 'handed' AND occurred_at <= $1 GROUP BY entity_id
), touch AS (
  SELECT t.lead_id,
         count(CASE WHEN t.side = 'sales' AND t.direction = 'out' THEN 1 END) AS attempts,
         max(CASE WHEN t.side = 'sales' AND t.direction = 'out' THEN t.occurred_at END) AS last_attempt_at,
         max(CASE WHEN t.direction = 'in' AND t.kind IN ('call', 'email', 'meeting', 'social', 'sms') THEN t.occurred_at END) AS last_reply_at
  FROM touches t JOIN handover h ON h.entity_id = t.lead_id
  WHERE t.dup_of IS NULL AND t.occurred_at <= $1 AND t.actor_kind <> 'integration'
    AND t.occurred_at >= h.handed_at - CASE WHEN t.at_precision = 'day' THEN 86400000 ELSE 0 END
    AND (t.direction = 'in' OR t.kind IN ('call', 'email', 'meeting', 'social', 'sms'))
    AND coalesce(t.result, '') NOT IN ('bounced', 'failed', 'scheduled', 'canceled')
  GROUP BY t.lead_id
), object AS (
  SELECT recorded_in, source_id, min(object) AS object FROM record_links GROUP BY recorded_in, source_id
), fact AS (
  SELECT l.lead_id, l.name, l.owner_id, u.name AS owner_name, u.is_active AS owner_active, h.handed_at,
         coalesce(t.attempts, 0) AS attempts, t.last_attempt_at, t.last_reply_at,
         coalesce(l.sales_rung, l.marketing_rung) AS rung,
         l.marketing_person_id, coalesce(l.sales_contact_id, l.sales_lead_id) AS sales_person_id,
         l.sales_lead_id IS NOT NULL AND l.sales_contact_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM deal_contacts dc WHERE dc.lead_id = l.lead_id)
           AND EXISTS (SELECT 1 FROM deals d WHERE d.account_id = l.account_id AND d.outcome = 'open' AND d.created_at <= $1
             AND NOT EXISTS (SELECT 1 FROM deal_contacts dc WHERE dc.deal_id = d.deal_id)) AS no_role
  FROM leads l LEFT JOIN handover h ON h.entity_id = l.lead_id LEFT JOIN touch t ON t.lead_id = l.lead_id
    LEFT JOIN users u ON u.user_id = l.owner_id
  WHERE l.merged_into IS NULL AND NOT l.is_internal AND NOT l.is_test AND NOT l.opted_out
), judged AS (
  SELECT f.*, f.handed_at IS NOT NULL AND f.rung IN ('handed', 'working', 'accepted') AS waiting FROM fact f
)
SELECT j.lead_id, j.name, j.owner_name, CAST(j.handed_at AS DOUBLE PRECISION) AS handed_at, CAST(j.attempts AS DOUBLE PRECISION) AS attempts,
       CAST(j.last_attempt_at AS DOUBLE PRECISION) AS last_attempt_at, j.marketing_person_id, m.object AS marketing_object, j.sales_person_id, s.object AS sales_object,
       j.waiting AND j.rung = 'handed' AND j.attempts = 0 AND j.last_reply_at IS NULL AND j.handed_at <= $1 - $2 AS untouched,
       j.waiting AND j.owner_id IS NULL AS no_owner,
       j.waiting AND coalesce(j.owner_active, TRUE) = FALSE AS owner_gone,
       j.no_role,
       j.waiting AND j.attempts > 0 AND j.attempts < $3 AND j.last_reply_at IS NULL AND j.last_attempt_at <= $1 - $4 AS given_up
FROM judged j
  LEFT JOIN object m ON m.recorded_in = 'marketing' AND m.source_id = j.marketing_person_id
  LEFT JOIN object s ON s.recorded_in = 'sales' AND s.source_id = j.sales_person_id
WHERE j.no_role OR (j.waiting AND (j.owner_id IS NULL OR coalesce(j.owner_active, TRUE) = FALSE OR j.attempts < $3))
ORDER BY j.handed_at, j.lead_id`;
