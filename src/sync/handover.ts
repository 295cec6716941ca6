import type { AccountInfo, Crm, Description, NewLead, ReadRecord } from '../crm.ts';
import { PlanError } from '../errors.ts';
import type { PlanLine, PlannedChange } from '../model/plan.ts';
import type { HandoverSettings, Settings } from '../model/settings.ts';
import type { FieldValue, RecordId, Side } from '../model/words.ts';
import type { Hold, LinkedPerson, State, StoredPerson } from '../state/types.ts';
import type { Stories } from '../warehouses.ts';
import { normaliseEmail } from './email.ts';
import { noteFor } from './handover-note.ts';
import { readOwnersByName } from './handover-owners.ts';
import { getRung, ladder } from './status-map.ts';
import { isBlank } from './values.ts';

const pageSize = 500;
const readAtOnce = 50;
const round = 'handover';

export interface HandoverOptions {
  readonly state: State;
  readonly crms: Readonly<Record<Side, Crm>>;
  readonly settings: Settings;
  readonly accounts: Readonly<Record<Side, AccountInfo>>;
  readonly descriptions: Readonly<Record<Side, Description>>;
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  /** Only these persons. @default all */
  readonly only?: ReadonlySet<string> | undefined;
  /** At most so many. @default all */
  readonly limit?: number | undefined;
  /** What the warehouse tells of these records of marketing's; absent without one. */
  readonly stories?: Stories | undefined;
}

export interface Handover {
  readonly lines: readonly PlanLine[];
  /** People that can't be handed over, with cause and fix. */
  readonly hold: readonly Hold[];
  /** Whose turn it is afterwards. */
  readonly turn: number;
  /** The limit kept somebody out. */
  readonly limited: boolean;
}

/**
 * Plans a new sales record for everybody in marketing who has reached the rung and has none. Values are read now, and an
 * address that sales knows by now is left to the links. Each carries a key made of the account and the record, so that
 * however often it is tried there is one.
 * @throws {PlanError} `HANDOVER_UNSUPPORTED`, `HANDOVER_KEY_MISSING`, `HANDOVER_CONNECTOR`, `HANDOVER_CAMPAIGN`
 */
export async function planHandover(handover: HandoverSettings, options: HandoverOptions): Promise<Handover> {
  const { state, settings, signal } = options;
  refuse(options);
  const lines: PlanLine[] = [];
  const hold: Hold[] = [];
  const seen = new Set<string>();
  let turn = await state.meta.turn(round);
  let tools: Tools | null = null;
  for await (const page of candidates(handover, options)) {
    signal?.throwIfAborted();
    tools ??= await toolsOf(handover, options);
    const fresh = await stillReady(page, handover, { ...options, seen });
    const stories = await options.stories?.(fresh.map(({ record }) => record.record.id));
    for (const ready of fresh) {
      if (options.limit !== undefined && lines.length >= options.limit) return { lines, hold, turn, limited: true };
      const owner = ownerOf(handover, ready.record, { turn, tools });
      if (owner.name !== null && owner.id === null) {
        hold.push(noOwner(ready, { owner: owner.name, now: options.now }));
        continue;
      }
      if (handover.owner.rule === 'round-robin') turn += 1;
      const note = handover.note
        ? noteFor({
            rung: ready.rung,
            record: ready.record,
            statusField: settings.status.marketing.field,
            story: stories?.get(ready.record.record.id) ?? null,
            url: ready.url,
          })
        : null;
      const lead: NewLead = { owner: owner.id, optedOut: ready.record.record.optedOut, campaignId: tools.campaignId, note };
      lines.push(lineOf(ready, handover, { settings, lead, owner: owner.name }));
    }
  }
  return { lines, hold, turn, limited: false };
}

/** Stores whose turn is next, before anything is written: a run that dies costs a turn, and never gives one person two leads. */
export async function storeTurn(state: State, { turn }: Handover): Promise<void> {
  await state.meta.setTurn(round, turn);
}

