import assert from 'node:assert/strict';
import type { Crm, Stream } from '../../crm.ts';
import type { RecordId } from '../../model/words.ts';
import type { ContractCase, ContractHarness } from '../contract.ts';
import { LONG, drain, upserted } from '../steps.ts';

const STREAMS: readonly Stream[] = [
  'people',
  'accounts',
  'campaigns',
  'members',
  'deals',
  'deal-people',
  'touches',
  'status-history',
  'users',
  'rates',
];

/** A case about one stream, skipped where the CRM has no such stream. */
function about(stream: Stream, name: string, run: (harness: ContractHarness, crm: Crm) => Promise<void>): ContractCase {
  return {
    name,
    skip: (capabilities) => (capabilities.streams[stream] === undefined ? `this CRM has no stream of ${stream}` : undefined),
    run: async (harness) => run(harness, await harness.connect()),
  };
}

async function someone(harness: ContractHarness): Promise<RecordId> {
  return harness.world.addPerson({ email: 'someone@example.com', status: harness.statuses[0] });
}

/** The other streams: each one that is declared delivers, each one that is not is refused. */
export const streamCases: readonly ContractCase[] = [
  about('campaigns', 'a campaign is delivered with its name', async (harness, crm) => {
    const id = await harness.world.addCampaign('Spring fair');
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'campaigns', null);
    assert.ok(events.some((event) => event.type === 'upsert' && event.id === id && event.record.name === 'Spring fair'));
  }),
  about('members', 'a campaign member is delivered with its campaign and its person', async (harness, crm) => {
    const personId = await someone(harness);
    const campaignId = await harness.world.addCampaign('Spring fair');
    await harness.world.addMember(campaignId, personId);
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'members', null);
    assert.ok(
      events.some((event) => event.type === 'upsert' && event.record.campaignId === campaignId && event.record.personId === personId),
    );
  }),
  about('accounts', 'an account is delivered with its name', async (harness, crm) => {
    const id = await harness.world.addAccount('Acme');
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'accounts', null);
    assert.ok(events.some((event) => event.type === 'upsert' && event.id === id && event.record.name === 'Acme'));
  }),
  about('deals', 'a won deal is delivered as won, with the time when it closed', async (harness, crm) => {
    const id = await harness.world.addWonDeal(await someone(harness));
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'deals', null);
    const deal = events.find((event) => event.type === 'upsert' && event.id === id);
    assert.ok(deal?.type === 'upsert');
    assert.equal(deal.record.outcome, 'won');
    assert.notEqual(deal.record.closedAt, null);
  }),
  about('deal-people', 'a person that takes part in a deal is delivered with it', async (harness, crm) => {
    const dealId = await harness.world.addWonDeal(await someone(harness));
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'deal-people', null);
    assert.ok(events.some((event) => event.type === 'upsert' && event.record.dealId === dealId));
  }),
  about('touches', 'a call is delivered with the person who was called', async (harness, crm) => {
    const personId = await someone(harness);
    await harness.world.addCall(personId);
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'touches', null);
    const call = events
      .flatMap((event) => (event.type === 'upsert' ? [event.record] : []))
      .find((touch) => touch.personIds.includes(personId));
    assert.ok(call !== undefined);
    assert.equal(call.kind, 'call');
    assert.equal(call.direction, 'out');
  }),
  about('users', 'the user who acts is delivered', async (harness, crm) => {
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'users', null);
    const ids = events.flatMap((event) => (event.type === 'upsert' ? [event.record.id, event.record.otherId] : []));
    if (harness.world.userId !== null) assert.ok(ids.includes(harness.world.userId));
  }),
  about('status-history', 'a change of status is delivered with both values, its time and its author', async (harness, crm) => {
    const id = await someone(harness);
    await harness.world.advance(60_000);
    await harness.world.edit(id, harness.statusField, harness.statuses[1]);
    await harness.world.advance(LONG);
    const { events } = await drain(crm, 'status-history', null, { historyFields: [harness.statusField] });
    const rows = events.flatMap((event) => (event.type === 'upsert' ? [event.record] : []));
    const change = rows.find((row) => row.entityId === id && row.field === harness.statusField && row.to === harness.statuses[1]);
    assert.ok(change !== undefined, 'the change is told');
    assert.equal(change.from, harness.statuses[0]);
    assert.equal(change.actor.kind, 'human');
    assert.ok(
      rows.some((row) => row.entityId === id && row.field === 'created'),
      'and the creation',
    );
  }),
  about('status-history', 'the same history row has the same id at every pass', async (harness, crm) => {
    const id = await someone(harness);
    await harness.world.edit(id, harness.statusField, harness.statuses[1]);
    await harness.world.advance(LONG);
    const options = { historyFields: [harness.statusField] };
    const first = upserted((await drain(crm, 'status-history', null, options)).events);
    assert.ok(first.size > 0);
    assert.deepEqual(upserted((await drain(crm, 'status-history', null, options)).events), first);
  }),
  {
    name: 'a stream that the capabilities do not name is refused',
    skip: (capabilities) =>
      STREAMS.every((stream) => capabilities.streams[stream] !== undefined) ? 'this CRM has every stream' : undefined,
    async run(harness) {
      const crm = await harness.connect();
      for (const stream of STREAMS) {
        if (crm.capabilities.streams[stream] === undefined) await assert.rejects(drain(crm, stream, null), { name: 'CrmError' });
      }
    },
  },
  {
    name: 'every stream that the capabilities name can be read to its end and taken up again',
    async run(harness) {
      const crm = await harness.connect();
      for (const stream of STREAMS) {
        if (crm.capabilities.streams[stream] === undefined) continue;
        const { cursor } = await drain(crm, stream, null);
        await drain(crm, stream, cursor);
      }
    },
  },
];
