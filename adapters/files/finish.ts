import type { Settings } from '../../src/model/settings.ts';
import type { Side } from '../../src/model/words.ts';
import { readMoney, type MoneyColumns } from './amounts.ts';
import { counted, shown, type FileNotes } from './notes.ts';
import type { StatusReader } from './statuses.ts';
import { outcomes, sides, userKinds, wordOf } from './words.ts';

export type CellValue = string | bigint | boolean | number | null;

/** The row that is being read. It is one object for all rows of a file. */
export interface OpenRow {
  readonly line: number;
  /** The cell as it stands in the file, trimmed; `''` where the file has no such column. */
  text(column: string): string;
  /** The value as read so far. */
  get(column: string): CellValue;
  set(column: string, value: CellValue): void;
}

export interface FinishContext {
  readonly settings: Settings;
  readonly statuses: StatusReader;
  /** The file's columns. */
  readonly header: ReadonlySet<string>;
  readonly notes: FileNotes;
}

/** Makes the function that fills what depends on several cells, or on the configuration. */
export type Finish = (context: FinishContext) => (row: OpenRow) => void;

const money: Readonly<Record<'campaigns' | 'deals', MoneyColumns>> = {
  campaigns: { decimal: 'cost', minor: 'cost_minor', currency: 'currency' },
  deals: { decimal: 'amount', minor: 'amount_minor', currency: 'currency' },
};

/** Cost, and the sales CRM's ids as the JSON array that the warehouse holds. */
export const finishCampaign: Finish = ({ settings, notes }) => {
  return (row) => {
    readMoney(row, money.campaigns, { companyCurrency: settings.company.currency, notes });
    const ids = row.text('sales_campaign_ids');
    if (ids !== '') row.set('sales_campaign_ids', JSON.stringify(idList(ids)));
  };
};

/** A JSON array, or ids between semicolons, bars or blanks. */
function idList(text: string): readonly string[] {
  if (text.startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (Array.isArray(parsed)) return parsed.filter((id) => typeof id === 'string' || typeof id === 'number').map(String);
    } catch {
      // Then it is no JSON: what stands between the separators are the ids.
    }
  }
  return text.split(/[\s;,|]+/u).filter((id) => id !== '');
}

const expectedClose = (n: number): string => `the closed_at of ${counted(n, 'open deal')} taken for an expected date and left out`;

/** Amount, and no close date for what is not closed. */
export const finishDeal: Finish = ({ settings, notes }) => {
  return (row) => {
    readMoney(row, money.deals, { companyCurrency: settings.company.currency, notes });
    if ((row.get('outcome') ?? 'open') !== 'open' || row.get('closed_at') === null) return;
    row.set('closed_at', null);
    notes.tally(row.line, expectedClose);
  };
};

/** Where each CRM says that the person stands. */
export const finishLead: Finish = ({ statuses, header }) => {
  const sides = (['marketing', 'sales'] as const).map((side) => ({
    side,
    rung: `${side}_rung`,
    status: `${side}_status`,
    records: (side === 'marketing' ? ['marketing_person_id'] : ['sales_lead_id']).filter((column) => header.has(column)),
  }));
  return (row) => {
    for (const { side, rung, status, records } of sides) {
      if (!header.has(rung) && !header.has(status)) continue;
      // An empty status of somebody who has no record there is not a blank status.
      const told = header.has(status) && records.every((column) => row.text(column) !== '');
      const read = statuses.read({ side, field: 'status', rung: row.text(rung), raw: row.text(status), told });
      row.set(rung, read.rung);
      row.set(status, read.raw);
    }
  };
};

const noMap = (n: number): string => `${counted(n, 'change')} of a field that no status map reads without a rung`;
const noTarget = (n: number): string => `${counted(n, 'change')} of nothing: to_status and to_raw are empty`;
const noOutcome = (n: number): string =>
  `${counted(n, 'change')} of a deal to a stage that is none of open, won, lost: kept in to_raw, but counted nowhere`;

/** Rungs of leads, by the map of the changed field; outcomes of deals. */
export const finishStatusChange: Finish = ({ statuses, header, notes }) => {
  const told = { from: header.has('from_status') || header.has('from_raw'), to: header.has('to_status') || header.has('to_raw') };
  return (row) => {
    const deal = row.get('entity') === 'deal';
    const side = (row.get('recorded_in') ?? 'sales') as Side;
    const field = fieldName(row.text('field'));
    if (field === 'owner') row.set('field', field);
    for (const end of ['from', 'to'] as const) {
      const [rung, raw] = [row.text(`${end}_status`), row.text(`${end}_raw`)];
      const read = deal ? readOutcome(rung, raw) : statuses.read({ side, field, rung, raw, told: told[end] });
      row.set(`${end}_status`, read.rung);
      row.set(`${end}_raw`, read.raw);
    }
    if (row.get('to_status') !== null) return;
    if (row.get('to_raw') === null) notes.tally(row.line, noTarget);
    else if (deal) notes.tally(row.line, noOutcome);
    else if (field !== 'owner' && statuses.mapped(side, field) === null) notes.tally(row.line, noMap);
  };
};

/** `owner` in any spelling is the owner; every other field is called as the CRM calls it. */
const fieldName = (text: string): string => (text === '' ? 'status' : text.toLowerCase() === 'owner' ? 'owner' : text);

function readOutcome(rung: string, raw: string): { readonly rung: string | null; readonly raw: string | null } {
  const own = raw === '' ? rung : raw;
  const word = (text: string): string | undefined => outcomes.get(wordOf(text));
  const outcome = word(rung) ?? word(raw) ?? null;
  return { rung: outcome, raw: own === '' || own === outcome ? null : own };
}

const otherTeam = (n: number): string =>
  `${counted(n, 'user')} of a team that is neither marketing nor sales nor listed in teams.marketing or teams.sales: kept as the role, without a side`;

/** The side of a user: named, or by the configured lists of teams and addresses; the team's own name stays as the role. */
export const finishUser: Finish = ({ settings, notes }) => {
  const list = (entries: readonly string[]): ReadonlySet<string> => new Set(entries.map((entry) => entry.trim().toLowerCase()));
  const { teams } = settings;
  const listed = { marketing: list(teams.marketing), sales: list(teams.sales), integrations: list(teams.integrations) };
  return (row) => {
    const team = row.text('team');
    const names = [team, row.text('email'), row.text('name')].filter((text) => text !== '').map((text) => text.toLowerCase());
    const isIn = (entries: ReadonlySet<string>): boolean => names.some((name) => entries.has(name));
    const side = isIn(listed.marketing) ? 'marketing' : isIn(listed.sales) ? 'sales' : (sides.get(wordOf(team)) ?? null);
    row.set('team', side);
    const role = row.text('role');
    row.set('role', role !== '' ? role : team === '' || sides.has(wordOf(team)) ? null : team);
    if (team !== '' && side === null) notes.tally(row.line, otherTeam);
    row.set('kind', isIn(listed.integrations) ? 'integration' : userKind(row, notes));
  };
};

function userKind(row: OpenRow, notes: FileNotes): string | null {
  const text = row.text('kind');
  if (text === '') return null;
  const kind = userKinds.get(wordOf(text)) ?? null;
  if (kind === null) notes.leave(row.line, 'kind', `kind ${shown(text)} is none of ${[...userKinds.keys()].join(', ')}`);
  return kind;
}
