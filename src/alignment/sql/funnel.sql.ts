/**
 * Each person's stages: reached (a later stage implies the ones before), recorded for itself, and reached within $1 ms of
 * creation; `judged` is 1 for those created by $2. In long form: one row per person and stage.
 */
export const funnelSql: string = `
WITH reached AS (
  SELECT p.lead_id, p.cluster, p.month_number, CASE WHEN p.created_at <= CAST($2 AS BIGINT) THEN 1 ELSE 0 END AS judged,
         r.won_at AS t6, least(r.opportunity_at, r.won_at) AS t5, least(r.accepted_at, r.opportunity_at, r.won_at) AS t4,
         least(r.handed_at, r.working_at, r.accepted_at, r.opportunity_at, r.won_at) AS t3,
         least(r.mql_at, r.handed_at, r.working_at, r.accepted_at, r.opportunity_at, r.won_at) AS t2,
         r.mql_at, r.handed_at, r.accepted_at, r.opportunity_at, r.won_at, p.created_at + CAST($1 AS BIGINT) AS until
  FROM run_people p JOIN run_reach r ON r.lead_id = p.lead_id
)
SELECT r.lead_id, r.cluster, r.month_number, r.judged, s.stage,
       CASE WHEN s.stage = 1 THEN 1 WHEN s.stage = 2 AND t2 IS NOT NULL THEN 1 WHEN s.stage = 3 AND t3 IS NOT NULL THEN 1
            WHEN s.stage = 4 AND t4 IS NOT NULL THEN 1 WHEN s.stage = 5 AND t5 IS NOT NULL THEN 1 WHEN s.stage = 6 AND t6 IS NOT NULL THEN 1 ELSE 0 END AS reached,
       CASE WHEN s.stage IN (1, 2) THEN 1 WHEN s.stage = 3 AND t2 IS NOT NULL THEN 1 WHEN s.stage = 4 AND t3 IS NOT NULL THEN 1
            WHEN s.stage = 5 AND t4 IS NOT NULL THEN 1 WHEN s.stage = 6 AND t5 IS NOT NULL THEN 1 ELSE 0 END AS before,
       CASE WHEN s.stage = 1 OR (s.stage = 2 AND mql_at IS NOT NULL) OR (s.stage = 3 AND handed_at IS NOT NULL) OR (s.stage = 4 AND accepted_at IS NOT NULL)
              OR (s.stage = 5 AND opportunity_at IS NOT NULL) OR (s.stage = 6 AND won_at IS NOT NULL) THEN 1 ELSE 0 END AS recorded,
       CASE WHEN s.stage = 1 OR (s.stage = 2 AND t2 <= until) OR (s.stage = 3 AND t3 <= until) OR (s.stage = 4 AND t4 <= until)
              OR (s.stage = 5 AND t5 <= until) OR (s.stage = 6 AND t6 <= until) THEN 1 ELSE 0 END AS within
FROM reached r CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6)) AS s (stage)
`;
