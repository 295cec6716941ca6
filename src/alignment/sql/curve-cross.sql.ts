/**
 * When the incidence of the first kind, and its limits, reach the share $1. The log(-log) limits reach it when
 * ln(-ln F) plus or minus half their width passes ln(-ln $1), so nothing has to be exponentiated. $2 is the normal
 * quantile times the root of the design effect; $3 and $4 name the curve. A flat stretch exactly at the share is met at
 * its middle, between `t` and `beyond`.
 */
export const curveCrossSql: string = `
WITH points AS (
  SELECT t, f1, CASE WHEN f1 > 0 AND f1 < 1 THEN ln(-ln(f1)) END AS u,
         CASE WHEN f1 > 0 AND f1 < 1 THEN CAST($2 AS DOUBLE PRECISION) * sqrt(var_f1) / (f1 * -ln(f1)) END AS half
  FROM run_curve WHERE curve = $3 AND g = $4
)
SELECT CAST(min(CASE WHEN f1 >= CAST($1 AS DOUBLE PRECISION) - 1e-12 THEN t END) AS BIGINT) AS t,
       CAST(min(CASE WHEN f1 > CAST($1 AS DOUBLE PRECISION) + 1e-12 THEN t END) AS BIGINT) AS beyond,
       max(CASE WHEN abs(f1 - CAST($1 AS DOUBLE PRECISION)) <= 1e-12 THEN 1 ELSE 0 END) AS flat,
       CAST(min(CASE WHEN f1 >= 1 OR u - half <= ln(-ln(CAST($1 AS DOUBLE PRECISION))) THEN t END) AS BIGINT) AS earliest,
       CAST(min(CASE WHEN f1 >= 1 OR u + half <= ln(-ln(CAST($1 AS DOUBLE PRECISION))) THEN t END) AS BIGINT) AS latest
FROM points
`;
