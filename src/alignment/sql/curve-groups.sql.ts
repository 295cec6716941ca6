/** What entered each curve: cases, ends of both kinds, the longest time under observation. */
export const curveGroupsSql: string = `
WITH counted AS (
  SELECT c, count(*) AS n, sum(CASE WHEN e = 1 THEN 1 ELSE 0 END) AS k1, sum(CASE WHEN e = 2 THEN 1 ELSE 0 END) AS k2, max(t) AS longest FROM run_obs GROUP BY c
)
SELECT n.c, n.curve, n.g, CAST(o.n AS BIGINT) AS n, CAST(o.k1 AS BIGINT) AS k1, CAST(o.k2 AS BIGINT) AS k2, CAST(o.longest AS BIGINT) AS longest
FROM counted o JOIN run_curve_names n ON n.c = o.c
`;
