/**
 * The rung on which each lead fell that marketing had called qualified (or anything later) by $2, at the instant $1, under
 * policy $3: the first that applies of never synced ($4 is 0: not judged), never assigned to sales, untouched and open,
 * closed untouched, given up (fewer than $5 attempts, never spoken to, no outcome, nothing for $6 ms), worked. Touches from
 * $7 ms before the qualification on count.
 */
export const dropLadderSql: string = `
WITH qualified AS (
  SELECT r.lead_id, least(r.mql_at, r.handed_at, r.working_at, r.accepted_at) AS mql_at FROM run_reach r
  WHERE least(r.mql_at, r.handed_at, r.working_at, r.accepted_at) <= CAST($2 AS BIGINT) AND (r.mql_at IS NOT NULL OR r.handed_at IS NOT NULL)
), worked AS (
  SELECT q.lead_id, count(*) AS touches, sum(a.head) AS attempts, max(a.occurred_at) AS last_at
  FROM qualified q JOIN run_attempts a ON a.lead_id = q.lead_id AND a.occurred_at >= q.mql_at - CAST($7 AS BIGINT)
  WHERE a.level <= CAST($3 AS INTEGER) GROUP BY q.lead_id
), spoken AS (
  SELECT DISTINCT q.lead_id FROM qualified q JOIN run_connects c ON c.lead_id = q.lead_id AND c.occurred_at >= q.mql_at - CAST($7 AS BIGINT)
), sellers AS (
  SELECT user_id, sales_user_id, marketing_owner_id FROM users WHERE team = 'sales' AND kind = 'person'
), assigned AS (
  SELECT p.lead_id FROM run_people p JOIN sellers u ON u.user_id = p.owner
  UNION
  SELECT p.lead_id FROM status_changes s JOIN run_people p ON p.source_id = s.entity_id JOIN sellers u
    ON (s.recorded_in = 'sales' AND u.sales_user_id = s.to_raw) OR (s.recorded_in = 'marketing' AND u.marketing_owner_id = s.to_raw) OR u.user_id = s.to_raw
  WHERE s.entity = 'lead' AND s.field = 'owner' AND s.occurred_at <= CAST($1 AS BIGINT)
)
SELECT q.lead_id, p.cluster, p.channel, p.campaign, p.owner, p.team, p.month, p.unread,
       CASE WHEN CAST($4 AS INTEGER) = 1 AND p.in_sales = 0 THEN 1
            WHEN {assignable} = 1 AND g.lead_id IS NULL AND w.lead_id IS NULL THEN 2
            WHEN w.lead_id IS NULL AND f.state IN ('waiting_untouched', 'not_handed', 'being_worked') THEN 3
            WHEN w.lead_id IS NULL AND f.state IN ('closed_untouched', 'rejected', 'recycled') THEN 4
            WHEN w.attempts < CAST($5 AS INTEGER) AND k.lead_id IS NULL AND f.state IN ('being_worked', 'waiting_untouched', 'not_handed')
             AND w.last_at < CAST($1 AS BIGINT) - CAST($6 AS BIGINT) THEN 5
            ELSE 6 END AS rung
FROM qualified q
JOIN run_people p ON p.lead_id = q.lead_id
JOIN run_fates f ON f.lead_id = q.lead_id
LEFT JOIN worked w ON w.lead_id = q.lead_id
LEFT JOIN spoken k ON k.lead_id = q.lead_id
LEFT JOIN assigned g ON g.lead_id = q.lead_id
`;