function refuse({ crms, descriptions }: HandoverOptions): void {
  const { sales } = crms;
  if (sales.capabilities.handover !== true)
    throw new PlanError('HANDOVER_UNSUPPORTED', `${sales.system} takes no handovers.`, {
      hint: 'Take `handover` out of the configuration.',
    });
  if (descriptions.marketing.connector?.present === true || descriptions.sales.connector?.present === true)
    throw new PlanError(
      'HANDOVER_CONNECTOR',
      "The vendor's native integration runs here, and may create leads too; two creators make duplicates.",
      {
        hint: 'Switch its creation of leads off and remove it, or take `handover` out of the configuration.',
      },
    );
  const key = descriptions.sales.own.find((field) => field.on === 'person' && field.stem === 'key');
  if (key !== undefined && key.state === 'ready') return;
  throw new PlanError(
    'HANDOVER_KEY_MISSING',
    `${sales.system}: the field for Truce's key is ${key?.state ?? 'missing'}; without it a lead could be made twice.`,
    {
      hint: key?.fix ?? 'Run `truce provision`.',
    },
  );
}

/** Persons whose stored status says that they are ready, and that nothing holds back. */
async function* candidates(handover: HandoverSettings, options: HandoverOptions): AsyncGenerator<readonly LinkedPerson[]> {
  const { state, settings, only, now } = options;
  let after = '';
  let pending: LinkedPerson[] = [];
  for (;;) {
    const page = await state.links.singles({ side: 'marketing', after, limit: pageSize });
    const ready = page.filter((person) => (only === undefined || only.has(person.id)) && isReady(person.members[0], handover, settings));
    const keys = new Map(ready.map((person) => [person, keyOf(options, person.members[0]?.id ?? ('' as RecordId))]));
    const [held, refused] = [
      await state.quarantine.get(
        'marketing',
        'person',
        ready.flatMap((person) => person.members[0]?.id ?? []),
      ),
      await state.quarantine.get('sales', 'person', [...keys.values()]),
    ];
    const waits = (person: LinkedPerson): boolean => {
      const entries = [held.get(person.members[0]?.id ?? ''), refused.get(keys.get(person) ?? '')];
      return entries.some((entry) => entry !== undefined && (entry.nextAt > now || entry.code === 'SHARED_ADDRESS'));
    };
    pending.push(...ready.filter((person) => !waits(person)));
    while (pending.length >= readAtOnce) yield pending.splice(0, readAtOnce);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = last.id;
  }
  if (pending.length > 0) yield pending;
  pending = [];
}

function isReady(member: StoredPerson | undefined, handover: HandoverSettings, settings: Settings): boolean {
  return member !== undefined && !member.converted && member.emails.length > 0 && rungIn(member.fields, handover, settings) !== null;
}

/** The status, where it has reached the rung; side exits have not. */
function rungIn(fields: ReadonlyMap<string, FieldValue>, { rung }: HandoverSettings, { status }: Settings): string | null {
  const reading = getRung(status.marketing, fields.get(status.marketing.field), null);
  if (reading.kind !== 'rung') return null;
  const at = ladder.indexOf(reading.rung);
  return at >= 0 && at >= ladder.indexOf(rung) ? reading.rung : null;
}

function keyOf({ crms, accounts }: Pick<HandoverOptions, 'crms' | 'accounts'>, id: RecordId): string {
  return `${crms.marketing.system}-${accounts.marketing.id}-${id}`;
}

interface Ready {
  readonly person: LinkedPerson;
  readonly record: ReadRecord<'person'>;
  readonly rung: string;
  readonly key: string;
  readonly url: string | undefined;
}

/** Read again: who has left the rung since, or is known to sales by now, is not handed over. */
async function stillReady(
  page: readonly LinkedPerson[],
  handover: HandoverSettings,
  options: HandoverOptions & { readonly seen: Set<string> },
): Promise<readonly Ready[]> {
  const { crms, settings, accounts, signal, seen } = options;
  const asked = signal === undefined ? {} : { signal };
  const { field } = settings.status.marketing;
  const territory = handover.owner.rule === 'territory' ? [handover.owner.field] : [];
  const fields = [...new Set([field, ...handover.fields.values(), ...territory])];
  const refs = page.map((person) => ({ id: person.members[0]?.id ?? ('' as RecordId) }));
  const history = crms.marketing.capabilities.propertyHistory;
  const answers = await crms.marketing.read('person', refs, { fields, history, ...asked });
  const emails = answers.map((answer) => normaliseEmail(answer.found[0]?.record.emails[0] ?? ''));
  const known = await crms.sales.read(
    'person',
    emails.map((email) => ({ email: email ?? '' })),
    { fields: [], ...asked },
  );
  return page.flatMap((person, index): Ready[] => {
    const record = answers[index]?.found[0];
    const email = emails[index] ?? null;
    const rung = record === undefined ? null : rungIn(record.fields, handover, settings);
    if (record === undefined || rung === null || email === null || seen.has(email) || (known[index]?.found.length ?? 0) > 0) return [];
    seen.add(email);
    const url = (accounts.marketing.links['person'] ?? accounts.marketing.links[`person:${record.record.object}`])?.replace(
      '{id}',
      record.record.id,
    );
    return [{ person, record, rung, key: keyOf(options, record.record.id), url }];
  });
}

