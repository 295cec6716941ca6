import type { Settings } from '../model/settings.ts';
import type { RecordId, Side } from '../model/words.ts';
import type { Link, LinkRule, PersonRef, StoredPerson } from '../state/types.ts';

/** What the records of one neighbourhood turn out to be. */
export interface LinkDecision {
  readonly links: readonly Link[];
  /** Records that are held back: several counterparts, or a counterpart that is taken. */
  readonly held: readonly {
    readonly ref: PersonRef;
    readonly code: 'AMBIGUOUS_MATCH' | 'MALFORMED_EMAIL' | 'SHARED_ADDRESS';
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
export function resolveLinks(records: readonly StoredPerson[], policy: Settings['ambiguous']): LinkDecision {
  const open = new Map(clustersOf(records).map((cluster) => [cluster, true]));
  const links: Link[] = [];
  const held: LinkDecision['held'][number][] = [];
  const complete = [...open.keys()].filter((cluster) => cluster.sides.size === 2);
  for (const cluster of complete) {
    open.delete(cluster);
    keepStored(cluster, links, held);
  }
  for (const tier of tiers) {
    const edges = edgesBetween([...open.keys()], tier.joins);
    const marketingDegree = countBy(edges.map((edge) => edge.marketing));
    const salesDegree = countBy(edges.map((edge) => edge.sales));
    const clear = edges.filter((edge) => marketingDegree.get(edge.marketing) === 1 && salesDegree.get(edge.sales) === 1);
    const unclear = edges.filter((edge) => !clear.includes(edge));
    const chosen = policy === 'quarantine' ? [] : choose(unclear, policy);
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
  for (const cluster of open.keys()) alone(cluster, { linked, records, policy, links, held });
  return { links, held };
}

/** A stored link stays, whatever became of the addresses; two separate records of one CRM in it can't both be the person. */
function keepStored(cluster: Cluster, links: Link[], held: LinkDecision['held'][number][]): void {
  const [marketing, sales] = (['marketing', 'sales'] as const).map((side) => cluster.members.filter((member) => member.side === side));
  const tier = tiers.find((one) => marketing?.some((a) => sales?.some((b) => one.joins(a, b))));
  const link = linkOf([cluster], tier ?? { rule: 'stored', confidence: 0.9 });
  const rivals = [marketing ?? [], sales ?? []].map(separate).find((records) => records.length > 1);
  const [first] = rivals ?? [];
  if (rivals === undefined || first === undefined) return void links.push(link);
  links.push({ ...link, kind: 'ambiguous', candidates: rivals.map(refOf) });
  held.push({
    ref: refOf(first),
    code: 'AMBIGUOUS_MATCH',
    cause: `The ${first.side} records ${rivals.map((record) => record.id).join(', ')} belong to one person.`,
    fix: 'Merge them in that CRM.',
  });
}

/** Records of one side that no conversion explains. */
function separate(records: readonly StoredPerson[]): readonly StoredPerson[] {
  const targets = new Set(records.map((record) => record.convertedTo));
  return records.filter((record) => !record.converted && !targets.has(record.id));
}

function clustersOf(records: readonly StoredPerson[]): Cluster[] {
  const sorted = records.toSorted((a, b) => (refText(a) < refText(b) ? -1 : 1));
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
    if (record.linkId === null) continue;
    const first = firstOfLink.get(record.linkId);
    if (first === undefined) firstOfLink.set(record.linkId, refText(record));
    else join(first, refText(record));
  }
  return [...new Set(group.values())].map((members) => {
    members.sort((a, b) => (refText(a) < refText(b) ? -1 : 1));
    const linkIds = members.flatMap((member) => (member.linkId === null ? [] : [member.linkId])).toSorted();
    const sides = new Set(members.map((member) => member.side));
    return { members, linkId: linkIds[0] ?? null, sides };
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

/** Picks pairs by policy, best first; each record takes part once. Equal standing picks nothing. */
function choose(edges: readonly Edge[], policy: Exclude<Settings['ambiguous'], 'quarantine'>): readonly Edge[] {
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

function rankOf(cluster: Cluster, policy: 'prefer-contact' | 'most-recent'): number {
  if (policy === 'most-recent') return Math.max(...cluster.members.map((member) => member.modifiedAt));
  // A person who was converted, or a record of the lasting kind, stands above a lead that may be thrown away.
  return cluster.members.some((member) => member.converted || member.object.toLowerCase() === 'contact') ? 1 : 0;
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
    fix: 'Merge the duplicates in that CRM, store the right record id on this one, or set `ambiguous` to a policy that chooses.',
  });
}

interface Alone {
  readonly linked: readonly Link[];
  readonly records: readonly StoredPerson[];
  readonly policy: Settings['ambiguous'];
  readonly links: Link[];
  readonly held: LinkDecision['held'][number][];
}

/** A record without a free counterpart: nobody there, or the counterpart is linked to another record already. */
function alone(cluster: Cluster, { linked, records, policy, links, held }: Alone): void {
  links.push(linkOf([cluster], { rule: cluster.members.length > 1 ? 'conversion' : 'single', confidence: 1 }));
  const [first] = cluster.members;
  if (first === undefined) return;
  const byRef = new Map(records.map((record) => [refText(record), record]));
  const taken = linked.find((link) =>
    link.members.some((ref) => {
      const other = byRef.get(refText(ref));
      return (
        other !== undefined &&
        other.side !== first.side &&
        cluster.members.some((member) => tiers.some((tier) => tier.joins(member, other)))
      );
    }),
  );
  if (taken !== undefined && policy === 'quarantine') {
    const rival = taken.members.find((ref) => ref.side === first.side);
    held.push({
      ref: refOf(first),
      code: 'AMBIGUOUS_MATCH',
      cause: `The person it belongs to is linked to ${first.side} record ${rival?.id ?? '(none)'} already.`,
      fix: `Merge the two ${first.side} records, or take the shared address or id from one of them.`,
    });
  } else if (
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
