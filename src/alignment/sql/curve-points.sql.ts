/** A curve thinned to about $2 points: its first and last step, and the first step in each slice of its events. */
export const curvePointsSql: string = `
WITH numbered AS (
  SELECT t, n, s, greenwood, f1, f2, var_f1, var_f2, row_number() OVER (ORDER BY t) AS i, count(*) OVER () AS steps
  FROM run_curve WHERE c = CAST($1 AS INTEGER)
), sliced AS (
  SELECT numbered.*, floor(CAST(i AS DOUBLE PRECISION) * CAST($2 AS INTEGER) / steps) AS slice FROM numbered
), firsts AS (SELECT slice, min(i) AS i FROM sliced GROUP BY slice)
SELECT CAST(s.t AS BIGINT) AS t, s.n, s.s, s.greenwood, s.f1, s.f2, s.var_f1, s.var_f2
FROM sliced s JOIN firsts f ON f.slice = s.slice
WHERE s.i = f.i OR s.i = s.steps OR s.i = 1
`;
