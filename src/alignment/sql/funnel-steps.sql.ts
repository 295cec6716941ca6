/** Observations (g, cluster, y) over `run_funnel` of the steps between stages: g is ten times the cohort's number plus the stage. */
export const funnelStepsSql: string = `
SELECT {g} * 10 + f.stage AS g, f.cluster, {y} AS y FROM run_funnel f WHERE {of}
`;
