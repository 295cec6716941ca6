import type { Rung } from '../../src/model/words.ts';
import { ladder, sideExits } from '../../src/sync/status-map.ts';
import { finishCampaign, finishDeal, finishLead, finishStatusChange, finishUser, type Finish } from './finish.ts';
import { counted } from './notes.ts';
import { outcomes, sides, words, type Words } from './words.ts';

/** What a file's columns mean beyond the type of the table's column. In SQL, `i` is the staged row. */
export interface FileTable {
  /** The table, and the file's name without its ending. */
  readonly name: string;
  /** Must be there and filled in every row. */
  readonly required: readonly string[];
  /** Of these at least one must be there and filled in every row; empty: no such rule. */
  readonly anyOf: readonly string[];
  /** The row's own id; made from others, or from the line, where it may be missing. */
  readonly id: string;
  readonly makeId: readonly string[] | 'line' | null;
  readonly words: ReadonlyMap<string, Words>;
  /** What to say besides where a cell holds none of its column's words. */
  readonly advice: ReadonlyMap<string, string>;
  /** Columns that decide whether and how a row counts: a row with an unreadable one is left out. Elsewhere the cell is. */
  readonly decisive: ReadonlySet<string>;
  /** The column that holds an instant's precision, by the instant's column. */
  readonly precision: ReadonlyMap<string, string>;
  /** Instants of what has happened, which can't lie in the future. */
  readonly happened: readonly string[];
  /** Columns of the file that the table has not. */
  readonly extra: readonly string[];
  /** Columns of the table that `finish` reads as text and fills. */
  readonly finished: readonly string[];
  /** What is left to do when a row's cells are read. */
  readonly finish: Finish | null;
  /** Columns that `fills` needs, whether the file has them or not. */
  readonly staged: readonly string[];
  /** SQL for a column's value, where an empty cell means something. */
  readonly fills: ReadonlyMap<string, string>;
  /** A further table that `fills` and `said` look into. */
  readonly join: string;
  /** What was assumed, as SQL that finds the rows and a sentence for their number. */
  readonly said: readonly { readonly when: string; readonly sentence: (n: number) => string }[];
}

const precisions = words('ms', 'second', 'day');
const actors = words('human', 'sequence', 'workflow', 'integration', 'bot', 'prospect', 'unknown');
const results = words('answered', 'no_answer', 'sent', 'replied', 'held', 'no_show', 'bounced', 'failed', 'scheduled', 'canceled');

/** The rungs of the status ladder and its side exits. */
export const rungs: readonly Rung[] = [...ladder, ...sideExits];
const or = (column: string, literal: string): [string, string] => [column, `coalesce(i.${column}, ${literal})`];

const table = (name: string, id: string, more: Partial<Omit<FileTable, 'name' | 'id'>>): FileTable => ({
  name,
  id,
  required: [id],
  anyOf: [],
  makeId: null,
  words: new Map(),
  advice: new Map(),
  decisive: new Set(),
  precision: new Map(),
  happened: [],
  extra: [],
  finished: [],
  finish: null,
  staged: [],
  fills: new Map(),
  join: '',
  said: [],
  ...more,
});

/** Touches that a prospect makes on what marketing has put out. */
const marketingKinds = ['form', 'click', 'visit', 'event', 'response'];
const ofMarketing = `i.kind IN (${marketingKinds.map((kind) => `'${kind}'`).join(', ')})`;

const touches = table('touches', 'touch_id', {
  required: ['occurred_at', 'kind'],
  anyOf: ['lead_id', 'deal_id'],
  makeId: 'line',
  words: new Map([
    ['kind', words('call', 'email', 'meeting', 'social', 'sms', 'task', ...marketingKinds)],
    ['side', sides],
    ['recorded_in', sides],
    ['direction', words('in', 'out')],
    ['actor_kind', actors],
    ['result', new Map([...results, ['cancelled', 'canceled']])],
    ['at_precision', precisions],
  ]),
  decisive: new Set(['kind', 'side', 'direction', 'actor_kind', 'result']),
  precision: new Map([['occurred_at', 'at_precision']]),
  happened: ['occurred_at'],
  staged: ['kind', 'side', 'direction', 'actor_kind', 'actor_id'],
  join: 'LEFT JOIN users u ON u.user_id = i.actor_id',
  fills: new Map([
    ['side', `coalesce(i.side, CASE WHEN ${ofMarketing} THEN 'marketing' ELSE coalesce(u.team, 'sales') END)`],
    ['direction', `coalesce(i.direction, CASE WHEN ${ofMarketing} THEN 'in' ELSE 'out' END)`],
    [
      'actor_kind',
      `CASE WHEN u.kind = 'integration' THEN 'integration' WHEN i.actor_kind IS NOT NULL THEN i.actor_kind WHEN ${ofMarketing} OR i.direction = 'in' THEN 'prospect' ELSE 'human' END`,
    ],
    or('at_precision', `'ms'`),
  ]),
  said: [
    {
      when: `${ofMarketing} AND (i.side IS NULL OR i.direction IS NULL OR i.actor_kind IS NULL)`,
      sentence: (n) =>
        `${counted(n, 'form, click, visit, event or response', 'forms, clicks, visits, events and responses')} without side, direction or actor_kind taken for the prospect's own (marketing, in, prospect)`,
    },
    {
      when: `NOT ${ofMarketing} AND i.side IS NULL AND u.team IS NULL`,
      sentence: (n) => `${counted(n, 'row')} without a side taken for a contact by sales`,
    },
    { when: `NOT ${ofMarketing} AND i.direction IS NULL`, sentence: (n) => `${counted(n, 'row')} without a direction taken for outbound` },
    {
      when: `NOT ${ofMarketing} AND i.actor_kind IS NULL AND coalesce(i.direction, 'out') = 'out' AND coalesce(u.kind, '') <> 'integration'`,
      sentence: (n) => `${counted(n, 'row')} without an actor_kind taken for a human's`,
    },
  ],
});

