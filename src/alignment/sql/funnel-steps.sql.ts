/** Observations (g, cluster, y) of the step from one stage to the next, g the stage's number after the cohort and a bar. */
export const funnelStepsSql: string = `
SELECT {g} || '|' || CAST(f.stage AS TEXT) AS g, f.cluster, {y} AS y FROM ({funnel}) f WHERE {of}
`;
