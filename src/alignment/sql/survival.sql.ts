/**
 * Event times and curves of every group in `run_obs(c, t, e)`, e 1 or 2 for the two kinds of end and 0 for censored:
 * Kaplan-Meier of any end with Greenwood's sum, Aalen-Johansen incidence of each kind with Dinse and Larson's variance,
 * expanded into running sums. Ends count before censoring at the same time.
 */
export const survivalSql: string = `
WITH ends AS (
  SELECT c, t, count(*) AS cases, sum(CASE WHEN e > 0 THEN 1 ELSE 0 END) AS d, sum(CASE WHEN e = 1 THEN 1 ELSE 0 END) AS d1, sum(CASE WHEN e = 2 THEN 1 ELSE 0 END) AS d2
  FROM run_obs GROUP BY c, t
), risk AS (
  SELECT c, t, CAST(d AS DOUBLE PRECISION) AS d, CAST(d1 AS DOUBLE PRECISION) AS d1, CAST(d2 AS DOUBLE PRECISION) AS d2,
         CAST(sum(cases) OVER (PARTITION BY c) - sum(cases) OVER (PARTITION BY c ORDER BY t ROWS UNBOUNDED PRECEDING) + cases AS DOUBLE PRECISION) AS n
  FROM ends
), logs AS (
  SELECT c, t, d, d1, d2, n, CASE WHEN d < n THEN d / (n * (n - d)) ELSE 0 END AS h, CASE WHEN d < n THEN ln((n - d) / n) ELSE 0 END AS l FROM risk WHERE d > 0
), before AS (
  SELECT logs.*, CASE WHEN d = n THEN 0.0 ELSE exp(sum(l) OVER w) END AS s, exp(sum(l) OVER w - l) AS sp
  FROM logs WINDOW w AS (PARTITION BY c ORDER BY t ROWS UNBOUNDED PRECEDING)
), incidence AS (
  SELECT before.*, sum(sp * d1 / n) OVER w AS f1, sum(sp * d2 / n) OVER w AS f2
  FROM before WINDOW w AS (PARTITION BY c ORDER BY t ROWS UNBOUNDED PRECEDING)
), sums AS (
  SELECT incidence.*, sum(h) OVER w AS a,
         sum(f1 * h) OVER w AS b1, sum(f1 * f1 * h) OVER w AS x1, sum(sp * sp * (n - d1) * d1 / (n * n * n)) OVER w AS q1,
         sum(sp * d1 / (n * n)) OVER w AS e1, sum(f1 * sp * d1 / (n * n)) OVER w AS k1,
         sum(f2 * h) OVER w AS b2, sum(f2 * f2 * h) OVER w AS x2, sum(sp * sp * (n - d2) * d2 / (n * n * n)) OVER w AS q2,
         sum(sp * d2 / (n * n)) OVER w AS e2, sum(f2 * sp * d2 / (n * n)) OVER w AS k2
  FROM incidence WINDOW w AS (PARTITION BY c ORDER BY t ROWS UNBOUNDED PRECEDING)
)
SELECT c, t, n, s, a AS greenwood, f1, f2,
       greatest(0.0, f1 * f1 * a - 2 * f1 * b1 + x1 + q1 - 2 * f1 * e1 + 2 * k1) AS var_f1,
       greatest(0.0, f2 * f2 * a - 2 * f2 * b2 + x2 + q2 - 2 * f2 * e2 + 2 * k2) AS var_f2
FROM sums
`;
