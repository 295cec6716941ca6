/**
 * Shares by group with what their cluster-adjusted limits need. Place `obs`: a SELECT of (g, cluster, y), y 1, 0 or null for
 * unknown. `v` is the linearised variance of k/n over the clusters that have a known case, its square expanded into whole
 * sums, so that one pass will do; null with fewer than two.
 */
export const ratesSql: string = `
WITH clusters AS (
  SELECT g, CAST(coalesce(sum(y), 0) AS DOUBLE PRECISION) AS y, CAST(count(y) AS DOUBLE PRECISION) AS m, count(*) - count(y) AS u
  FROM ({obs}) obs GROUP BY g, cluster
), totals AS (
  SELECT g, sum(y) AS k, sum(m) AS n, CAST(sum(u) AS DOUBLE PRECISION) AS u, CAST(sum(CASE WHEN m > 0 THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS c,
         sum(y * y) AS yy, sum(y * m) AS ym, sum(m * m) AS mm
  FROM clusters GROUP BY g
)
SELECT CAST(g AS TEXT) AS g, k, n, u, CAST(c AS INTEGER) AS clusters,
       greatest(0.0, yy - 2 * ym * k / nullif(n, 0) + mm * k * k / nullif(n * n, 0)) * c / nullif(c - 1, 0) / nullif(n * n, 0) AS v
FROM totals
`;
