import type { CampaignStem, Crm, Description, OwnStem, PersonStem, Stream, WriteKind } from '../crm.ts';
import { PlanError } from '../errors.ts';
import type { PlanLine, PlannedChange } from '../model/plan.ts';
import type { Settings } from '../model/settings.ts';
import type { FieldValue, Instant, RecordId, Side } from '../model/words.ts';
import type { LedgerStore } from '../state/types.ts';
import type { OutcomeCampaign, OutcomeSource } from './facts.ts';
import { openLedger, type LedgerChange, type LedgerView } from './ledger.ts';
import { campaignStems, labelOfStem, personStems } from './own-fields.ts';
import { dealPart, personOutcome, type DealPart } from './person-outcome.ts';
import { openTally, tallyValues, type Tally, type TallyOptions } from './tally.ts';
import { sameOwnValue } from './values.ts';
import type { WrittenLookup } from './written.ts';

const sides: readonly Side[] = ['marketing', 'sales'];
/** Records that are read together just before their lines are planned. */
const chunkSize = 500;
/** The pull has just listed the campaigns; before a write they are read again anyway. */
const campaignAgeMs = 10 * 60_000;

/** Without one of these, figures would be too low, and nothing is planned. */
const needed: readonly Stream[] = ['people', 'campaigns', 'members', 'deals', 'deal-people', 'touches', 'status-history', 'users', 'rates'];

/** One CRM as planning outcomes needs it. */
export interface OutcomeSide {
  readonly crm: Pick<Crm, 'read' | 'capabilities'>;
  readonly description: Pick<Description, 'own' | 'automation'>;
  /** Templates of deep links, as the account gives them. */
  readonly links: Readonly<Record<string, string>>;
}

export interface OutcomeInput {
  readonly source: OutcomeSource;
  readonly settings: Settings;
  readonly ledger: Pick<LedgerStore, 'list'>;
  readonly sides: Readonly<Record<Side, OutcomeSide>>;
  readonly written: WrittenLookup;
  readonly now: Instant;
  readonly signal?: AbortSignal | undefined;
}

/** Outcomes that are not written in one place, with what to do about it. */
export interface SkippedOutcomes {
  readonly code: 'FIELDS_MISSING';
  readonly side: Side;
  readonly kind: WriteKind;
  readonly fields: readonly string[];
  readonly fix: string;
}

interface OutcomeCounts {
  planned: number;
  unchanged: number;
  /** Records that were not there any more when they were read. */
  missing: number;
}

/** What outcomes would write. */
export interface OutcomePlan {
  /** The intended writes; each iteration reads the CRMs anew, and `counts` is complete when one has ended. */
  lines(): AsyncGenerator<PlanLine>;
  readonly counts: Readonly<Record<WriteKind, OutcomeCounts>>;
  readonly skipped: readonly SkippedOutcomes[];
  /** Store these, by the ledger's `put`, in a run that writes; a plan alone stores nothing. */
  readonly ledger: readonly LedgerChange[];
  /** By merged campaign; at null what no campaign brought. */
  readonly tallies: ReadonlyMap<string | null, Tally>;
}

/**
 * Recomputes every campaign's figures and every person's outcome and plans the writes that bring both CRMs to them. Reads
 * through the source and, for what may differ, from the CRMs; writes nothing.
 * @throws {PlanError} COVERAGE_INCOMPLETE when a stream that the figures need was never read to its end.
 */
export async function planOutcomes(input: OutcomeInput): Promise<OutcomePlan> {
  const { source, settings } = input;
  await checkCoverage(input);
  const options: TallyOptions = {
    companyCurrency: settings.company.currency,
    rates: await source.rates(),
    now: input.now,
    untouchedAfterDays: settings.outcomes.untouchedAfterDays,
  };
  const campaigns: OutcomeCampaign[] = [];
  for await (const campaign of source.campaigns()) campaigns.push(campaign);
  const names = new Map(campaigns.map((campaign) => [campaign.id, campaign.name]));
  const book = openTally(campaigns, options);
  const ledger = await openLedger(input.ledger, campaigns, settings.outcomes.rules);
  const deals = new Map<string, DealPart>();
  for await (const deal of source.deals()) {
    input.signal?.throwIfAborted();
    const campaignId = ledger.campaignOf(deal);
    book.addDeal(campaignId, deal);
    deals.set(deal.id, dealPart(deal, campaignId === null ? null : (names.get(campaignId) ?? null), options));
  }
  for await (const lead of source.leads()) book.addLead(lead);

  const places = writable(input);
  const counts: Record<WriteKind, OutcomeCounts> = { campaign: zero(), person: zero(), member: zero() };
  const context: Context = { input, options, campaigns, names, deals, ledger, tallies: book.tallies, places, counts };
  return {
    counts,
    skipped: places.skipped,
    ledger: ledger.changes(input.now),
    tallies: book.tallies,
    async *lines() {
      for (const kind of ['campaign', 'person', 'member'] as const) Object.assign(counts[kind], zero());
      for (const side of sides) yield* campaignLines(context, side);
      yield* peopleLines(context);
    },
  };
}

