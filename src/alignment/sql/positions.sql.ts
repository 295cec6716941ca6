/**
 * The last rung of each person in each CRM at the instant ($1), without fields that only move forward ($2, names between
 * bars); changes of one millisecond count in the ladder's order. Where a CRM has no history of a person, its current rung,
 * when $3 is 1.
 */
export const positionsSql: string = `
WITH said AS (
  SELECT p.lead_id, s.recorded_in, s.to_status AS rung, s.occurred_at, s.reason,
         row_number() OVER (PARTITION BY p.lead_id, s.recorded_in ORDER BY s.occurred_at DESC,
           position('|' || s.to_status || '|' IN '|new|engaged|mql|handed|working|accepted|sql|opportunity|customer|rejected|recycled|') DESC, s.reason NULLS LAST) AS from_end
  FROM status_changes s JOIN run_people p ON p.source_id = s.entity_id
  WHERE s.entity = 'lead' AND s.occurred_at <= CAST($1 AS BIGINT) AND s.to_status IS NOT NULL AND position('|' || s.field || '|' IN $2) = 0
), latest AS (
  SELECT lead_id, recorded_in, rung, occurred_at, reason FROM said WHERE from_end = 1
), today AS (
  SELECT lead_id, 'marketing' AS recorded_in, marketing_rung AS rung, CAST(NULL AS BIGINT) AS occurred_at, CAST(NULL AS TEXT) AS reason FROM run_people WHERE marketing_rung IS NOT NULL
  UNION ALL
  SELECT lead_id, 'sales', sales_rung, NULL, rejection_reason FROM run_people WHERE sales_rung IS NOT NULL
)
SELECT lead_id, recorded_in, rung, occurred_at, reason FROM latest
UNION ALL
SELECT t.lead_id, t.recorded_in, t.rung, t.occurred_at, t.reason FROM today t
WHERE CAST($3 AS INTEGER) = 1 AND NOT EXISTS (SELECT 1 FROM latest l WHERE l.lead_id = t.lead_id AND l.recorded_in = t.recorded_in)
`;
