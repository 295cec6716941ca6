/** Observations (curve, g, t, e) of the first touch, one curve per touch policy, and one of the leads that sales found itself. */
export const firstTouchCurvesSql: string = `
SELECT CASE WHEN origin = 'sales' THEN 'self-sourced ' ELSE 'policy ' END || CAST(policy AS TEXT) AS curve, '' AS g,
       CASE WHEN n_pre > 0 THEN 0 ELSE t END AS t, CASE WHEN n_pre > 0 THEN 1 ELSE e END AS e
FROM run_first_touch WHERE 1 = 1 {filter}
`;