const zero = (): OutcomeCounts => ({ planned: 0, unchanged: 0, missing: 0 });

interface Context {
  readonly input: OutcomeInput;
  readonly options: TallyOptions;
  readonly campaigns: readonly OutcomeCampaign[];
  readonly names: ReadonlyMap<string, string>;
  readonly deals: ReadonlyMap<string, DealPart>;
  readonly ledger: LedgerView;
  readonly tallies: ReadonlyMap<string | null, Tally>;
  readonly places: Places;
  readonly counts: Record<WriteKind, OutcomeCounts>;
}

async function checkCoverage(input: OutcomeInput): Promise<void> {
  const complete = new Set((await input.source.coverage()).filter((row) => row.complete).map((row) => `${row.side}:${row.stream}`));
  const open = sides.flatMap((side) =>
    needed
      .filter((stream) => input.sides[side].crm.capabilities.streams[stream] !== undefined && !complete.has(`${side}:${stream}`))
      .map((stream) => `${side} ${stream}`),
  );
  if (open.length === 0) return;
  throw new PlanError('COVERAGE_INCOMPLETE', `No outcome is written: the warehouse has not read these to their end: ${open.join(', ')}.`, {
    hint: 'Run "truce pull" until it is done; it goes on where it stopped. A stream without permission needs the permission first: "truce check" names it.',
  });
}

interface Places {
  readonly ready: ReadonlySet<string>;
  readonly skipped: readonly SkippedOutcomes[];
}

/** Where own fields stand ready. A kind that a CRM has no own fields for is no gap: there is nothing to write to. */
function writable(input: OutcomeInput): Places {
  const { people, members } = input.settings.outcomes;
  const kinds: readonly (readonly [WriteKind, readonly OwnStem[]])[] = [
    ['campaign', campaignStems],
    ...(people ? [['person', personStems] as const] : []),
    ...(members ? [['member', personStems] as const] : []),
  ];
  const ready = new Set<string>();
  const skipped: SkippedOutcomes[] = [];
  for (const side of sides) {
    for (const [kind, stems] of kinds) {
      const own = input.sides[side].description.own.filter((field) => field.on === kind && stems.includes(field.stem));
      if (own.length === 0) continue;
      const bad = own.filter((field) => field.state !== 'ready');
      if (bad.length === 0) ready.add(`${side}:${kind}`);
      else {
        const fixes = [...new Set(bad.map((field) => field.fix).filter((fix) => fix !== ''))];
        skipped.push({
          code: 'FIELDS_MISSING',
          side,
          kind,
          fields: bad.map((field) => field.name),
          fix: fixes.join(' ') || 'Run "truce provision".',
        });
      }
    }
  }
  return { ready, skipped };
}

interface Target {
  readonly side: Side;
  readonly kind: WriteKind;
  readonly id: RecordId;
  readonly object: string | null;
  readonly linkId: string;
  readonly urls: PlanLine['urls'];
  readonly wanted: ReadonlyMap<OwnStem, FieldValue>;
}

async function* campaignLines(context: Context, side: Side): AsyncGenerator<PlanLine> {
  if (!context.places.ready.has(`${side}:campaign`)) return;
  let chunk: Target[] = [];
  for (const campaign of context.campaigns) {
    const tally = context.tallies.get(campaign.id);
    if (tally === undefined) continue;
    for (const record of campaign.records) {
      if (record.side !== side) continue;
      const currency = record.currency ?? context.options.companyCurrency;
      const wanted: ReadonlyMap<CampaignStem, FieldValue> = tallyValues(tally, campaign.cost, { ...context.options, currency });
      const urls = links(
        context,
        sides
          .flatMap((each) => campaign.records.filter((one) => one.side === each && (one.id === record.id || each !== side)).slice(0, 1))
          .map((one) => ({ ...one, kind: 'campaign', object: null })),
      );
      chunk.push({ side, kind: 'campaign', id: record.id, object: null, linkId: campaign.id, urls, wanted });
      if (chunk.length === chunkSize) {
        yield* compare(context, chunk);
        chunk = [];
      }
    }
  }
  yield* compare(context, chunk);
}

