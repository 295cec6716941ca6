/** Each curve's last step at or before the time $1, with the ends seen by then. */
export const curveAtSql: string = `
WITH steps AS (SELECT c, max(t) AS t FROM run_curve WHERE t <= CAST($1 AS BIGINT) GROUP BY c),
seen AS (SELECT c, sum(CASE WHEN e = 1 THEN 1 ELSE 0 END) AS k1, sum(CASE WHEN e = 2 THEN 1 ELSE 0 END) AS k2 FROM run_obs WHERE t <= CAST($1 AS BIGINT) GROUP BY c)
SELECT r.c, r.s, r.greenwood, r.f1, r.f2, r.var_f1, r.var_f2, CAST(s.k1 AS BIGINT) AS k1, CAST(s.k2 AS BIGINT) AS k2
FROM steps x JOIN run_curve r ON r.c = x.c AND r.t = x.t JOIN seen s ON s.c = r.c
`;
