/** How many records of people the population leaves out at the instant ($1), by the first reason that applies. */
export const excludedSql: string = `
SELECT reason, CAST(count(*) AS BIGINT) AS n
FROM (
  SELECT CASE WHEN created_at > CAST($1 AS BIGINT) THEN 'created later' WHEN merged_into IS NOT NULL THEN 'merged'
              WHEN is_internal THEN 'internal' WHEN is_test THEN 'test' END AS reason
  FROM leads
) r
WHERE reason IS NOT NULL GROUP BY reason
`;
