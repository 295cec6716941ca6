import type { AccountInfo, Description, ObjectDescription, OwnField, Provision, ProvisionStep, WriteKind } from '../../src/crm.ts';
import type { RecordId } from '../../src/model/words.ts';
import { OWN_STEMS, ownName, type Store } from './store.ts';

/** The integration's own user; its writes carry it. */
export const SELF = 'U-truce' as RecordId;

/** Who this world says it is. */
export function accountOf(store: Store): AccountInfo {
  const { account, system, objects } = store.settings;
  const link = (what: string): string => `https://${system}.example/${account.id}/${what}/{id}`;
  return {
    ...account,
    sandbox: true,
    self: { userId: SELF, appId: 'truce', name: 'Truce' },
    links: {
      ...Object.fromEntries(objects.map((object) => [`person:${object}`, link(object)])),
      campaign: link('campaign'),
      deal: link('deal'),
    },
    apiVersion: '1',
  };
}

const KINDS = ['person', 'campaign', 'member'] as const satisfies readonly WriteKind[];

/** Fields, permissions and own fields as they stand. */
export function describe(store: Store): Description {
  const { objects, people, campaigns, denied, connectorLabel, statusField } = store.settings;
  const described: ObjectDescription[] = objects.map((object) => ({ object, label: object, kind: 'person', fields: [...people.values()] }));
  const permission = (name: string, neededFor: 'observe' | 'outcomes' | 'sync') => ({
    name,
    neededFor,
    granted: !denied.has(name),
    fix: `Grant the permission "${name}".`,
  });
  return {
    objects: [...described, { object: 'campaign', label: 'Campaign', kind: 'campaign', fields: [...campaigns.values()] }],
    permissions: [
      permission('read people', 'observe'),
      permission('write campaigns', 'outcomes'),
      permission('write members', 'outcomes'),
      permission('write people', 'sync'),
    ],
    own: KINDS.flatMap((on) =>
      OWN_STEMS[on].map((stem) => {
        const ready = store.own.has(ownName(on, stem));
        return {
          on,
          stem,
          name: `truce_${stem}`,
          state: ready ? ('ready' as const) : ('missing' as const),
          fix: ready ? '' : 'Create it with `truce provision`.',
        };
      }),
    ),
    connector: connectorLabel === null ? null : connectorState(store, connectorLabel, statusField),
    automation: [],
  };
}

/** The native connector shows in the histories that it wrote. */
function connectorState(store: Store, label: string, statusField: string): Description['connector'] {
  for (const entry of store.history.log) {
    const row = store.history.of(entry)?.row;
    if (row?.actor.label === label && row.field === statusField) {
      return { present: true, fields: [statusField], evidence: `the history of ${statusField} names ${label} as its source` };
    }
  }
  return { present: false, fields: [], evidence: `no history names ${label} as its source` };
}

/** Plans and, where asked, makes Truce's own fields. */
export function provision(store: Store, fields: readonly OwnField[], create: boolean): Provision {
  const steps = fields.map((field): ProvisionStep => {
    const name = ownName(field.on, field.stem);
    const what = `truce_${field.stem} on ${field.on}`;
    if (store.own.has(name)) return { what, status: 'present', detail: field.label };
    if (!create) return { what, status: 'planned', detail: field.label };
    store.own.add(name);
    return { what, status: 'created', detail: field.label };
  });
  return { steps, files: new Map() };
}
