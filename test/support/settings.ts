import { parseConfig } from '../../config/schema.ts';
import type { TruceConfigInput } from '../../config/schema.ts';
import type { Settings } from '../../src/model/settings.ts';

/** Words of two made-up CRMs: marketing's has options for the early rungs, sales' holds what is none of its business. */
export const marketingOptions: readonly string[] = ['Fresh', 'Ready', 'In progress', 'Deal', 'Not a fit', 'Later'];
export const salesOptions: readonly string[] = ['Open', 'Working', 'Closed', 'Converted'];

/** A configuration over the two made-up CRMs (`status` on both sides), in mode sync unless told otherwise. */
export function testConfig(rest: TruceConfigInput = {}): TruceConfigInput {
  return {
    mode: 'sync',
    status: {
      marketing: {
        field: 'status',
        reads: { Fresh: 'new', Ready: 'handed', 'In progress': 'working', Deal: 'opportunity', 'Not a fit': 'rejected', Later: 'recycled' },
        writes: {
          handed: 'Ready',
          working: 'In progress',
          accepted: 'Deal',
          opportunity: 'Deal',
          rejected: 'Not a fit',
          recycled: 'Later',
        },
      },
      sales: {
        field: 'status',
        reads: { Open: 'handed', Working: 'working', Closed: 'rejected', Converted: 'accepted' },
        writes: { handed: 'Open', working: 'Working', rejected: 'Closed' },
      },
    },
    ...rest,
  };
}

export function testSettings(rest: TruceConfigInput = {}): Settings {
  return parseConfig(testConfig(rest));
}

/** The test configuration with another policy for the status. */
export function withPolicy(policy: Settings['status']['policy'], rest: TruceConfigInput = {}): Settings {
  const settings = testSettings(rest);
  return { ...settings, status: { ...settings.status, policy }, hash: `${settings.hash}-${policy}` };
}
