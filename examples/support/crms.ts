import { existsSync } from 'node:fs';
import type { HubspotOptions } from 'truce/hubspot';
import type { SalesforceOptions } from 'truce/salesforce';

/** Both CRMs that an example works on, and where Truce keeps what it knows of them. */
export interface Crms extends AsyncDisposable {
  readonly hubspot: HubspotOptions;
  readonly salesforce: SalesforceOptions;
  readonly state: string;
  readonly warehouse: string;
}

/**
 * The accounts that the environment or a `.env` file names; without any, imitations of both CRMs in this process.
 * An example that writes takes real accounts only with `--live` on its command line.
 */
export async function openCrms({ writes }: { readonly writes: boolean }): Promise<Crms> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const live = process.argv.includes('--live');
  const real = fromEnvironment();
  if (real !== null && (live || !writes)) {
    console.log(
      `On ${real.hubspot.baseUrl ?? 'your HubSpot'} and ${real.salesforce.instanceUrl}: this ${writes ? 'WRITES to both' : 'only reads'}.\n`,
    );
    return real;
  }
  if (live)
    throw new Error(
      '--live needs HUBSPOT_ACCESS_TOKEN and SALESFORCE_INSTANCE_URL in the environment or in .env (README.md, "Environment").',
    );
  if (real !== null) console.log('There are credentials, but this example writes: it leaves your accounts alone unless you add --live.');
  console.log('On a made-up company of 200 people, in a HubSpot and a Salesforce that are imitated in this process.\n');
  return imitated();
}

function fromEnvironment(): Crms | null {
  const {
    HUBSPOT_ACCESS_TOKEN: hubspotToken,
    HUBSPOT_BASE_URL: baseUrl,
    SALESFORCE_INSTANCE_URL: instanceUrl,
    SALESFORCE_ACCESS_TOKEN: accessToken,
    SALESFORCE_CLIENT_ID: clientId = '',
    SALESFORCE_CLIENT_SECRET: clientSecret = '',
    TRUCE_STATE: state = 'truce.db',
    TRUCE_WAREHOUSE: warehouse = 'truce.duckdb',
  } = process.env;
  if (hubspotToken === undefined || instanceUrl === undefined) return null;
  return {
    hubspot: { accessToken: hubspotToken, ...(baseUrl === undefined ? {} : { baseUrl }) },
    salesforce: { instanceUrl, ...(accessToken === undefined ? { clientId, clientSecret } : { accessToken }) },
    state,
    warehouse,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function imitated(): Promise<Crms> {
  const { sandbox } = await import('truce/sandbox');
  const box = await sandbox({ people: 200, limits: 'none', lagMs: 0 });
  return {
    hubspot: { accessToken: box.hubspot.token, baseUrl: box.hubspot.url },
    salesforce: { instanceUrl: box.salesforce.url, accessToken: box.salesforce.accessToken },
    state: ':memory:',
    warehouse: ':memory:',
    [Symbol.asyncDispose]: () => box.close(),
  };
}
