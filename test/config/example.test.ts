import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../config/json-schema.ts';
import { parseConfig } from '../../config/schema.ts';

const example = JSON.parse(readFileSync(new URL('../../config/truce.config.json', import.meta.url), 'utf8')) as Record<string, unknown>;

describe('the example configuration', () => {
  it('is valid, and means what it says', () => {
    const settings = parseConfig(example);
    expect(settings.mode).toBe('outcomes');
    expect(settings.accounts).toEqual({ marketing: '12345678', sales: '00D5g000004XyzAEAS' });
    expect(settings.status.marketing.reads.get('MEETING_BOOKED')).toBe('accepted');
    expect(settings.status.marketing.writes.get('customer')).toBeNull();
    expect(settings.status.sales.writes.get('recycled')).toBe('Nurturing');
    expect(settings.fields.map((field) => field.direction)).toEqual(['both', 'both', 'to-sales']);
    expect(settings.outcomes.campaigns[0]?.sales).toHaveLength(2);
  });

  it('shows every key that there is', () => {
    const known = Object.keys((configJsonSchema() as { readonly properties: object }).properties);
    expect(Object.keys(example).toSorted()).toEqual(known.toSorted());
  });

  it('carries each rung that one side writes to the other and back', () => {
    const { marketing, sales } = parseConfig(example).status;
    for (const map of [marketing, sales])
      for (const [rung, value] of map.writes) {
        // `sql` and `opportunity` are one value in HubSpot: the further rung is what it reads as.
        const read = value === null ? rung : map.reads.get(value);
        expect([rung, read]).toEqual([rung, rung === 'sql' ? (map === marketing ? 'opportunity' : 'sql') : rung]);
      }
  });
});
