import { Agent } from 'node:http';
import { sandbox, type FaultRule, type Sandbox } from 'truce/sandbox';
import type { ContractHarness, ContractWorld } from 'truce/testing';
import type { Crm, CrmFactory } from '../../src/crm.ts';
import type { Ports } from '../../src/ports.ts';
import { systemPorts } from '../../src/system-ports.ts';
import { exchange } from '../adapters/sandbox/http.ts';
import { seededRandom } from '../support/virtual-clock.ts';
import type { OpenHarness } from './run-contract.ts';

/** What a user asks of one imitation over raw HTTP: past the adapters, past the vendors' clients. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** How one vendor's harness is made. */
export interface VendorHarness {
  /** The adapter, as an integration connects it. */
  factory(box: Sandbox): CrmFactory;
  url(box: Sandbox): string;
  userToken(box: Sandbox): string;
  world(ask: Ask, box: Sandbox): Promise<Omit<ContractWorld, 'advance' | 'loseNextWrite'>>;
  /** The calls by which the adapter writes people, as a fault matches them. */
  readonly writes: NonNullable<FaultRule['match']>;
  readonly traits: Omit<ContractHarness, 'connect' | 'world'>;
}

/** Opens an empty sandbox on a virtual clock, and one vendor's adapter on it. */
export async function sandboxHarness(vendor: VendorHarness, provisioned: boolean): Promise<OpenHarness> {
  const box = await sandbox({ empty: true, clock: 'virtual', limits: 'none', lagMs: 10_000, provisioned });
  const agent = new Agent({ keepAlive: true });
  const ask: Ask = async (method, path, body) => {
    const answer = await exchange(vendor.url(box) + path, {
      method,
      body,
      agent,
      headers: { authorization: `Bearer ${vendor.userToken(box)}` },
    });
    if (answer.status >= 400)
      throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${answer.text}`), { status: answer.status });
    return answer.text === '' ? null : answer.json();
  };
  const connections: Crm[] = [];
  const ports = portsOn(box);
  const world = await vendor.world(ask, box);
  return {
    harness: {
      ...vendor.traits,
      connect: async () => {
        const crm = vendor.factory(box).connect(ports);
        connections.push(crm);
        return crm;
      },
      world: {
        ...world,
        loseNextWrite: async (when) => box.faults.add([{ match: vendor.writes, times: 1, when, effect: { type: 'reset' } }]),
        advance: (ms) => box.clock.moveTo(box.clock.now() + ms),
      },
    },
    close: async () => {
      await Promise.all(connections.map((crm) => crm.close()));
      agent.destroy();
      await box.close();
    },
  };
}

/** The ports of a real run, except that time is the sandbox's and passes only while somebody waits. */
export function portsOn(box: Sandbox): Ports {
  let count = 0;
  return systemPorts({
    random: seededRandom(3),
    ids: { next: (prefix) => `${prefix}_${String((count += 1)).padStart(6, '0')}` },
    clock: {
      now: () => box.clock.now(),
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        await box.clock.moveTo(box.clock.now() + ms);
      },
    },
  });
}

/** Parts of a list of at most `size`. */
export function* parts<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
