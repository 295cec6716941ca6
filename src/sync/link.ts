import type { Settings } from '../model/settings.ts';
import type { RecordId, Side } from '../model/words.ts';
import type { Link, LinkRule, PersonRef, StoredPerson } from '../state/types.ts';
import { noVerdicts, type Verdicts } from './verdicts.ts';

/** What the records of one neighbourhood turn out to be. */
export interface LinkDecision {
  readonly links: readonly Link[];
  /** Records that are held back: several counterparts, or a counterpart that is taken. */
  readonly held: readonly {
    readonly ref: PersonRef;
    readonly code: 'AMBIGUOUS_MATCH' | 'MALFORMED_EMAIL' | 'SHARED_ADDRESS' | 'COUNTERPART_DELETED';
    readonly cause: string;
    readonly fix: string;
  }[];
}

/** Records that are one on their own side, whatever the other side says: a converted lead and what it became, a stored link. */
interface Cluster {
  readonly members: readonly StoredPerson[];
  readonly linkId: string | null;
  readonly sides: ReadonlySet<Side>;
}

interface Edge {
  readonly marketing: Cluster;
  readonly sales: Cluster;
}

/** Surest first; a weaker rule only sees what no surer one has claimed. */
const tiers: readonly {
  readonly rule: LinkRule;
  readonly confidence: number;
  readonly joins: (a: StoredPerson, b: StoredPerson) => boolean;
}[] = [
  { rule: 'cross-id', confidence: 1, joins: (a, b) => a.crossIds.includes(b.id) || b.crossIds.includes(a.id) },
  { rule: 'key', confidence: 1, joins: (a, b) => a.key !== null && a.key === b.key },
  { rule: 'email', confidence: 0.9, joins: (a, b) => a.emails.some((email) => b.emails.includes(email)) },
];

/**
 * Finds out which records of a neighbourhood (all records that share an identity, directly or through others) are one
 * person. Stored links stay. Several possible counterparts are ambiguous: settled by policy or held back, never "the first
 * one". The answer does not depend on the order of the records. Pure.
 */
export function resolveLinks(
  records: readonly StoredPerson[],
  policy: Settings['ambiguous'],
  verdicts: Verdicts = noVerdicts,
): LinkDecision {
  const clusters = clustersOf(records, verdicts);
  const open = new Map((policy === 'group' ? grouped(clusters, verdicts) : clusters).map((cluster) => [cluster, true]));
  const links: Link[] = [];
  const held: LinkDecision['held'][number][] = [];
  const complete = [...open.keys()].filter((cluster) => cluster.sides.size === 2);
  for (const cluster of complete) {
    open.delete(cluster);
    keepStored(cluster, { policy, verdicts, links, held });
  }
  for (const tier of tiers) {
    const edges = edgesBetween([...open.keys()], joinedBy(tier, verdicts));
    const marketingDegree = countBy(edges.map((edge) => edge.marketing));
    const salesDegree = countBy(edges.map((edge) => edge.sales));
    const clear = edges.filter((edge) => marketingDegree.get(edge.marketing) === 1 && salesDegree.get(edge.sales) === 1);
    const unclear = edges.filter((edge) => !clear.includes(edge));
    const chosen = policy === 'quarantine' || policy === 'group' ? [] : choose(unclear, policy);
    for (const edge of [...clear, ...chosen]) {
      open.delete(edge.marketing);
      open.delete(edge.sales);
      const rule = clear.includes(edge) ? tier : { rule: 'policy' as const, confidence: 0.5 };
      links.push(linkOf([edge.marketing, edge.sales], rule));
    }
    for (const cluster of new Set(unclear.flatMap((edge) => [edge.marketing, edge.sales]))) {
      if (!open.has(cluster)) continue;
      open.delete(cluster);
      const rivals = unclear.flatMap((edge) =>
        edge.marketing === cluster ? [edge.sales] : edge.sales === cluster ? [edge.marketing] : [],
      );
      holdBack({ cluster, rivals, links, held });
    }
  }
  const linked = links.filter((link) => link.kind === 'linked');
  for (const cluster of open.keys()) alone(cluster, { linked, records, policy, verdicts, links, held });
  return { links, held };
}

/** Whether a tier joins two records, one of each side, and nobody said otherwise. */
function joinedBy(tier: (typeof tiers)[number], verdicts: Verdicts): (a: StoredPerson, b: StoredPerson) => boolean {
  return (a, b) =>
    a.side !== b.side &&
    tier.joins(a, b) &&
    !verdicts.different(a, b) &&
    !(tier.rule === 'email' && (verdicts.lost(a, b) || verdicts.lost(b, a)));
}

