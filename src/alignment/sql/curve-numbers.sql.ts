/** Numbers the curves of the observations (curve, g, t, e) in `run_named_obs`. */
export const curveNumbersSql: string = `
SELECT CAST(row_number() OVER (ORDER BY curve, g) AS INTEGER) AS c, curve, g FROM (SELECT DISTINCT curve, g FROM run_named_obs) names
`;
