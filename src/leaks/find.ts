import { highWaterSql } from '../alignment/sql/high-water.sql.ts';
import { lastEventSql } from '../alignment/sql/last-event.sql.ts';
import type { LeakSettings } from '../model/settings.ts';
import type { Instant, Side } from '../model/words.ts';
import type { QuarantineEntry } from '../model/plan.ts';
import type { State } from '../state/types.ts';
import type { Row, Warehouse } from '../warehouse/types.ts';
import { leadsSql } from './leads.sql.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Why a lead is being lost. `quarantine`: Truce holds it back; the others are what somebody forgot. */
export type LeakCause = 'untouched' | 'quarantine' | 'no-owner' | 'inactive-owner' | 'no-contact-role' | 'given-up';

/** A lead that is being lost now, with everything that is wrong with it. */
export interface Leak {
  /** The merged person's id, or the record's where the warehouse does not know it. */
  readonly lead: string;
  readonly name: string | null;
  readonly owner: string | null;
  /** When it was handed to sales; null when nobody knows. */
  readonly promisedAt: Instant | null;
  readonly causes: readonly { readonly cause: LeakCause; readonly text: string; readonly fix: string }[];
  readonly urls: Readonly<Partial<Record<Side, string>>>;
}

export interface Leaks {
  /** Nothing after this instant was looked at: as far as both CRMs were read. */
  readonly asOf: Instant;
  /** Oldest promise first; those without one last. */
  readonly leaks: readonly Leak[];
  /** Causes that could not be looked for, and why. */
  readonly notMeasured: readonly { readonly cause: LeakCause; readonly why: string }[];
}

export interface FindLeaksOptions {
  readonly settings: LeakSettings;
  /** Attempts below which a lead without an answer counts as given up. */
  readonly attempts: number;
  readonly now: Instant;
}

/**
 * Finds the leads that are being lost now; reads the warehouse and the state, contacts nobody. A warehouse in which sales
 * has no touch at all does not record them: then nobody is called untouched.
 */
export async function findLeaks(warehouse: Warehouse, state: State, { settings, attempts, now }: FindLeaksOptions): Promise<Leaks> {
  const asOf = (await highWater(warehouse)) ?? now;
  const [touched] = await warehouse.query(
    "SELECT 1 AS found FROM touches WHERE side = 'sales' AND direction = 'out' AND occurred_at <= $1 LIMIT 1",
    [asOf],
  );
  const measured = touched !== undefined;
  const templates = { marketing: await state.meta.links('marketing'), sales: await state.meta.links('sales') };
  const held = await heldBack(warehouse, state);
  const leaks: Leak[] = [];
  const params = [asOf, settings.slaHours * hourMs, attempts, settings.idleDays * dayMs];
  for await (const row of warehouse.stream(leadsSql, params)) {
    const lead = String(row['lead_id']);
    const entries = held.get(lead) ?? [];
    held.delete(lead);
    const causes = [...causesOf(row, { asOf, settings, attempts, measured }), ...entries.map(inQuarantine)];
    if (causes.length > 0) leaks.push({ ...personOf(row, templates), causes });
  }
  for (const [lead, entries] of held) leaks.push(await heldOnly(warehouse, { lead, entries, templates }));
  return {
    asOf,
    leaks: leaks.toSorted((a, b) => (a.promisedAt ?? Infinity) - (b.promisedAt ?? Infinity)),
    notMeasured: measured
      ? []
      : (['untouched', 'given-up'] as const).map((cause) => ({
          cause,
          why: 'No contact by sales is in the warehouse: their activities are not read.',
        })),
  };
}

/** As far as both CRMs were read; for imported files the last thing that happened. */
async function highWater(warehouse: Warehouse): Promise<Instant | null> {
  const [read] = await warehouse.query(highWaterSql);
  return numberOf(read, 'as_of') ?? numberOf((await warehouse.query(lastEventSql))[0], 'as_of');
}

interface Judging extends Omit<FindLeaksOptions, 'now'> {
  readonly asOf: Instant;
  readonly measured: boolean;
}

