import type { Settings, StatusMap } from '../../src/model/settings.ts';
import type { Rung, Side } from '../../src/model/words.ts';

/** A status as a file gives it. Texts are trimmed; empty ones are `''`. */
export interface GivenStatus {
  readonly side: Side;
  /** `status` or the configured name for the status, a configured further field, `owner`, or any other. */
  readonly field: string;
  /** From the column for rungs. */
  readonly rung: string;
  /** From the column for the CRM's own values. */
  readonly raw: string;
  /** False where the file has no column for this status at all: then an empty one is unknown, not cleared. */
  readonly told: boolean;
}

export interface ReadStatus {
  readonly rung: Rung | null;
  /** The CRM's own value, kept whether it has a rung or not. */
  readonly raw: string | null;
}

export interface StatusReader {
  read(status: GivenStatus): ReadStatus;
  /** The configured name of a field that a status map reads; null for any other. */
  mapped(side: Side, field: string): string | null;
}

/** How the file calls a side's status field, whatever the CRM calls it. */
const statusField = 'status';

/**
 * Reads statuses by the configured maps. A rung, written in small letters, is itself; any other text is the CRM's own value,
 * looked up in the map of its side and field, exactly as it is written. Only a text that no map knows in any spelling may
 * also be a rung in capitals: `MQL` is one, but not `NEW` where a map says what NEW means. Nothing else is guessed.
 */
export function statusReader(settings: Settings, rungs: readonly Rung[]): StatusReader {
  const known = new Map<string, Rung>(rungs.map((rung) => [rung, rung]));
  const mapOf = (
    side: Side,
    field: string,
  ): { readonly name: string; readonly values: ReadonlyMap<string, Rung>; readonly blank: Rung | null } | null => {
    const map: StatusMap = settings.status[side];
    if (field === statusField || field === map.field) return { name: map.field, values: map.reads, blank: map.blank };
    const values = map.history.get(field);
    return values === undefined ? null : { name: field, values, blank: null };
  };
  const spelled = new Set<string>();
  for (const side of ['marketing', 'sales'] as const) {
    const { reads, history } = settings.status[side];
    for (const values of [reads, ...history.values()]) for (const value of values.keys()) spelled.add(value.toLowerCase());
  }
  return {
    read({ side, field, rung, raw, told }) {
      const map = mapOf(side, field);
      const own = raw === '' && !known.has(rung) ? rung : raw;
      const given = known.get(rung);
      if (given !== undefined) return { rung: given, raw: raw === '' ? null : raw };
      if (own === '') return { rung: told ? (map?.blank ?? null) : null, raw: null };
      const capital = rung !== '' && !spelled.has(rung.toLowerCase()) ? known.get(rung.toLowerCase()) : undefined;
      return { rung: map?.values.get(own) ?? capital ?? null, raw: own };
    },
    mapped: (side, field) => mapOf(side, field)?.name ?? null,
  };
}
