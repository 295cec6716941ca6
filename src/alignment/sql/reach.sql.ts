/**
 * When each person first reached the stages of the funnel, up to the instant ($1), as recorded for the stage itself; by a
 * status of either CRM (fields that only move forward included: here they are evidence), by a deal, by a deal won. For
 * people without any status change, the current rung counts when $2 is 1, dated at their creation.
 */
export const reachSql: string = `
WITH said AS (
  SELECT p.lead_id, s.to_status AS rung, s.occurred_at
  FROM status_changes s JOIN run_people p ON p.source_id = s.entity_id WHERE s.entity = 'lead' AND s.occurred_at <= CAST($1 AS BIGINT) AND s.to_status IS NOT NULL
), silent AS (
  SELECT p.lead_id, p.rung, coalesce(p.created_at, CAST($1 AS BIGINT)) AS occurred_at
  FROM (SELECT lead_id, created_at, marketing_rung AS rung FROM run_people UNION ALL SELECT lead_id, created_at, sales_rung FROM run_people) p
  WHERE CAST($2 AS INTEGER) = 1 AND p.rung IS NOT NULL AND NOT EXISTS (SELECT 1 FROM said WHERE said.lead_id = p.lead_id)
), statuses AS (
  SELECT lead_id,
         min(CASE WHEN rung = 'mql' THEN occurred_at END) AS mql_at,
         min(CASE WHEN rung = 'handed' THEN occurred_at END) AS handed_at,
         min(CASE WHEN rung = 'working' THEN occurred_at END) AS working_at,
         min(CASE WHEN rung IN ('accepted', 'sql') THEN occurred_at END) AS accepted_at,
         min(CASE WHEN rung = 'opportunity' THEN occurred_at END) AS opportunity_at,
         min(CASE WHEN rung = 'customer' THEN occurred_at END) AS customer_at
  FROM (SELECT * FROM said UNION ALL SELECT * FROM silent) s GROUP BY lead_id
), sold AS (
  SELECT lead_id, min(created_at) AS deal_at, min(CASE WHEN state = 'won' THEN coalesce(closed_at, created_at) END) AS won_at
  FROM run_lead_deals GROUP BY lead_id
)
SELECT p.lead_id, s.mql_at, s.handed_at, s.working_at, s.accepted_at, least(s.opportunity_at, d.deal_at) AS opportunity_at, least(s.customer_at, d.won_at) AS won_at
FROM run_people p LEFT JOIN statuses s ON s.lead_id = p.lead_id LEFT JOIN sold d ON d.lead_id = p.lead_id
`;
