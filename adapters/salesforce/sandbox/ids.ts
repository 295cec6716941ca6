import { inOnePiece } from '../../sandbox/squeeze.ts';

const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The three letters that make a 15-character id safe where case is lost: one per five characters, whose bits say which
 * of them are upper case, lowest bit first.
 * @source https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm (ID field type)
 */
export function checkLetters(id15: string): string {
  let suffix = '';
  for (let group = 0; group < 15; group += 5) {
    let bits = 0;
    for (let place = 0; place < 5; place += 1) {
      const letter = id15[group + place] ?? '';
      if (letter >= 'A' && letter <= 'Z') bits |= 1 << place;
    }
    suffix += SUFFIX[bits];
  }
  return suffix;
}

/**
 * The 18-character form of an id given with 15 characters (exact case) or 18 (any case: the check letters restore it).
 * Null when it is no id at all, or its check letters contradict it.
 */
export function to18(id: string): string | null {
  if (!/^(?:[0-9A-Za-z]{15}|[0-9A-Za-z]{18})$/.test(id)) return null;
  if (id.length === 15) return id + checkLetters(id);
  const suffix = id.slice(15).toUpperCase();
  let restored = '';
  for (let index = 0; index < 15; index += 1) {
    const bits = SUFFIX.indexOf(suffix[Math.floor(index / 5)] ?? '');
    if (bits < 0) return null;
    const letter = id[index] ?? '';
    restored += (bits >> (index % 5)) & 1 ? letter.toUpperCase() : letter.toLowerCase();
  }
  return checkLetters(restored) === suffix ? restored + suffix : null;
}

/** Makes ids of one organisation: `next('00Q')` gives an 18-character id, each larger than the one before. */
export interface IdMint {
  next(prefix: string): string;
}

/** Ids count up per prefix, in the order of the ASCII alphabet, so that ordering by id is ordering by creation. */
export function idMint(): IdMint {
  const counters = new Map<string, number>();
  return {
    next(prefix) {
      const count = (counters.get(prefix) ?? 0) + 1;
      counters.set(prefix, count);
      let digits = '';
      for (let rest = count, place = 0; place < 7; place += 1, rest = Math.floor(rest / 62)) digits = (BASE62[rest % 62] ?? '0') + digits;
      const id15 = `${prefix}5g000${digits}`;
      return inOnePiece(id15 + checkLetters(id15));
    },
  };
}