const statusChanges = table('status_changes', 'change_id', {
  required: ['entity_id', 'occurred_at'],
  makeId: 'line',
  words: new Map([
    ['entity', words('lead', 'deal')],
    ['recorded_in', sides],
    ['at_precision', precisions],
    ['actor_kind', actors],
  ]),
  decisive: new Set(['entity', 'recorded_in']),
  precision: new Map([['occurred_at', 'at_precision']]),
  happened: ['occurred_at'],
  finished: ['to_status', 'to_raw', 'from_status', 'from_raw'],
  finish: finishStatusChange,
  staged: ['entity', 'field', 'recorded_in'],
  fills: new Map([
    or('entity', `'lead'`),
    or('recorded_in', `'sales'`),
    or('field', `'status'`),
    or('at_precision', `'ms'`),
    or('actor_kind', `'unknown'`),
  ]),
  said: [
    { when: 'i.recorded_in IS NULL', sentence: (n) => `${counted(n, 'row')} without recorded_in taken for a change in the sales CRM` },
  ],
});

/** The files that can be imported, in the order in which they are read. */
export const fileTables: readonly FileTable[] = [
  table('accounts', 'account_id', {}),
  table('users', 'user_id', {
    finished: ['team', 'role', 'kind'],
    finish: finishUser,
    fills: new Map([or('kind', `'person'`), or('is_active', 'TRUE')]),
  }),
  table('campaigns', 'campaign_id', {
    extra: ['cost'],
    finished: ['cost_minor', 'currency', 'sales_campaign_ids'],
    finish: finishCampaign,
  }),
  table('leads', 'lead_id', {
    words: new Map([
      ['created_in', sides],
      ['origin', words('marketing', 'sales', 'partner', 'unknown')],
    ]),
    advice: new Map([['origin', '(the team that found the lead; its source belongs into channel)']]),
    happened: ['created_at'],
    finished: ['marketing_status', 'sales_status', 'marketing_rung', 'sales_rung'],
    finish: finishLead,
    fills: new Map([or('origin', `'unknown'`), or('is_internal', 'FALSE'), or('is_test', 'FALSE'), or('opted_out', 'FALSE')]),
  }),
  table('campaign_members', 'member_id', {
    required: ['campaign_id', 'lead_id'],
    makeId: ['campaign_id', 'lead_id'],
    words: new Map([
      ['recorded_in', sides],
      ['at_precision', precisions],
    ]),
    precision: new Map([
      ['responded_at', 'at_precision'],
      ['added_at', 'at_precision'],
    ]),
    fills: new Map([or('at_precision', `'ms'`), or('responded', 'FALSE')]),
  }),
  table('deals', 'deal_id', {
    words: new Map([
      ['outcome', outcomes],
      ['closed_precision', precisions],
    ]),
    decisive: new Set(['outcome']),
    precision: new Map([['closed_at', 'closed_precision']]),
    happened: ['created_at', 'closed_at'],
    extra: ['amount'],
    finished: ['amount_minor', 'currency'],
    finish: finishDeal,
    staged: ['outcome', 'closed_at'],
    fills: new Map([or('outcome', `'open'`), or('closed_precision', `'ms'`), or('reopened', '0')]),
    said: [{ when: 'i.outcome IS NULL', sentence: (n) => `${counted(n, 'deal')} without an outcome taken for open` }],
  }),
  table('deal_contacts', 'deal_contact_id', {
    required: ['deal_id', 'lead_id'],
    makeId: ['deal_id', 'lead_id'],
    fills: new Map([or('is_primary', 'FALSE')]),
  }),
  statusChanges,
  touches,
];

/** Columns that hold instants, in any file. */
export const instantColumns: ReadonlySet<string> = new Set([
  'created_at',
  'occurred_at',
  'starts_at',
  'ends_at',
  'added_at',
  'responded_at',
  'closed_at',
  'opted_out_at',
  'active_from',
  'active_to',
]);
