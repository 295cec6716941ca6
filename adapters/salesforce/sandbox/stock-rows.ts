import { STANDARD_DUPLICATE_RULES } from './dml/duplicates.ts';
import type { IdMint } from './ids.ts';
import type { OrgSettings, OrgUsers } from './org.ts';
import { LEAD_STATUSES, STAGES } from './schema/stock.ts';
import type { Value } from './schema/types.ts';
import type { Store } from './store.ts';
import { wholeSecond } from './time.ts';

const EDITIONS = {
  professional: 'Professional Edition',
  enterprise: 'Enterprise Edition',
  unlimited: 'Unlimited Edition',
  developer: 'Developer Edition',
} as const;
const PROFILES: readonly string[] = ['System Administrator', 'Standard User', 'Marketing User', 'Read Only'];

/** Puts rows of a new organisation into the store. */
interface Setup {
  /** The integration user made everything that was there from the start, itself included. */
  readonly author: string;
  /** Stores a row and returns its id. */
  put(object: string, values: Readonly<Record<string, Value>>, id?: string): string;
}

function setupOf(store: Store, ids: IdMint): Setup {
  const at = wholeSecond(store.now());
  const author = ids.next('005');
  const stamps = { CreatedDate: at, LastModifiedDate: at, SystemModstamp: at, CreatedById: author, LastModifiedById: author };
  return {
    author,
    put(object, values, id) {
      const def = store.object(object);
      if (def === undefined) throw new Error(`no object ${object}`);
      const rowId = id ?? ids.next(def.prefix);
      const filled = Object.entries({ ...stamps, ...values }).filter(
        ([name, value]) => value !== null && def.fields.has(name.toLowerCase()),
      );
      store.set({ def, id: rowId, stamp: at, values: new Map(filled) });
      return rowId;
    },
  };
}

function people(setup: Setup): OrgUsers {
  const profiles = new Map(PROFILES.map((name) => [name, setup.put('Profile', { Name: name, UserType: 'Standard' })]));
  for (const [name, id] of profiles) {
    setup.put('PermissionSet', {
      Name: `X00ex${id.slice(3, 15)}`,
      Label: name,
      IsOwnedByProfile: true,
      ProfileId: id,
      Type: 'Profile',
      PermissionsApiEnabled: true,
      PermissionsViewSetup: true,
      PermissionsCustomizeApplication: name === 'System Administrator',
      PermissionsModifyAllData: name === 'System Administrator',
      PermissionsViewAllData: name === 'System Administrator',
    });
  }
  const management = setup.put('UserRole', { Name: 'Sales Management', DeveloperName: 'Sales_Management' });
  const sales = setup.put('UserRole', { Name: 'Sales', DeveloperName: 'Sales', ParentRoleId: management });
  const user = (first: string, last: string, email: string, more: Readonly<Record<string, Value>>, id?: string): string =>
    setup.put(
      'User',
      {
        FirstName: first,
        LastName: last,
        Email: email,
        Username: email,
        Alias: last.slice(0, 8).toLowerCase(),
        IsActive: true,
        UserType: 'Standard',
        TimeZoneSidKey: 'GMT',
        LocaleSidKey: 'en_US',
        LanguageLocaleKey: 'en_US',
        EmailEncodingKey: 'UTF-8',
        ...more,
      },
      id,
    );
  const standard = profiles.get('Standard User') ?? null;
  const users: OrgUsers = {
    integration: user(
      'Truce',
      'Integration',
      'truce.integration@example.com',
      {
        ProfileId: profiles.get('System Administrator') ?? null,
        UserPermissionsMarketingUser: true,
        Department: 'Operations',
      },
      setup.author,
    ),
    sales: user('Sasha', 'Seller', 'sasha.seller@example.com', {
      ProfileId: standard,
      UserRoleId: sales,
      UserPermissionsMarketingUser: true,
      Department: 'Sales',
    }),
    router: user('Robin', 'Router', 'robin.router@example.com', { ProfileId: standard, UserRoleId: sales, Department: 'Sales' }),
  };
  user('Automated', 'Process', 'autoproc@example.com', { UserType: 'AutomatedProcess', ProfileId: standard });
  const queue = setup.put('Group', { Name: 'Unworked Leads', DeveloperName: 'Unworked_Leads', Type: 'Queue' });
  setup.put('QueueSobject', { QueueId: queue, SobjectType: 'Lead' });
  return users;
}

/** Fills a new organisation: itself, its users, statuses, stages, the lead assignment rule, currencies. Returns the users everyone needs. */
export function stockRows(store: Store, ids: IdMint, settings: OrgSettings): OrgUsers {
  const setup = setupOf(store, ids);
  setup.put(
    'Organization',
    {
      Name: 'Truce Sandbox Company',
      OrganizationType: EDITIONS[settings.edition],
      InstanceName: 'SB0',
      IsSandbox: true,
      TimeZoneSidKey: 'GMT',
      LanguageLocaleKey: 'en_US',
      DefaultLocaleSidKey: 'en_US',
      FiscalYearStartMonth: 1,
    },
    settings.orgId,
  );
  const users = people(setup);
  for (const [index, [label, isDefault, isConverted]] of LEAD_STATUSES.entries()) {
    setup.put('LeadStatus', { MasterLabel: label, ApiName: label, SortOrder: index + 1, IsDefault: isDefault, IsConverted: isConverted });
  }
  for (const [index, stage] of STAGES.entries()) {
    setup.put('OpportunityStage', {
      MasterLabel: stage.name,
      ApiName: stage.name,
      IsActive: true,
      SortOrder: index + 1,
      IsClosed: stage.closed,
      IsWon: stage.won,
      ForecastCategory: stage.forecast,
      ForecastCategoryName: stage.forecast,
      DefaultProbability: stage.probability,
    });
  }
  for (const [object, rule] of Object.entries(STANDARD_DUPLICATE_RULES)) {
    setup.put('DuplicateRule', {
      DeveloperName: rule.name,
      MasterLabel: rule.label,
      SobjectType: object,
      SobjectSubtype: 'None',
      Language: 'en_US',
      IsActive: false,
    });
  }
  setup.put('AssignmentRule', { Name: 'Inbound leads', SobjectType: 'Lead', Active: true });
  if (settings.multiCurrency) {
    setup.put('CurrencyType', { IsoCode: settings.currency, ConversionRate: 1, DecimalPlaces: 2, IsActive: true, IsCorporate: true });
  }
  return users;
}
