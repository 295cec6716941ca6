import { hubspotVendor } from './hubspot-harness.ts';
import { runContract } from './run-contract.ts';
import { salesforceVendor } from './salesforce-harness.ts';
import { sandboxHarness } from './sandbox-harness.ts';

runContract('the HubSpot adapter on the imitation', ({ provisioned }) => sandboxHarness(hubspotVendor, provisioned));

runContract('the Salesforce adapter on the imitation', ({ provisioned }) => sandboxHarness(salesforceVendor, provisioned));
