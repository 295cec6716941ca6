/**
 * The handover episodes, at the instant ($1), not older than the history ($2, null: no limit; those are marked truncated).
 * An episode begins at the first `handed` after the last exit; its copy in the other CRM without an exit in between is the
 * same one. It ends at the next handover or at $1. `exit_at` is the first rejection, recycling or opt-out in it
 * (`automatic_exit`: a program's); `outcome` the first of acceptance and exit, acceptance winning a tie.
 */
export const handoversSql: string = `
WITH numbered_exits AS (
  SELECT m.*, coalesce(sum(CASE WHEN rejected + recycled > 0 THEN 1 ELSE 0 END)
                OVER (PARTITION BY lead_id ORDER BY occurred_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS exits_before
  FROM run_moments m
), starts AS (
  SELECT lead_id, exits_before, min(occurred_at) AS handed_at, min(handed_by) AS handed_by
  FROM numbered_exits WHERE handed = 1 GROUP BY lead_id, exits_before
), episodes AS MATERIALIZED (
  SELECT lead_id, handed_at, handed_by, row_number() OVER (PARTITION BY lead_id ORDER BY handed_at) AS episode,
         lead(handed_at) OVER (PARTITION BY lead_id ORDER BY handed_at) AS next_handed_at
  FROM starts
), ends AS MATERIALIZED (
  SELECT e.lead_id, e.episode,
         min(CASE WHEN m.accepted = 1 THEN m.occurred_at END) AS accepted_at,
         min(CASE WHEN m.rejected = 1 THEN m.occurred_at END) AS rejected_at,
         min(CASE WHEN m.recycled = 1 THEN m.occurred_at END) AS recycled_at,
         min(CASE WHEN m.rejected + m.recycled > 0 AND m.automatic = 1 THEN m.occurred_at END) AS automatic_at,
         max(m.working) AS working
  FROM episodes e JOIN run_moments m ON m.lead_id = e.lead_id AND m.occurred_at >= e.handed_at
   AND (e.next_handed_at IS NULL OR m.occurred_at < e.next_handed_at)
  GROUP BY e.lead_id, e.episode
), timed AS (
  SELECT e.lead_id, CAST(e.episode AS INTEGER) AS episode, e.handed_at, e.handed_by, x.accepted_at, x.rejected_at, x.recycled_at, x.automatic_at, x.working,
         coalesce(e.next_handed_at, CAST($1 AS BIGINT)) AS end_at, e.next_handed_at,
         CASE WHEN p.opted_out_at < e.handed_at THEN 1 ELSE 0 END AS opted_out_before,
         CASE WHEN p.opted_out_at >= e.handed_at AND p.opted_out_at < coalesce(e.next_handed_at, CAST($1 AS BIGINT) + 1) THEN p.opted_out_at END AS opted_out_at
  FROM episodes e JOIN run_people p ON p.lead_id = e.lead_id JOIN ends x ON x.lead_id = e.lead_id AND x.episode = e.episode
), closed AS (
  SELECT t.*, least(rejected_at, recycled_at, opted_out_at) AS exit_at FROM timed t
)
SELECT c.lead_id, c.episode, c.handed_at, c.handed_by, c.next_handed_at, c.end_at, c.accepted_at, c.exit_at, c.opted_out_before, coalesce(c.working, 0) AS working,
       CASE WHEN c.automatic_at = c.exit_at THEN 1 ELSE 0 END AS automatic_exit,
       CASE WHEN c.accepted_at IS NOT NULL AND (c.exit_at IS NULL OR c.accepted_at <= c.exit_at) THEN 'accepted'
            WHEN c.exit_at IS NULL THEN 'open'
            WHEN c.rejected_at = c.exit_at THEN 'rejected'
            WHEN c.recycled_at = c.exit_at THEN 'recycled' ELSE 'opted_out' END AS outcome,
       least(c.accepted_at, c.exit_at) AS outcome_at,
       CASE WHEN c.handed_at < CAST($2 AS BIGINT) THEN 1 ELSE 0 END AS truncated,
       coalesce(mo.period, '') AS month
FROM closed c LEFT JOIN run_months mo ON c.handed_at >= mo.starts_at AND c.handed_at < mo.ends_at
`;
