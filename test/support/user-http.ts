import { request } from 'node:http';

/** A user of a CRM with a token of their own and no library of anybody's: what they read was not written by the reader. */
export interface UserHttp {
  send(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Calls Salesforce's partner API with the content of a SOAP body; the answer's text. */
  soap(path: string, call: string): Promise<string>;
}

/** Calls `base` with a bearer token; anything but an answer in the 200s is an error. */
export function userHttp(base: string, token: string): UserHttp {
  const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const xml = { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' };
  return {
    send: async (method, path, body) => {
      const said = await exchange(base, { method, path, headers: json, text: body === undefined ? '' : JSON.stringify(body) });
      return said === '' ? {} : (JSON.parse(said) as Record<string, unknown>);
    },
    soap: (path, call) =>
      exchange(base, {
        method: 'POST',
        path,
        headers: xml,
        text: `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Header><SessionHeader><sessionId>${token}</sessionId></SessionHeader></soapenv:Header><soapenv:Body>${call}</soapenv:Body></soapenv:Envelope>`,
      }),
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

function exchange(base: string, { method, path, headers, text }: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(text)) };
    const call = request(`${base}${path}`, { method, headers: { ...headers, ...length }, agent: false }, (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (chunk: string) => void (said += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) reject(new Error(`${method} ${path} answered ${status}: ${said.slice(0, 300)}`));
        else resolve(said);
      });
    });
    call.on('error', reject);
    call.end(text);
  });
}
