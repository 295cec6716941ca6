/** Words that a column may hold; further spellings are written as the word they stand for. */
type Words = ReadonlyMap<string, string>;

/** What a file's columns mean beyond the type of the table's column. */
export interface FileTable {
  /** The table, and the file's name without its ending. */
  readonly name: string;
  /** Must be there and filled in every row. */
  readonly required: readonly string[];
  /** The row's own id; made from others, or from the line, where it may be missing. */
  readonly id: string;
  readonly makeId: readonly string[] | 'line' | null;
  /** What an empty cell of a column means. */
  readonly defaults: ReadonlyMap<string, string | bigint | boolean>;
  readonly words: ReadonlyMap<string, Words>;
  /** The column that holds an instant's precision, by the instant's column. */
  readonly precision: ReadonlyMap<string, string>;
  /** Columns with a decimal amount, and the columns of the table that take it in minor units. */
  readonly decimals: ReadonlyMap<string, { readonly minor: string; readonly currency: string }>;
}

const words = (...list: readonly string[]): Words => new Map(list.map((word) => [word, word]));
const sides: Words = new Map([
  ['marketing', 'marketing'],
  ['sales', 'sales'],
  ['hubspot', 'marketing'],
  ['salesforce', 'sales'],
]);
const precisions = words('ms', 'second', 'day');
/** The rungs of the status ladder and its side exits. */
const rungs: Words = words(
  'new',
  'engaged',
  'mql',
  'handed',
  'working',
  'accepted',
  'sql',
  'opportunity',
  'customer',
  'rejected',
  'recycled',
);
const outcomes = words('open', 'won', 'lost');
const actors = words('human', 'sequence', 'workflow', 'integration', 'bot', 'prospect', 'unknown');

const table = (name: string, id: string, more: Partial<Omit<FileTable, 'name' | 'id'>>): FileTable => ({
  name,
  id,
  required: [id],
  makeId: null,
  defaults: new Map(),
  words: new Map(),
  precision: new Map(),
  decimals: new Map(),
  ...more,
});

/** The files that can be imported, in the order in which they are read. */
export const fileTables: readonly FileTable[] = [
  table('accounts', 'account_id', {}),
  table('users', 'user_id', {
    defaults: new Map<string, string | boolean>([
      ['kind', 'person'],
      ['is_active', true],
    ]),
    words: new Map([
      ['team', sides],
      ['kind', words('person', 'queue', 'integration')],
    ]),
  }),
  table('campaigns', 'campaign_id', { decimals: new Map([['cost', { minor: 'cost_minor', currency: 'currency' }]]) }),
  table('leads', 'lead_id', {
    defaults: new Map<string, string | boolean>([
      ['origin', 'unknown'],
      ['is_internal', false],
      ['is_test', false],
      ['opted_out', false],
    ]),
    words: new Map([
      ['created_in', sides],
      ['origin', words('marketing', 'sales', 'partner', 'unknown')],
      ['marketing_rung', rungs],
      ['sales_rung', rungs],
    ]),
  }),
  table('campaign_members', 'member_id', {
    required: ['campaign_id', 'lead_id'],
    makeId: ['campaign_id', 'lead_id'],
    defaults: new Map<string, string | boolean>([
      ['at_precision', 'ms'],
      ['responded', false],
    ]),
    words: new Map([
      ['recorded_in', sides],
      ['at_precision', precisions],
    ]),
    precision: new Map([
      ['responded_at', 'at_precision'],
      ['added_at', 'at_precision'],
    ]),
  }),
  table('deals', 'deal_id', {
    defaults: new Map<string, string | bigint>([
      ['closed_precision', 'ms'],
      ['outcome', 'open'],
      ['reopened', 0n],
    ]),
    words: new Map([
      ['outcome', outcomes],
      ['closed_precision', precisions],
    ]),
    precision: new Map([['closed_at', 'closed_precision']]),
    decimals: new Map([['amount', { minor: 'amount_minor', currency: 'currency' }]]),
  }),
  table('deal_contacts', 'deal_contact_id', {
    required: ['deal_id', 'lead_id'],
    makeId: ['deal_id', 'lead_id'],
    defaults: new Map([['is_primary', false]]),
  }),
  table('status_changes', 'change_id', {
    required: ['entity_id', 'occurred_at'],
    makeId: 'line',
    defaults: new Map([
      ['entity', 'lead'],
      ['recorded_in', 'sales'],
      ['field', 'status'],
      ['at_precision', 'ms'],
      ['actor_kind', 'unknown'],
    ]),
    words: new Map([
      ['entity', words('lead', 'deal')],
      ['recorded_in', sides],
      ['from_status', new Map([...rungs, ...outcomes])],
      ['to_status', new Map([...rungs, ...outcomes])],
      ['at_precision', precisions],
      ['actor_kind', actors],
    ]),
    precision: new Map([['occurred_at', 'at_precision']]),
  }),
  table('touches', 'touch_id', {
    required: ['lead_id', 'occurred_at'],
    makeId: 'line',
    defaults: new Map([
      ['kind', 'call'],
      ['side', 'sales'],
      ['direction', 'out'],
      ['actor_kind', 'human'],
      ['at_precision', 'ms'],
    ]),
    words: new Map([
      ['kind', words('call', 'email', 'meeting', 'social', 'sms', 'task', 'form', 'click', 'visit', 'event', 'response')],
      ['side', sides],
      ['recorded_in', sides],
      ['direction', words('in', 'out')],
      ['actor_kind', actors],
      ['result', words('answered', 'no_answer', 'sent', 'replied', 'held', 'no_show', 'bounced', 'failed', 'scheduled', 'canceled')],
      ['at_precision', precisions],
    ]),
    precision: new Map([['occurred_at', 'at_precision']]),
  }),
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
