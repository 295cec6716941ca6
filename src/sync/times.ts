import type { Crm, HistoryEntry } from '../crm.ts';
import type { Settings } from '../model/settings.ts';
import type { RecordId, Side } from '../model/words.ts';
import type { LinkedPerson } from '../state/types.ts';
import { mappedFields } from './observe.ts';
import type { Times } from './person-plan.ts';
import type { ValueTime } from './policy.ts';
import { sameValue } from './values.ts';

export interface TimesOptions {
  readonly crms: Readonly<Record<Side, Crm>>;
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks up when the fields of some people were set: by the fields' own histories where the CRM keeps them, else by the
 * records' change stamps.
 */
export async function lookUpTimes(persons: readonly LinkedPerson[], options: TimesOptions): Promise<(person: LinkedPerson) => Times> {
  const histories = new Map<string, ReadonlyMap<string, readonly HistoryEntry[]>>();
  for (const side of ['marketing', 'sales'] as const) {
    const crm = options.crms[side];
    if (!crm.capabilities.propertyHistory) continue;
    const refs = persons.flatMap((person) =>
      person.members.flatMap((member) => (member.side === side ? [{ id: member.id, object: member.object }] : [])),
    );
    const fields = mappedFields(options.settings, side);
    const answers = await crm.read('person', refs, {
      fields,
      history: true,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    for (const { found } of answers) for (const one of found) histories.set(keyOf(side, one.record.id), one.history);
  }
  return (person) => (side, field) => timeOf(person, { side, field, histories, options });
}

interface Wanted {
  readonly side: Side;
  readonly field: string;
  readonly histories: ReadonlyMap<string, ReadonlyMap<string, readonly HistoryEntry[]>>;
  readonly options: TimesOptions;
}

function timeOf(person: LinkedPerson, { side, field, histories, options }: Wanted): ValueTime {
  const members = person.members.filter((member) => member.side === side);
  // The value that is weighed is the one that was pulled: somebody may have set another since, whose time is not its own.
  const entries = members.flatMap(
    (member) =>
      histories
        .get(keyOf(side, member.id))
        ?.get(field)
        ?.find((entry) => sameValue(entry.value, member.fields.get(field))) ?? [],
  );
  const [newest] = entries.toSorted((a, b) => b.at - a.at);
  if (newest !== undefined) return { at: newest.at, precision: newest.precision, certainty: 'history' };
  const at = Math.max(...members.map((member) => member.modifiedAt));
  return { at, precision: options.crms[side].capabilities.stampPrecision, certainty: 'record-stamp' };
}

function keyOf(side: Side, id: RecordId): string {
  return `${side} ${id}`;
}
