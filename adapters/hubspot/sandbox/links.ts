/** Targets of one record by their object type: target id -> association type ids, in the order in which they came. */
type Targets = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number>>>;

/** Associations of all records, one direction each. Records are named as `TYPE:ID`. */
export interface Links {
  /** What a record is associated with; undefined where it never was. Not to be changed. */
  get(from: string): Targets | undefined;
  /** True when it is new. */
  add(from: string, to: { readonly typeId: string; readonly id: string }, associationTypeId: number): boolean;
  remove(from: string, to: { readonly typeId: string; readonly id: string }): void;
}

type Open = Map<string, Map<string, ReadonlySet<number>>>;

/** Up to here a record's associations are one short text; with more of them they are Maps. */
const MOST_IN_TEXT = 24;

/** Makes an empty store of associations. Most records have few: those cost a text each, whose sets are shared. */
export function emptyLinks(): Links {
  // By the number of the record alone: an account's numbers are those of one record each.
  const all = new Map<number, string | Open>();
  const sets = new Map<string, ReadonlySet<number>>();

  /** All records with the same association types share one set; it is replaced, never changed. */
  function setOf(text: string): ReadonlySet<number> {
    let known = sets.get(text);
    if (known === undefined) sets.set(text, (known = new Set(text.split(',').map(Number))));
    return known;
  }

  function opened(text: string): Open {
    const open: Open = new Map();
    for (const part of text.split(';')) {
      const [typeId = '', id = '', types = ''] = part.split(':');
      if (types === '') continue;
      let targets = open.get(typeId);
      if (targets === undefined) open.set(typeId, (targets = new Map()));
      targets.set(id, setOf(types));
    }
    return open;
  }

  function keep(from: number, open: Open): void {
    let count = 0;
    for (const targets of open.values()) count += targets.size;
    if (count > MOST_IN_TEXT) return void all.set(from, open);
    const parts: string[] = [];
    for (const [typeId, targets] of open) for (const [id, types] of targets) parts.push(`${typeId}:${id}:${[...types].join(',')}`);
    all.set(from, parts.join(';'));
  }

  const open = (from: number): Open | undefined => {
    const held = all.get(from);
    return typeof held === 'string' ? opened(held) : held;
  };

  return {
    get: (from) => open(numberOf(from)),
    add(from, to, associationTypeId) {
      const record = numberOf(from);
      const held = open(record) ?? new Map<string, Map<string, ReadonlySet<number>>>();
      let targets = held.get(to.typeId);
      if (targets === undefined) held.set(to.typeId, (targets = new Map()));
      const types = targets.get(to.id);
      if (types?.has(associationTypeId) === true) return false;
      targets.set(to.id, setOf([...(types ?? []), associationTypeId].join(',')));
      if (typeof all.get(record) !== 'object') keep(record, held);
      return true;
    },
    remove(from, to) {
      const record = numberOf(from);
      const held = open(record);
      if (held?.get(to.typeId)?.delete(to.id) === true && typeof all.get(record) === 'string') keep(record, held);
    },
  };
}

function numberOf(record: string): number {
  return Number(record.slice(record.indexOf(':') + 1));
}
