import type { Answer, Rig } from './rig.ts';

/** Sends one operation of the partner API, as the salesperson unless a token is given. */
export function soap(r: Rig, body: string, options: { readonly token?: string; readonly version?: string } = {}): Promise<Answer> {
  const { token = 'user-token', version = '67.0' } = options;
  return r.send('POST', `/services/Soap/u/${version}`, {
    as: 'nobody',
    headers: { 'content-type': 'text/xml', soapaction: '""' },
    body:
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      `<soapenv:Header xmlns="urn:partner.soap.sforce.com"><SessionHeader><sessionId>${token}</sessionId></SessionHeader></soapenv:Header>` +
      `<soapenv:Body xmlns="urn:partner.soap.sforce.com">${body}</soapenv:Body></soapenv:Envelope>`,
  });
}

/** Calls `undelete` or `emptyRecycleBin` for these ids. */
export function soapIds(r: Rig, operation: 'undelete' | 'emptyRecycleBin', ids: readonly string[]): Promise<Answer> {
  return soap(r, `<${operation}>${ids.map((id) => `<ids>${id}</ids>`).join('')}</${operation}>`);
}

/** Merges records into a master; `fields` are XML elements of the master. */
export function soapMerge(r: Rig, type: string, masterId: string, loserIds: readonly string[], fields = ''): Promise<Answer> {
  const losers = loserIds.map((id) => `<recordToMergeIds>${id}</recordToMergeIds>`).join('');
  return soap(
    r,
    `<merge><request><masterRecord><type>${type}</type><Id>${masterId}</Id>${fields}</masterRecord>${losers}</request></merge>`,
  );
}

/** Converts a lead. */
export function soapConvert(r: Rig, leadId: string, more = ''): Promise<Answer> {
  return soap(
    r,
    `<convertLead><leadConverts><leadId>${leadId}</leadId><convertedStatus>Closed - Converted</convertedStatus>${more}</leadConverts></convertLead>`,
  );
}

/** The text of every element of this name, in order. */
export function texts(answer: Answer, name: string): readonly string[] {
  return [...answer.text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((match) => match[1] ?? '');
}
