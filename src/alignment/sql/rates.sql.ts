/**
 * Shares by group with what their cluster-adjusted limits need. Place `obs`: a SELECT of (g, cluster, y), y 1, 0 or null for
 * unknown. Groups of fewer than `min` cases are merged. `v` is the linearised variance of k/n over the clusters that have a
 * known case; null with fewer than two.
 */
export const ratesSql: string = `
WITH obs AS ({obs}
), sizes AS (
  SELECT g, count(*) AS cases FROM obs GROUP BY g
), named AS (
  SELECT CASE WHEN s.cases < {min} THEN '(other)' ELSE o.g END AS g, o.g AS old, o.cluster, o.y FROM obs o JOIN sizes s ON s.g = o.g
), merged AS (
  SELECT g, count(DISTINCT old) AS groups FROM named GROUP BY g
), clusters AS (
  SELECT g, cluster, CAST(coalesce(sum(y), 0) AS DOUBLE PRECISION) AS y, CAST(count(y) AS DOUBLE PRECISION) AS m, count(*) - count(y) AS u
  FROM named GROUP BY g, cluster
), totals AS (
  SELECT g, sum(y) AS k, sum(m) AS n, sum(u) AS u, CAST(sum(CASE WHEN m > 0 THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS c FROM clusters GROUP BY g
)
SELECT t.g, CAST(max(t.k) AS DOUBLE PRECISION) AS k, CAST(max(t.n) AS DOUBLE PRECISION) AS n, CAST(max(t.u) AS DOUBLE PRECISION) AS u,
       CAST(max(t.c) AS INTEGER) AS clusters, CAST(max(g.groups) AS INTEGER) AS groups,
       sum(CASE WHEN s.m > 0 THEN power(s.y - s.m * t.k / nullif(t.n, 0), 2) ELSE 0 END) * max(t.c) / nullif(max(t.c) - 1, 0) / nullif(max(t.n) * max(t.n), 0) AS v
FROM clusters s JOIN totals t ON t.g = s.g JOIN merged g ON g.g = s.g
GROUP BY t.g
`;
