/** Observations (g, cluster, y) over the place `ended`, y by the place `y`. */
export const closedLoopRateSql: string = `
SELECT {g} AS g, o.cluster, {y} AS y FROM ({ended}) o
`;