interface Keeping {
  readonly policy: Settings['ambiguous'];
  readonly verdicts: Verdicts;
  readonly links: Link[];
  readonly held: LinkDecision['held'][number][];
}

/**
 * A stored link stays, whatever became of the addresses. Two separate records of one CRM in it can't both be the person,
 * unless the policy groups sales' records or somebody said that they are.
 */
function keepStored(cluster: Cluster, { policy, verdicts, links, held }: Keeping): void {
  const [marketing = [], sales = []] = (['marketing', 'sales'] as const).map((side) =>
    cluster.members.filter((member) => member.side === side),
  );
  const said = marketing.some((a) => sales.some((b) => verdicts.same(a, b)));
  const tier = tiers.find((one) => marketing.some((a) => sales.some((b) => one.joins(a, b))));
  const rule = said ? { rule: 'person' as const, confidence: 1 } : (tier ?? { rule: 'stored' as const, confidence: 0.9 });
  const unsaid = (records: readonly StoredPerson[], others: readonly StoredPerson[]): number =>
    records.filter((record) => !others.some((other) => verdicts.same(record, other))).length;
  const crowded = [
    { rivals: separate(marketing), fine: unsaid(separate(marketing), sales) <= 1 },
    { rivals: separate(sales), fine: policy === 'group' || unsaid(separate(sales), marketing) <= 1 },
  ].filter(({ rivals }) => rivals.length > 1);
  const rivals = crowded.find(({ fine }) => !fine)?.rivals;
  const [first] = rivals ?? [];
  if (rivals === undefined || first === undefined) {
    return void links.push(linkOf([cluster], crowded.length === 0 || said ? rule : { rule: 'group', confidence: 0.8 }));
  }
  links.push({ ...linkOf([cluster], rule), kind: 'ambiguous', candidates: rivals.map(refOf) });
  held.push({
    ref: refOf(first),
    code: 'AMBIGUOUS_MATCH',
    cause: `The ${first.side} records ${rivals.map((record) => record.id).join(', ')} belong to one person.`,
    fix: 'Merge them in that CRM, or say which one is the person: truce link review.',
  });
}

/** Records of one side that no conversion explains. */
export function separate(records: readonly StoredPerson[]): readonly StoredPerson[] {
  const targets = new Set(records.map((record) => record.convertedTo));
  return records.filter((record) => !record.converted && !targets.has(record.id));
}

function clustersOf(records: readonly StoredPerson[], verdicts: Verdicts): Cluster[] {
  const sorted = withoutBroken(
    records.toSorted((a, b) => (refText(a) < refText(b) ? -1 : 1)),
    verdicts,
  );
  const group = new Map<string, StoredPerson[]>(sorted.map((record) => [refText(record), [record]]));
  const join = (a: string, b: string): void => {
    const [left, right] = [group.get(a), group.get(b)];
    if (left === undefined || right === undefined || left === right) return;
    left.push(...right);
    for (const member of right) group.set(refText(member), left);
  };
  const firstOfLink = new Map<string, string>();
  for (const record of sorted) {
    if (record.convertedTo !== null) join(refText(record), refText({ side: record.side, id: record.convertedTo }));
    for (const other of verdicts.sameAs(record)) join(refText(record), refText(other));
    if (record.linkId === null) continue;
    const first = firstOfLink.get(record.linkId);
    if (first === undefined) firstOfLink.set(record.linkId, refText(record));
    else join(first, refText(record));
  }
  return [...new Set(group.values())].map(clusterOf);
}

/** A stored link between records that somebody said are two people joins them no more. */
function withoutBroken(records: readonly StoredPerson[], verdicts: Verdicts): readonly StoredPerson[] {
  const broken = new Set<string>();
  for (const [linkId, members] of Map.groupBy(records, (record) => record.linkId)) {
    if (linkId !== null && members.some((a) => members.some((b) => a.side !== b.side && verdicts.different(a, b)))) broken.add(linkId);
  }
  return broken.size === 0
    ? records
    : records.map((record) => (record.linkId !== null && broken.has(record.linkId) ? { ...record, linkId: null } : record));
}

