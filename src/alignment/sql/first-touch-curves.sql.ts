/**
 * Observations (curve, g, t, e) of the first touch, one curve per touch policy, and one of the leads
 * that sales found itself; and under the policy $1 one without those that a program closed untouched: they were never due.
 */
export const firstTouchCurvesSql: string = `
SELECT CASE WHEN origin = 'sales' THEN 'self-sourced ' ELSE 'policy ' END || CAST(policy AS TEXT) AS curve, '' AS g,
       CASE WHEN n_pre > 0 THEN 0 ELSE t END AS t, CASE WHEN n_pre > 0 THEN 1 ELSE e END AS e
FROM run_first_touch WHERE 1 = 1 {filter}
UNION ALL
SELECT 'due', '', CASE WHEN n_pre > 0 THEN 0 ELSE t END, CASE WHEN n_pre > 0 THEN 1 ELSE e END
FROM run_first_touch WHERE policy = CAST($1 AS INTEGER) AND origin <> 'sales' AND NOT (n_pre = 0 AND e = 2 AND automatic_exit = 1) {filter}
`;
