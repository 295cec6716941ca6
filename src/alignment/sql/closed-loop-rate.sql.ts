/** Observations (g, cluster, y) over `run_closed_loop`, y by the place `y`. */
export const closedLoopRateSql: string = `
SELECT {g} AS g, o.cluster, {y} AS y FROM run_closed_loop o
`;
