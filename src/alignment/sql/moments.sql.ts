/**
 * What a person's statuses said at each instant they changed, up to $1, both CRMs together: handed, accepted, rejected,
 * recycled, and whether programs alone said the latter two
 * (an integration doesn't count as one: it passes on what a person said). Acceptance and exits are not read from fields that only move forward ($2, names between bars). A deal that a
 * person takes part in is an acceptance when it is created.
 */
export const momentsSql: string = `
WITH said AS (
  SELECT p.lead_id, s.occurred_at, coalesce(s.rule, 'status') AS handed_by,
         CASE WHEN s.to_status = 'handed' THEN 1 ELSE 0 END AS handed,
         CASE WHEN s.to_status = 'working' THEN 1 ELSE 0 END AS working,
         CASE WHEN s.to_status IN ('accepted', 'sql', 'opportunity', 'customer') AND position('|' || s.field || '|' IN $2) = 0 THEN 1 ELSE 0 END AS accepted,
         CASE WHEN s.to_status = 'rejected' AND position('|' || s.field || '|' IN $2) = 0 THEN 1 ELSE 0 END AS rejected,
         CASE WHEN s.to_status = 'recycled' AND position('|' || s.field || '|' IN $2) = 0 THEN 1 ELSE 0 END AS recycled,
         CASE WHEN s.actor_kind IN ('workflow', 'sequence', 'bot') THEN 1 ELSE 0 END AS automatic
  FROM status_changes s JOIN run_people p ON p.source_id = s.entity_id
  WHERE s.entity = 'lead' AND s.occurred_at <= CAST($1 AS BIGINT) AND s.to_status IS NOT NULL
  UNION ALL
  SELECT d.lead_id, d.created_at, 'deal', 0, 0, 1, 0, 0, 0
  FROM run_lead_deals d WHERE d.created_at IS NOT NULL
)
SELECT lead_id, occurred_at, max(handed) AS handed, min(CASE WHEN handed = 1 THEN handed_by END) AS handed_by, max(working) AS working,
       max(accepted) AS accepted, max(rejected) AS rejected, max(recycled) AS recycled,
       coalesce(min(CASE WHEN rejected + recycled > 0 THEN automatic END), 0) AS automatic
FROM said GROUP BY lead_id, occurred_at
`;