function causesOf(row: Row, { asOf, settings, attempts, measured }: Judging): Leak['causes'] {
  const since = numberOf(row, 'handed_at');
  const made = numberOf(row, 'attempts') ?? 0;
  const idle = numberOf(row, 'last_attempt_at');
  const found: Leak['causes'][number][] = [];
  if (row['untouched'] === true && measured) {
    const text = `Handed over ${age(since, asOf)} ago, and nobody in sales has tried since; promised within ${settings.slaHours} hours.`;
    found.push({ cause: 'untouched', text, fix: 'Call them, or hand them to somebody who will.' });
  }
  if (row['no_owner'] === true) found.push({ cause: 'no-owner', text: 'Nobody owns it.', fix: 'Give it an owner in the sales CRM.' });
  if (row['owner_gone'] === true)
    found.push({ cause: 'inactive-owner', text: 'Its owner is not active any more.', fix: 'Give it to somebody who works there.' });
  if (row['no_role'] === true) {
    const text = 'Converted, but no deal of its account names it: its campaign gets no credit.';
    found.push({ cause: 'no-contact-role', text, fix: "Add it as a contact role to the account's open opportunity." });
  }
  if (row['given_up'] === true && measured) {
    const text = `${made} of ${attempts} attempts without an answer, the last ${age(idle, asOf)} ago.`;
    found.push({ cause: 'given-up', text, fix: 'Try again, or reject it with a reason, so that marketing can recycle it.' });
  }
  return found;
}

function inQuarantine({ code, cause, fix }: QuarantineEntry): Leak['causes'][number] {
  return { cause: 'quarantine', text: `Truce holds it back: ${cause} (${code})`, fix };
}

type Templates = Readonly<Record<Side, Readonly<Record<string, string>>>>;

function personOf(row: Row, templates: Templates): Omit<Leak, 'causes'> {
  const urls: Partial<Record<Side, string>> = {};
  for (const side of ['marketing', 'sales'] as const) {
    const url = linkTo(templates[side], textOf(row, `${side}_person_id`), textOf(row, `${side}_object`));
    if (url !== null) urls[side] = url;
  }
  const promisedAt = numberOf(row, 'handed_at');
  return { lead: String(row['lead_id']), name: textOf(row, 'name'), owner: textOf(row, 'owner_name'), promisedAt, urls };
}

function linkTo(templates: Readonly<Record<string, string>>, id: string | null, object: string | null): string | null {
  const template = templates[`person:${object ?? ''}`] ?? templates['person'];
  return id === null ? null : (template?.replace('{id}', encodeURIComponent(id)) ?? null);
}

/** People in quarantine by merged person; by record where the warehouse does not know it. */
async function heldBack(warehouse: Warehouse, state: State): Promise<Map<string, QuarantineEntry[]>> {
  const held = new Map<string, QuarantineEntry[]>();
  for (const entry of await state.quarantine.all()) {
    if (entry.kind !== 'person') continue;
    const [row] = await warehouse.query(
      'SELECT merged_id FROM record_links WHERE recorded_in = $1 AND source_id = $2 AND merged_id IN (SELECT lead_id FROM leads) LIMIT 1',
      [entry.side, entry.recordId],
    );
    const lead = textOf(row, 'merged_id') ?? `${entry.side} ${entry.recordId}`;
    held.set(lead, [...(held.get(lead) ?? []), entry]);
  }
  return held;
}

/** Somebody of whom nothing else is wrong. */
async function heldOnly(
  warehouse: Warehouse,
  { lead, entries, templates }: { readonly lead: string; readonly entries: readonly QuarantineEntry[]; readonly templates: Templates },
): Promise<Leak> {
  const [row] = await warehouse.query(
    `SELECT l.lead_id, l.name, u.name AS owner_name, CAST(max(s.occurred_at) AS DOUBLE PRECISION) AS handed_at
     FROM leads l LEFT JOIN users u ON u.user_id = l.owner_id
       LEFT JOIN status_changes s ON s.entity = 'lead' AND s.entity_id = l.lead_id AND s.to_status = 'handed'
     WHERE l.lead_id = $1 GROUP BY l.lead_id, l.name, u.name`,
    [lead],
  );
  const urls: Partial<Record<Side, string>> = {};
  for (const { side, recordId } of entries) {
    const [object] = await warehouse.query('SELECT object FROM record_links WHERE recorded_in = $1 AND source_id = $2 LIMIT 1', [
      side,
      recordId,
    ]);
    const url = linkTo(templates[side], recordId, textOf(object, 'object'));
    if (url !== null) urls[side] = url;
  }
  const known = { name: textOf(row, 'name'), owner: textOf(row, 'owner_name'), promisedAt: numberOf(row, 'handed_at') };
  return { lead, ...known, urls, causes: entries.map(inQuarantine) };
}

/** `3 days`, `5 hours`. */
function age(since: Instant | null, now: Instant): string {
  const hours = Math.max(0, Math.floor((now - (since ?? now)) / hourMs));
  const [n, unit] = hours < 48 ? [hours, 'hour'] : [Math.floor(hours / 24), 'day'];
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

function textOf(row: Row | undefined, column: string): string | null {
  const value = row?.[column];
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOf(row: Row | undefined, column: string): number | null {
  const value = row?.[column];
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null;
}
