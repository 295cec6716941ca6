/**
 * Shares by group with what their cluster-adjusted limits need. Place `obs`: a SELECT of (g, cluster, y), y 1, 0 or null for
 * unknown. `v` is the linearised variance of k/n over the clusters that have a known case; null with fewer than two.
 */
export const ratesSql: string = `
WITH clusters AS (
  SELECT g, cluster, CAST(coalesce(sum(y), 0) AS DOUBLE PRECISION) AS y, CAST(count(y) AS DOUBLE PRECISION) AS m, CAST(count(*) - count(y) AS DOUBLE PRECISION) AS u
  FROM ({obs}) obs GROUP BY g, cluster
), totals AS (
  SELECT g, sum(y) AS k, sum(m) AS n, sum(u) AS u, CAST(sum(CASE WHEN m > 0 THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS c FROM clusters GROUP BY g
)
SELECT CAST(t.g AS TEXT) AS g, max(t.k) AS k, max(t.n) AS n, max(t.u) AS u, CAST(max(t.c) AS INTEGER) AS clusters,
       sum(CASE WHEN s.m > 0 THEN power(s.y - s.m * t.k / nullif(t.n, 0), 2) ELSE 0 END) * max(t.c) / nullif(max(t.c) - 1, 0) / nullif(max(t.n) * max(t.n), 0) AS v
FROM clusters s JOIN totals t ON t.g = s.g
GROUP BY t.g
`;
