/** Each curve's last step at or before the time $1, with the ends of the first kind seen by then. */
export const curveAtSql: string = `
WITH steps AS (SELECT curve, g, max(t) AS t FROM run_curve WHERE t <= CAST($1 AS BIGINT) GROUP BY curve, g),
seen AS (
  SELECT curve, g, sum(CASE WHEN e = 1 AND t <= CAST($1 AS BIGINT) THEN 1 ELSE 0 END) AS k1, sum(CASE WHEN e = 2 AND t <= CAST($1 AS BIGINT) THEN 1 ELSE 0 END) AS k2
  FROM run_obs GROUP BY curve, g
)
SELECT c.curve, c.g, c.s, c.greenwood, c.f1, c.f2, c.var_f1, c.var_f2, CAST(s.k1 AS BIGINT) AS k1, CAST(s.k2 AS BIGINT) AS k2
FROM steps x JOIN run_curve c ON c.curve = x.curve AND c.g = x.g AND c.t = x.t JOIN seen s ON s.curve = c.curve AND s.g = c.g
`;
