import { describe, expect, it } from 'vitest';
import type { Capabilities, Crm, Description, OwnFieldState } from '../../src/crm.ts';
import type { HandoverSettings } from '../../src/model/settings.ts';
import { planHandover, type HandoverOptions } from '../../src/sync/handover.ts';
import { testSettings } from '../support/settings.ts';

const handover: HandoverSettings = {
  rung: 'handed',
  atMost: 10,
  owner: { rule: 'assignment-rule' },
  object: 'Lead',
  fields: new Map(),
  blank: new Map(),
  campaign: null,
  note: false,
};

const key: OwnFieldState = { on: 'person', stem: 'key', name: 'Truce_Key__c', state: 'ready', fix: 'Run `truce provision`.' };

/** Only what is looked at before anybody is read; whatever else is touched fails the test. */
function surroundings(given: {
  readonly handover?: boolean;
  readonly connector?: Description['connector'];
  readonly key?: OwnFieldState;
}): HandoverOptions {
  const description = { objects: [], permissions: [], own: [given.key ?? key], connector: null, automation: null };
  const crm = (capabilities: Partial<Capabilities>): Crm => ({ system: 'crm-s', capabilities }) as unknown as Crm;
  return {
    crms: { marketing: crm({}), sales: crm({ handover: given.handover ?? true }) },
    descriptions: { marketing: { ...description, connector: given.connector ?? null }, sales: description },
    settings: testSettings(),
    now: 0,
  } as unknown as HandoverOptions;
}

describe('a handover is refused before anybody is looked at', () => {
  it('where another integration may create leads too', async () => {
    const connector = { present: true, fields: [], evidence: 'it wrote yesterday' };
    await expect(planHandover(handover, surroundings({ connector }))).rejects.toMatchObject({
      name: 'PlanError',
      code: 'HANDOVER_CONNECTOR',
    });
  });

  it('where the CRM takes none', async () => {
    await expect(planHandover(handover, surroundings({ handover: false }))).rejects.toMatchObject({ code: 'HANDOVER_UNSUPPORTED' });
  });

  it('where the field for the key is missing, with the fix', async () => {
    const missing = { ...key, state: 'invisible' } as const;
    const refused = expect(planHandover(handover, surroundings({ key: missing }))).rejects;
    await refused.toMatchObject({ code: 'HANDOVER_KEY_MISSING', hint: 'Run `truce provision`.' });
  });
});
