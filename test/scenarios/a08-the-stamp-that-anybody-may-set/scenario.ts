import { systemPorts } from '../../../src/system-ports.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  const { http } = systemPorts(both.ports);
  const asked: string[] = [];
  const exchange: typeof http.exchange = (request) => {
    const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
    for (const match of decodeURIComponent(`${request.url} ${body}`)
      .replaceAll('+', ' ')
      .matchAll(/SELECT [^"]*/g))
      asked.push(match[0]);
    return http.exchange(request);
  };
  const t = await both.open({ ports: { ...both.ports, http: { ...http, exchange } } });
  await both.later(3_600_000);
  await stage.sync(t);
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.later();
  asked.length = 0;
  await stage.sync(t);
  await both.end({ ann });
  const ordered = asked.filter((soql) => / FROM (Lead|Contact) .*ORDER BY SystemModstamp/.test(soql)).length;
  stage.note(`queries for changed people ${ordered}`);
  stage.never(
    'changes are asked for by anything but the system stamp',
    ordered >= 2 && asked.every((soql) => !/ FROM .*LastModifiedDate/.test(soql)),
  );
};