/** What is looked up once, and only when somebody is ready. */
interface Tools {
  readonly owners: ReadonlyMap<string, RecordId>;
  readonly campaignId: RecordId | null;
}

async function toolsOf(handover: HandoverSettings, { crms, signal }: HandoverOptions): Promise<Tools> {
  const owners = handover.owner.rule === 'assignment-rule' ? new Map<string, RecordId>() : await readOwnersByName(crms.sales, signal);
  if (handover.campaign === null) return { owners, campaignId: null };
  for await (const page of crms.sales.changes('campaigns', null, signal === undefined ? {} : { signal })) {
    for (const event of page.events)
      if (event.type === 'upsert' && (event.id === handover.campaign || event.record.name === handover.campaign))
        return { owners, campaignId: event.id };
  }
  throw new PlanError('HANDOVER_CAMPAIGN', `${crms.sales.system} has no campaign "${handover.campaign}".`, {
    hint: 'Correct handover.campaign.',
  });
}

function ownerOf(
  { owner }: HandoverSettings,
  record: ReadRecord,
  { turn, tools }: { readonly turn: number; readonly tools: Tools },
): { readonly name: string | null; readonly id: RecordId | 'assignment-rule' | null } {
  if (owner.rule === 'assignment-rule') return { name: null, id: 'assignment-rule' };
  const name = ((): string => {
    switch (owner.rule) {
      case 'fixed':
        return owner.owner;
      case 'round-robin':
        return owner.owners[turn % owner.owners.length] ?? '';
      case 'territory':
        return owner.map.get(String(record.fields.get(owner.field) ?? '')) ?? owner.otherwise;
    }
  })();
  return { name, id: tools.owners.get(name.trim().toLowerCase()) ?? null };
}

function noOwner({ key }: Ready, { owner, now }: { readonly owner: string; readonly now: number }): Hold {
  const cause = `The owner "${owner}" is no active user and no queue of the sales side.`;
  return {
    side: 'sales',
    kind: 'person',
    recordId: key,
    code: 'OWNER_UNKNOWN',
    cause,
    fix: 'Correct handover.owner, or activate the user.',
    at: now,
  };
}

function lineOf(
  { person, record, rung, key, url }: Ready,
  handover: HandoverSettings,
  { settings, lead, owner }: { readonly settings: Settings; readonly lead: NewLead; readonly owner: string | null },
): PlanLine {
  const reason = `Reached ${rung} in marketing and has no record in sales; handed over to ${owner ?? "whom the CRM's assignment rule names"}.`;
  const change = (remote: string | null, after: FieldValue): PlannedChange => ({
    name: remote ?? 'cross_id',
    remote,
    own: remote === null ? 'cross_id' : null,
    before: undefined,
    after,
    rule: 'handover',
    certainty: 'none',
    reason,
    sideEffect: null,
  });
  const values = [...handover.fields].flatMap(([remote, source]): PlannedChange[] => {
    const value = record.fields.get(source);
    if (!isBlank(value)) return [change(remote, value ?? null)];
    const filler = handover.blank.get(remote);
    return filler === undefined ? [] : [change(remote, filler)];
  });
  const status = settings.status.sales.writes.get('handed') ?? null;
  const changes = [...values, ...(status === null ? [] : [change(settings.status.sales.field, status)]), change(null, record.record.id)];
  return {
    id: `${person.id}:handover`,
    room: 'sync',
    side: 'sales',
    kind: 'person',
    op: 'create',
    recordId: null,
    object: handover.object,
    key,
    linkId: person.id,
    urls: url === undefined ? {} : { marketing: url },
    conflict: false,
    changes,
    lead,
  };
}
