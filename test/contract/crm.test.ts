import { memoryHarness } from './memory-harness.ts';
import { runContract } from './run-contract.ts';

runContract('memory, with histories and an index that lags', ({ provisioned }) =>
  memoryHarness({ lagMs: 15_000, overlapMs: 60_000, uniqueEmail: true, mergeMakesNewId: true }, provisioned),
);

runContract('memory, with conditional writes, stamps in seconds and leads that are converted', ({ provisioned }) =>
  memoryHarness(
    {
      conditionalWrite: true,
      propertyHistory: false,
      stampPrecision: 'second',
      objects: ['Lead', 'Contact'],
      convertible: ['Lead'],
      perCall: { write: 200 },
    },
    provisioned,
  ),
);

runContract('memory, with people listed whole at every pass and few streams', ({ provisioned }) =>
  memoryHarness({ streams: { people: 'snapshot', campaigns: 'snapshot', users: 'incremental' } }, provisioned),
);
