/** Leads of `run_ladder` that were never even opened by their owner; and qualified leads too young to be judged ($1). */
export const dropExtrasSql: string = `
SELECT CAST(coalesce(sum(CASE WHEN l.rung = 3 THEN l.unread ELSE 0 END), 0) AS BIGINT) AS never_opened,
       CAST((SELECT count(*) FROM run_reach r WHERE (r.mql_at IS NOT NULL OR r.handed_at IS NOT NULL)
              AND least(r.mql_at, r.handed_at, r.working_at, r.accepted_at) > CAST($1 AS BIGINT)) AS BIGINT) AS immature
FROM run_ladder l
`;