function clusterOf(members: readonly StoredPerson[]): Cluster {
  const sorted = members.toSorted((a, b) => (refText(a) < refText(b) ? -1 : 1));
  const linkIds = sorted.flatMap((member) => (member.linkId === null ? [] : [member.linkId])).toSorted();
  return { members: sorted, linkId: linkIds[0] ?? null, sides: new Set(sorted.map((member) => member.side)) };
}

/** Makes one of a marketing record and all sales records that are the same person by any rule; two marketing records stay two people. */
function grouped(clusters: readonly Cluster[], verdicts: Verdicts): readonly Cluster[] {
  const joins = (a: StoredPerson, b: StoredPerson): boolean => tiers.some((tier) => joinedBy(tier, verdicts)(a, b));
  const group = new Map<Cluster, Set<Cluster>>(clusters.map((cluster) => [cluster, new Set([cluster])]));
  for (const { marketing, sales } of edgesBetween(clusters, joins)) {
    const [left, right] = [group.get(marketing), group.get(sales)];
    if (left === undefined || right === undefined || left === right) continue;
    for (const cluster of right) group.set(cluster, left.add(cluster));
  }
  return [...new Set(group.values())].flatMap((members) => {
    const people = [...members].filter((cluster) => cluster.sides.has('marketing'));
    return people.length === 1 && members.size > 1 ? [clusterOf([...members].flatMap((cluster) => cluster.members))] : [...members];
  });
}

function edgesBetween(clusters: readonly Cluster[], joins: (a: StoredPerson, b: StoredPerson) => boolean): Edge[] {
  const edges: Edge[] = [];
  for (const marketing of clusters.filter((cluster) => cluster.sides.has('marketing'))) {
    for (const sales of clusters.filter((cluster) => cluster.sides.has('sales'))) {
      if (marketing.members.some((a) => sales.members.some((b) => joins(a, b)))) edges.push({ marketing, sales });
    }
  }
  return edges;
}

function countBy(clusters: readonly Cluster[]): ReadonlyMap<Cluster, number> {
  const counts = new Map<Cluster, number>();
  for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  return counts;
}

type Choosing = Exclude<Settings['ambiguous'], 'quarantine' | 'group'>;

/** Picks pairs by policy, best first; each record takes part once. Equal standing picks nothing. */
function choose(edges: readonly Edge[], policy: Choosing): readonly Edge[] {
  const taken = new Set<Cluster>();
  const chosen: Edge[] = [];
  const ranked = edges
    .map((edge) => ({ edge, rank: rankOf(edge.marketing, policy) + rankOf(edge.sales, policy) }))
    .toSorted((a, b) => b.rank - a.rank);
  for (const { edge, rank } of ranked) {
    if (taken.has(edge.marketing) || taken.has(edge.sales)) continue;
    const tie = ranked.some(
      (other) => other.edge !== edge && other.rank === rank && (other.edge.marketing === edge.marketing || other.edge.sales === edge.sales),
    );
    taken.add(edge.marketing);
    taken.add(edge.sales);
    if (!tie) chosen.push(edge);
  }
  return chosen;
}

function rankOf(cluster: Cluster, policy: Choosing): number {
  if (policy === 'most-recent') return Math.max(...cluster.members.map((member) => member.modifiedAt));
  // A person who was converted, or a record of the lasting kind, stands above a lead that may be thrown away.
  return cluster.members.some(isLasting) ? 1 : 0;
}

/** Whether a record is of the kind that stays, or became one. */
export function isLasting(record: Pick<StoredPerson, 'converted' | 'object'>): boolean {
  return record.converted || record.object.toLowerCase() === 'contact';
}

interface Holding {
  readonly cluster: Cluster;
  readonly rivals: readonly Cluster[];
  readonly links: Link[];
  readonly held: LinkDecision['held'][number][];
}

function holdBack({ cluster, rivals, links, held }: Holding): void {
  const candidates = rivals.flatMap((rival) => rival.members.map(refOf));
  links.push({ ...linkOf([cluster], { rule: 'single', confidence: 0 }), kind: 'ambiguous', candidates });
  if (rivals.length < 2) return;
  const [first] = cluster.members;
  if (first === undefined) return;
  const side: Side = first.side === 'marketing' ? 'sales' : 'marketing';
  held.push({
    ref: refOf(first),
    code: 'AMBIGUOUS_MATCH',
    cause: `${rivals.length} ${side} records may be the same person: ${candidates.map((ref) => ref.id).join(', ')}.`,
    fix: 'Say which one it is: truce link review. Or merge the duplicates in that CRM, or set `ambiguous` to a policy that chooses.',
  });
}

