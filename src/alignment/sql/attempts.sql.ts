/**
 * The outbound contacts up to the instant ($1): calls, mails, meetings, social and text messages that weren't bounced,
 * failed, only scheduled or canceled, nor a second log of another. `level` says who made it: 1 a human of sales, 2 a
 * sequence of sales, 3 anyone else but a bot. A contact known by its day counts at the day's end. Contacts of one actor by
 * one means within $2 ms of the one before are one attempt: only the first is a `head`.
 */
export const attemptsSql: string = `
WITH counted AS (
  SELECT p.lead_id, coalesce(t.actor_id, '') AS actor, t.kind,
         CASE WHEN t.at_precision = 'day' THEN least(t.occurred_at + 86399999, CAST($1 AS BIGINT)) ELSE t.occurred_at END AS occurred_at,
         CASE WHEN t.at_precision = 'day' THEN 1 ELSE 0 END AS by_day,
         CASE WHEN t.side = 'sales' AND t.actor_kind = 'human' THEN 1 WHEN t.side = 'sales' AND t.actor_kind = 'sequence' THEN 2 ELSE 3 END AS level,
         CASE WHEN t.side = 'sales' AND t.actor_kind = 'unknown' THEN 1 ELSE 0 END AS unknown_actor
  FROM touches t JOIN run_people p ON p.source_id = t.lead_id
  WHERE t.dup_of IS NULL AND t.direction = 'out' AND t.occurred_at <= CAST($1 AS BIGINT)
    AND t.kind IN ('call', 'email', 'meeting', 'social', 'sms') AND t.actor_kind NOT IN ('bot', 'prospect')
    AND coalesce(t.result, '') NOT IN ('bounced', 'failed', 'scheduled', 'canceled')
), gaps AS (
  SELECT c.*, occurred_at - lag(occurred_at) OVER (PARTITION BY lead_id, level, actor, kind ORDER BY occurred_at) AS gap FROM counted c
)
SELECT lead_id, occurred_at, by_day, level, unknown_actor, CASE WHEN gap <= CAST($2 AS BIGINT) THEN 0 ELSE 1 END AS head FROM gaps
`;
