/**
 * Observations (curve, g, t, e) of the time to close: of all people since creation and since the first touch, from
 * `run_close_times`; of deals since theirs, in whole days. Negative times count as 0. Deals that were created already closed
 * (within an hour) tell nothing about time.
 */
export const closeCurvesSql: string = `
SELECT 'lead-created' AS curve, '' AS g, greatest(0, created) AS t, e FROM run_close_times l WHERE undated = 0
UNION ALL
SELECT 'first-touch', '', greatest(0, first_touch), e FROM run_close_times l WHERE undated = 0
UNION ALL
SELECT 'deal-created', '',
       greatest(0, CAST((floor(CAST(coalesce(closed_at, CAST($1 AS BIGINT)) AS DOUBLE PRECISION) / 86400000) - floor(CAST(created_at AS DOUBLE PRECISION) / 86400000)) * 86400000 AS BIGINT)),
       CASE state WHEN 'won' THEN 1 WHEN 'lost' THEN 2 ELSE 0 END
FROM run_deals WHERE created_at IS NOT NULL AND (state = 'open' OR closed_at - created_at >= 3600000)
`;
