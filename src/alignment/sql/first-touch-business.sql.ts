/**
 * Observations (curve, g, t, e) of the first touch in working time: the overlap of the wait with the opening hours of the
 * owner's team (or of all teams, where it has none of its own), at most $2 ms of elapsed time; under the policy $1.
 */
export const firstTouchBusinessSql: string = `
WITH teams AS (SELECT DISTINCT team FROM business_hours),
waits AS (
  SELECT f.lead_id, coalesce(t.team, '') AS team, f.handed_at,
         CASE WHEN f.t > CAST($2 AS BIGINT) THEN CAST($2 AS BIGINT) ELSE f.t END AS t, CASE WHEN f.t > CAST($2 AS BIGINT) THEN 0 ELSE f.e END AS e
  FROM run_first_touch f LEFT JOIN teams t ON t.team = f.team
  WHERE f.policy = CAST($1 AS INTEGER) AND f.origin <> 'sales' AND f.n_pre = 0 AND f.by_day = 0
), worked AS (
  SELECT w.lead_id, sum(greatest(0, least(b.closes_at, w.handed_at + w.t) - greatest(b.opens_at, w.handed_at))) AS t
  FROM waits w JOIN business_hours b ON b.team = w.team AND b.opens_at < w.handed_at + w.t AND b.closes_at > w.handed_at
  GROUP BY w.lead_id
)
SELECT 'business' AS curve, '' AS g, CAST(coalesce(k.t, 0) AS BIGINT) AS t, w.e FROM waits w LEFT JOIN worked k ON k.lead_id = w.lead_id
`;
