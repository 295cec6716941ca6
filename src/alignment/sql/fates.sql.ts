/**
 * What became of each person at the instant: exactly one state, the furthest that applies (a won deal, an open one, a lost
 * one, then the last handover's outcome, then the last status). $1 is the touch policy (1 to 3); $2 is 1 when touches are
 * measured: otherwise a status `working` is what tells being worked from waiting.
 */
export const fatesSql: string = `
WITH sold AS (
  SELECT lead_id, max(CASE WHEN state = 'won' THEN 1 ELSE 0 END) AS won, max(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS open,
         min(CASE WHEN state = 'won' THEN closed_at END) AS won_at, max(CASE WHEN state = 'lost' THEN closed_at END) AS lost_at
  FROM run_lead_deals GROUP BY lead_id
), touched AS (
  SELECT lead_id, min(occurred_at) AS first_at FROM run_attempts WHERE level <= CAST($1 AS INTEGER) GROUP BY lead_id
), numbered AS (
  SELECT h.*, row_number() OVER (PARTITION BY h.lead_id ORDER BY h.episode DESC) AS from_end FROM run_handovers h
), last_episode AS (
  SELECT h.lead_id, h.outcome, h.outcome_at, h.working, h.handed_at,
         CASE WHEN e.lead_id IS NOT NULL THEN 1 ELSE 0 END AS touched
  FROM numbered h LEFT JOIN run_efforts e ON e.lead_id = h.lead_id AND e.episode = h.episode AND e.policy = CAST($1 AS INTEGER)
  WHERE h.from_end = 1
), ever AS (
  SELECT lead_id, max(CASE WHEN accepted_at IS NOT NULL THEN 1 ELSE 0 END) AS accepted FROM run_handovers GROUP BY lead_id
), latest AS (
  SELECT lead_id, rung, recorded_in, occurred_at,
         row_number() OVER (PARTITION BY lead_id ORDER BY occurred_at DESC NULLS LAST, recorded_in DESC) AS from_end
  FROM run_positions
), joined AS (
  SELECT p.lead_id, CASE WHEN s.lead_id IS NULL THEN 0 ELSE 1 END AS has_deal, coalesce(s.won, 0) AS won, coalesce(s.open, 0) AS open, s.won_at, s.lost_at,
         h.outcome, h.outcome_at, l.rung, l.recorded_in, l.occurred_at AS rung_at,
         CASE WHEN h.lead_id IS NULL THEN 0 ELSE 1 END AS handed, coalesce(v.accepted, 0) AS accepted_episode,
         CASE WHEN t.lead_id IS NULL THEN 0 ELSE 1 END AS ever_touched,
         CASE WHEN CAST($2 AS INTEGER) = 0 THEN greatest(coalesce(h.working, 0), CASE WHEN l.rung = 'working' THEN 1 ELSE 0 END)
              WHEN h.lead_id IS NOT NULL THEN h.touched WHEN t.lead_id IS NOT NULL THEN 1 ELSE 0 END AS worked
  FROM run_people p
  LEFT JOIN sold s ON s.lead_id = p.lead_id
  LEFT JOIN touched t ON t.lead_id = p.lead_id
  LEFT JOIN last_episode h ON h.lead_id = p.lead_id
  LEFT JOIN ever v ON v.lead_id = p.lead_id
  LEFT JOIN latest l ON l.lead_id = p.lead_id AND l.from_end = 1
), stated AS (
  SELECT j.*, CASE
    WHEN won = 1 THEN 'won'
    WHEN open = 1 THEN 'deal_open'
    WHEN has_deal = 1 THEN 'lost'
    WHEN handed = 1 AND outcome = 'accepted' THEN 'accepted_no_deal'
    WHEN handed = 1 AND outcome = 'open' AND worked = 1 THEN 'being_worked'
    WHEN handed = 1 AND outcome = 'open' THEN 'waiting_untouched'
    WHEN handed = 1 AND worked = 0 AND CAST($2 AS INTEGER) = 1 THEN 'closed_untouched'
    WHEN handed = 1 AND outcome = 'recycled' THEN 'recycled'
    WHEN handed = 1 THEN 'rejected'
    WHEN rung IN ('accepted', 'sql', 'opportunity', 'customer') THEN 'accepted_no_deal'
    WHEN rung = 'working' THEN 'being_worked'
    WHEN rung = 'handed' AND worked = 1 THEN 'being_worked'
    WHEN rung = 'handed' THEN 'waiting_untouched'
    WHEN rung = 'rejected' AND recorded_in = 'sales' THEN 'rejected'
    WHEN rung = 'recycled' AND recorded_in = 'sales' THEN 'recycled'
    ELSE 'not_handed' END AS state
  FROM joined j
)
SELECT lead_id, state, ever_touched,
       CASE WHEN handed = 1 OR state <> 'not_handed' THEN 1 ELSE 0 END AS handed,
       CASE WHEN accepted_episode = 1 OR state IN ('accepted_no_deal', 'deal_open', 'won', 'lost') THEN 1 ELSE 0 END AS accepted,
       CASE state WHEN 'won' THEN won_at WHEN 'lost' THEN lost_at
         ELSE CASE WHEN state IN ('rejected', 'recycled', 'closed_untouched') THEN coalesce(outcome_at, rung_at) END END AS state_at
FROM stated
`;
