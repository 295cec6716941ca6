/**
 * People by the place `g` and what became of them, with the counts of the ledger's three rates. Groups of fewer than `min`
 * people are merged; `groups` says how many.
 */
export const ledgerSql: string = `
WITH cases AS (SELECT p.lead_id, {g} AS old, f.state, f.handed, f.accepted, CASE WHEN f.handed = 1 AND f.ever_touched = 1 THEN 1 ELSE 0 END AS followed
  FROM run_people p JOIN run_fates f ON f.lead_id = p.lead_id
), sizes AS (SELECT old, count(*) AS n FROM cases GROUP BY old),
named AS (SELECT c.*, CASE WHEN s.n < {min} THEN {other} ELSE c.old END AS g FROM cases c JOIN sizes s ON s.old = c.old)
SELECT g, state, CAST(count(*) AS BIGINT) AS n, CAST(sum(handed) AS BIGINT) AS handed, CAST(sum(followed) AS BIGINT) AS followed,
       CAST(sum(handed * accepted) AS BIGINT) AS accepted
FROM named GROUP BY g, state
`;