async function* peopleLines(context: Context): AsyncGenerator<PlanLine> {
  const { input, places } = context;
  const outcomes = new Map<string, ReadonlyMap<PersonStem, FieldValue>>();
  const waiting: Record<Side, Target[]> = { marketing: [], sales: [] };
  const wantsMembers = sides.some((side) => places.ready.has(`${side}:member`));
  const offer = async function* (target: Target): AsyncGenerator<PlanLine> {
    const written = await input.written(target.side, target.kind, target.id);
    if (
      written === null
        ? target.wanted.get('outcome') === null
        : [...target.wanted].every(([stem, value]) => sameOwnValue(stem, written.get(stem), value))
    ) {
      if (written !== null) context.counts[target.kind].unchanged += 1;
      return;
    }
    const chunk = waiting[target.side];
    chunk.push(target);
    if (chunk.length === chunkSize) yield* compare(context, chunk.splice(0));
  };
  for await (const lead of input.source.leads()) {
    input.signal?.throwIfAborted();
    const parts = lead.dealIds.map((id) => context.deals.get(id)).filter((part) => part !== undefined);
    // Nobody else ever had an outcome, so nothing has to be taken back either.
    if (parts.length === 0 && !lead.rejected && !lead.everRejected && !context.ledger.leadIds.has(lead.id)) continue;
    const campaign = lead.campaignId === null ? null : (context.names.get(lead.campaignId) ?? null);
    const wanted = personOutcome(lead, parts, { companyCurrency: context.options.companyCurrency, campaign });
    if (wantsMembers) outcomes.set(lead.id, wanted);
    for (const target of lead.targets) {
      if (!places.ready.has(`${target.side}:person`)) continue;
      const urls = links(
        context,
        lead.targets.map((one) => ({ ...one, kind: 'person' })),
      );
      yield* offer({ ...target, kind: 'person', linkId: lead.id, urls, wanted });
    }
  }
  for (const side of sides) yield* compare(context, waiting[side].splice(0));
  if (!wantsMembers) return;
  for await (const member of input.source.members()) {
    const wanted = outcomes.get(member.leadId);
    if (wanted === undefined || !places.ready.has(`${member.side}:member`)) continue;
    const urls = links(context, [{ side: member.side, id: member.id, kind: 'member', object: null }]);
    yield* offer({ side: member.side, kind: 'member', id: member.id, object: null, linkId: member.leadId, urls, wanted });
  }
  for (const side of sides) yield* compare(context, waiting[side].splice(0));
}

/** Reads what the records hold and plans those that differ. */
async function* compare(context: Context, targets: readonly Target[]): AsyncGenerator<PlanLine> {
  const [first] = targets;
  if (first === undefined) return;
  const { input } = context;
  const own: readonly OwnStem[] = first.kind === 'campaign' ? campaignStems : personStems;
  const refs = targets.map((target) => (target.object === null ? { id: target.id } : { id: target.id, object: target.object }));
  const answers = await input.sides[first.side].crm.read(first.kind, refs, {
    fields: [],
    own,
    ...(first.kind === 'campaign' ? { maxAgeMs: campaignAgeMs } : {}),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  });
  for (const [index, target] of targets.entries()) {
    const held = answers[index]?.found[0]?.own;
    const counts = context.counts[target.kind];
    if (held === undefined) {
      counts.missing += 1;
      continue;
    }
    const changes = [...target.wanted]
      .filter(([stem, value]) => !sameOwnValue(stem, held.get(stem), value))
      .map(([stem, value]) => change(context, target, { stem, before: held.get(stem), after: value }));
    if (changes.length === 0) {
      counts.unchanged += 1;
      continue;
    }
    if (target.kind === 'campaign') {
      const stamp = new Date(Math.floor(input.now / 1000) * 1000).toISOString();
      changes.push(change(context, target, { stem: 'outcomes_updated_at', before: held.get('outcomes_updated_at'), after: stamp }));
    }
    counts.planned += 1;
    yield line(target, changes);
  }
}

function change(
  context: Context,
  target: Target,
  values: { readonly stem: OwnStem; readonly before: FieldValue | undefined; readonly after: FieldValue },
): PlannedChange {
  const { own, automation } = context.input.sides[target.side].description;
  const names = own.filter((field) => field.on === target.kind && field.stem === values.stem).map((field) => field.name);
  const starts = (automation ?? []).filter((one) => names.some((name) => name === one.field || name.endsWith(`.${one.field}`)));
  const shown = (value: FieldValue | undefined): string =>
    value === undefined || value === null || value === '' ? 'empty' : `"${String(value).replaceAll('\n', '; ')}"`;
  return {
    name: values.stem,
    remote: null,
    own: values.stem,
    before: values.before,
    after: values.after,
    rule: 'recompute',
    certainty: 'none',
    reason: `${labelOfStem(values.stem)} was ${shown(values.before)} and is ${shown(values.after)}, recomputed from both CRMs' merged data.`,
    sideEffect: starts.length === 0 ? null : `starts ${starts.map((one) => `${one.kind} "${one.name}"`).join(', ')}`,
  };
}

function line(target: Target, changes: readonly PlannedChange[]): PlanLine {
  return {
    id: `outcomes:${target.side}:${target.kind}:${target.id}`,
    room: 'outcomes',
    side: target.side,
    kind: target.kind,
    op: 'update',
    recordId: target.id,
    object: target.object,
    key: null,
    linkId: target.linkId,
    urls: target.urls,
    conflict: false,
    changes,
  };
}

function links(
  context: Context,
  records: readonly { readonly side: Side; readonly id: RecordId; readonly kind: string; readonly object: string | null }[],
): PlanLine['urls'] {
  const urls: Partial<Record<Side, string>> = {};
  for (const record of records) {
    const templates = context.input.sides[record.side].links;
    const template = (record.object === null ? undefined : templates[`${record.kind}:${record.object}`]) ?? templates[record.kind];
    if (template !== undefined) urls[record.side] ??= template.replaceAll('{id}', encodeURIComponent(record.id));
  }
  return urls;
}
