/** Cut to whole seconds: record stamps carry no milliseconds. */
export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

/** `2021-12-02T18:23:39.000+0000`, as every REST answer writes instants. */
export function restInstant(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

/** `2021-12-02`, in UTC (the organisation's time zone is GMT). */
export function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Epoch milliseconds of an ISO instant; without an offset it is UTC. Null when it is none. */
export function parseInstant(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null || !isDay(text.slice(0, 10))) return null;
  const [, , , , hour = '', minute = '', second = '00', fraction = '0', offset = 'Z'] = match;
  const zone = offset === 'Z' || offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const at = Date.parse(`${text.slice(0, 10)}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  return Number.isNaN(at) ? null : at;
}

/** True for a day that the calendar has, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && isoDay(at) === text;
}
