/** How many groups the observations of the place `obs` have. */
export const groupCountSql: string = `
SELECT CAST(count(DISTINCT g) AS BIGINT) AS n FROM ({obs}) o
`;
