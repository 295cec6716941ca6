/** What the warehouse holds as of the instant ($1), in one row, to tell "none" from "not measured". */
export const factsSql: string = `
SELECT CAST((SELECT count(*) FROM run_people) AS BIGINT) AS leads,
       CAST((SELECT count(*) FROM run_handovers WHERE truncated = 0) AS BIGINT) AS episodes,
       CAST((SELECT count(*) FROM run_handovers WHERE truncated = 1) AS BIGINT) AS truncated,
       CAST((SELECT count(*) FROM status_changes WHERE entity = 'lead' AND occurred_at <= CAST($1 AS BIGINT) AND to_status IS NOT NULL) AS BIGINT) AS lead_statuses,
       CAST((SELECT count(*) FROM run_positions WHERE recorded_in = 'marketing') AS BIGINT) AS marketing_states,
       CAST((SELECT count(*) FROM run_positions WHERE recorded_in = 'sales') AS BIGINT) AS sales_states,
       CAST((SELECT count(*) FROM run_reach WHERE mql_at IS NOT NULL) AS BIGINT) AS mqls,
       CAST((SELECT count(*) FROM run_deals) AS BIGINT) AS deals,
       CAST((SELECT coalesce(sum(in_marketing), 0) FROM run_people) AS BIGINT) AS marketing_records,
       CAST((SELECT coalesce(sum(in_sales), 0) FROM run_people) AS BIGINT) AS sales_records,
       CAST((SELECT count(*) FROM users WHERE team = 'sales' AND kind = 'person') AS BIGINT) AS sales_users,
       CAST((SELECT count(*) FROM business_hours) AS BIGINT) AS business_hours
`;
