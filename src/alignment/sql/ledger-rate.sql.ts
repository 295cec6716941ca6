/** Observations (g, cluster, y) of one of the ledger's rates: `of` chooses the people, `hit` those that count. */
export const ledgerRateSql: string = `
SELECT {g} AS g, p.cluster, CASE WHEN {hit} THEN 1 ELSE 0 END AS y FROM run_people p JOIN run_fates f ON f.lead_id = p.lead_id WHERE {of}
`;
