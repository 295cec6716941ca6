/** Words that a column may hold, as `wordOf` writes them; further spellings stand for the word they mean. */
export type Words = ReadonlyMap<string, string>;

/** A word as it is compared: small letters, blanks and dashes as underscores. */
export const wordOf = (text: string): string => text.toLowerCase().replaceAll(/[\s-]+/gu, '_');

/** Words that stand for themselves. */
export const words = (...list: readonly string[]): Words => new Map(list.map((word) => [word, word]));

/** The two sides, also by the CRM's name. */
export const sides: Words = new Map([
  ['marketing', 'marketing'],
  ['sales', 'sales'],
  ['hubspot', 'marketing'],
  ['salesforce', 'sales'],
]);

/** What a deal may have come to. */
export const outcomes: Words = new Map([...words('open', 'won', 'lost'), ['closed_won', 'won'], ['closed_lost', 'lost']]);

/** What a user may be. */
export const userKinds: Words = words('person', 'queue', 'integration');