interface Alone {
  readonly linked: readonly Link[];
  readonly records: readonly StoredPerson[];
  readonly policy: Settings['ambiguous'];
  readonly verdicts: Verdicts;
  readonly links: Link[];
  readonly held: LinkDecision['held'][number][];
}

/** A record without a free counterpart: nobody there, the counterpart is linked to another record already, or was before its own was deleted. */
function alone(cluster: Cluster, { linked, records, policy, verdicts, links, held }: Alone): void {
  const single = linkOf([cluster], { rule: cluster.members.length > 1 ? 'conversion' : 'single', confidence: 1 });
  const [first] = cluster.members;
  if (first === undefined) return;
  const matches = (other: StoredPerson): boolean =>
    other.side !== first.side &&
    cluster.members.some((member) => !verdicts.different(member, other) && tiers.some((tier) => tier.joins(member, other)));
  const byRef = new Map(records.map((record) => [refText(record), record]));
  const othersIn = (link: Link): readonly StoredPerson[] =>
    link.members.flatMap((ref) => byRef.get(refText(ref)) ?? []).filter((record) => record.side !== first.side);
  const taken = linked.find((link) => othersIn(link).some(matches));
  const wait = (others: readonly StoredPerson[], why: Pick<LinkDecision['held'][number], 'code' | 'cause' | 'fix'> | null): void => {
    links.push({ ...single, kind: 'ambiguous', confidence: 0, candidates: others.map(refOf) });
    if (why !== null) held.push({ ref: refOf(first), ...why });
  };
  const widowed = records.filter((other) => matches(other) && cluster.members.some((member) => verdicts.lost(other, member)));
  const newcomers = records.filter((other) => matches(other) && cluster.members.some((member) => verdicts.lost(member, other)));
  if (taken !== undefined && (policy === 'quarantine' || policy === 'group')) {
    const rival = taken.members.find((ref) => ref.side === first.side);
    return wait(othersIn(taken), {
      code: 'AMBIGUOUS_MATCH',
      cause: `The person it belongs to is linked to ${first.side} record ${rival?.id ?? '(none)'} already.`,
      fix: `Say whether it is that person: truce link review. Or merge the two ${first.side} records, or take the shared address or id from one of them.`,
    });
  }
  if (taken === undefined && widowed.length > 0) {
    return wait(widowed, {
      code: 'COUNTERPART_DELETED',
      cause: 'Somebody deleted a record that was linked with this address; it is not linked anew by itself.',
      fix: 'Say whether it is the same person: truce link review. Or set `deletes.returning` to "link".',
    });
  }
  if (taken === undefined && newcomers.length > 0) return wait(newcomers, null);
  links.push(single);
  if (
    taken === undefined &&
    cluster.members.every((member) => member.emails.length === 0) &&
    cluster.members.some((member) => member.badEmails > 0)
  ) {
    held.push({
      ref: refOf(first),
      code: 'MALFORMED_EMAIL',
      cause: 'Its e-mail address is none, so no counterpart can be found by it.',
      fix: 'Correct the address in the CRM; the record is then taken up by itself.',
    });
  }
}

function linkOf(clusters: readonly Cluster[], how: { readonly rule: LinkRule; readonly confidence: number }): Link {
  const members = clusters.flatMap((cluster) => cluster.members).toSorted((a, b) => (refText(a) < refText(b) ? -1 : 1));
  const known = clusters.flatMap((cluster) => (cluster.linkId === null ? [] : [cluster.linkId])).toSorted();
  const sides = new Set(members.map((member) => member.side));
  return {
    id: known[0] ?? newLinkId(members),
    kind: sides.size === 2 ? 'linked' : 'single',
    rule: how.rule,
    confidence: how.confidence,
    members: members.map(refOf),
    candidates: [],
  };
}

/** From the records themselves: a plan that was made on a copy of the state means the same link as the state. */
function newLinkId(members: readonly StoredPerson[]): string {
  const [first] = members;
  return first === undefined ? 'p' : `p-${first.side === 'marketing' ? 'm' : 's'}-${first.id}`;
}

function refOf(record: { readonly side: Side; readonly id: RecordId }): PersonRef {
  return { side: record.side, id: record.id };
}

function refText(ref: PersonRef): string {
  return `${ref.side} ${ref.id}`;
}
