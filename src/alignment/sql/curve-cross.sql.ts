/**
 * When the incidence of the first kind, and its limits, reach the shares 0.25, 0.5 and 0.75, for every curve. The log(-log)
 * limits reach a share when ln(-ln F) plus or minus half their width passes ln(-ln share), so nothing has to be
 * exponentiated. $1 is the normal quantile times the root of the design effect. A flat stretch exactly at the share is met
 * at its middle, between `t` and `beyond`.
 */
export const curveCrossSql: string = `
WITH points AS (
  SELECT c, t, f1, CASE WHEN f1 > 0 AND f1 < 1 THEN ln(-ln(f1)) END AS u,
         CASE WHEN f1 > 0 AND f1 < 1 THEN CAST($1 AS DOUBLE PRECISION) * sqrt(var_f1) / (f1 * -ln(f1)) END AS half
  FROM run_curve
), shares AS (
  SELECT CAST(p AS DOUBLE PRECISION) AS p, ln(-ln(CAST(p AS DOUBLE PRECISION))) AS mark FROM (VALUES (0.25), (0.5), (0.75)) AS v (p)
)
SELECT x.c, q.p,
       CAST(min(CASE WHEN x.f1 >= q.p - 1e-12 THEN x.t END) AS BIGINT) AS t,
       CAST(min(CASE WHEN x.f1 > q.p + 1e-12 THEN x.t END) AS BIGINT) AS beyond,
       max(CASE WHEN abs(x.f1 - q.p) <= 1e-12 THEN 1 ELSE 0 END) AS flat,
       CAST(min(CASE WHEN x.f1 >= 1 OR x.u - x.half <= q.mark THEN x.t END) AS BIGINT) AS earliest,
       CAST(min(CASE WHEN x.f1 >= 1 OR x.u + x.half <= q.mark THEN x.t END) AS BIGINT) AS latest
FROM points x CROSS JOIN shares q
GROUP BY x.c, q.p
`;
