import { describe, test } from 'vitest';
import { crmContract, type ContractHarness } from 'truce/testing';

/** A harness on a fresh, empty world, and what has to be closed after the case. */
export interface OpenHarness {
  readonly harness: ContractHarness;
  readonly close: () => Promise<void>;
}

/** Runs the whole suite over one implementation; each case opens a world of its own. */
export function runContract(name: string, open: (options: { readonly provisioned: boolean }) => Promise<OpenHarness>): void {
  describe(name, () => {
    for (const demand of crmContract()) {
      test(demand.name, async (context) => {
        const { harness, close } = await open({ provisioned: demand.unprovisioned !== true });
        try {
          const reason = demand.skip?.((await harness.connect()).capabilities, harness);
          if (reason !== undefined) context.skip(reason);
          await demand.run(harness);
        } finally {
          await close();
        }
      });
    }
  });
}
