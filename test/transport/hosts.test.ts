import { describe, expect, it } from 'vitest';
import { ConfigError, CrmError } from '../../src/errors.ts';
import { checkRules, refusal } from '../../src/transport/hosts.ts';
import { secret } from '../../src/transport/secret.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { testPorts } from '../support/virtual-clock.ts';
import { answer, baseOptions, scriptedHttp } from './support.ts';

const allowed = [
  'https://api.acme.com',
  'https://api.acme.com/',
  'https://api.acme.com/crm/v3/objects?limit=100&after=1',
  'https://API.ACME.COM/x',
  'https://api.acme.com/x?next=https://evil.com/',
  'https://api.acme.com/@evil.com',
  'https://api.acme.com/x#@evil.com',
  'https://my.acme-force.com/services',
  'https://org.my.acme-force.com/services',
  'https://org--sand.sandbox.my.acme-force.com/services',
  'http://127.0.0.1:4010/x',
  'http://127.0.0.1/x',
  'https://127.0.0.1:8443/x',
];

const refused = [
  // another host, and what looks like ours
  'https://evil.com/',
  'https://api.acme.com.evil.com/',
  'https://evilapi.acme.com.evil.com/x',
  'https://xapi.acme.com/',
  'https://sub.api.acme.com/',
  'https://evilmy.acme-force.com/',
  'https://my.acme-force.com.evil.com/',
  'https://my-acme-force.com/',
  'https://acme.com/',
  'https://api-acme.com/',
  'https://api.acme.com-evil.com/',
  // not https, not http
  'http://api.acme.com/',
  'http://org.my.acme-force.com/',
  'ftp://api.acme.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'wss://api.acme.com/',
  'HTTPS://api.acme.com/',
  // not whole
  '//api.acme.com/x',
  '/crm/v3/objects',
  'api.acme.com/x',
  'https:api.acme.com/x',
  'https:/api.acme.com/x',
  'https:///api.acme.com/x',
  'https://',
  '',
  // user info
  'https://api.acme.com@evil.com/',
  'https://api.acme.com:443@evil.com/',
  'https://user:pw@api.acme.com/',
  'https://@api.acme.com/',
  'https://evil.com#@api.acme.com/',
  'https://evil.com?@api.acme.com/',
  'https://evil.com/@api.acme.com',
  // backslashes, blanks, control characters
  'https://evil.com\\@api.acme.com/',
  'https:\\\\api.acme.com/',
  'https://api.acme.com\\.evil.com/',
  'https://api.acme.com/\\..\\x',
  ' https://api.acme.com/',
  'https://api.acme.com /',
  'https://api.ac\tme.com/',
  'https://api.acme.com/\r\nx-evil: 1',
  'https://api.acme.com/%0d\u0000',
  // other spellings of a host
  'https://api.acme.com./',
  'https://my.acme-force.com./',
  'https://.my.acme-force.com/',
  'https://a..my.acme-force.com/',
  'https://api%2eacme.com/',
  'https://%61pi.acme.com/',
  'https://api\u3002acme.com/',
  'https://\uff41pi.acme.com/',
  'https://api.\u0430cme.com/',
  'https://api.xn--cme-6cd.com/',
  'https://api.acme\u00ad.com/',
  'https://my_org.my.acme-force.com/',
  // ports
  'https://api.acme.com:8443/',
  'https://api.acme.com:80/',
  'https://api.acme.com:0/',
  'https://api.acme.com:99999/',
  'https://api.acme.com:443:80/',
  // this machine and its neighbours in other spellings
  'http://localhost/x',
  'http://[::1]/x',
  'http://[::ffff:127.0.0.1]/x',
  'http://[0:0:0:0:0:0:0:1]/x',
  'http://127.1/x',
  'http://0x7f.1/x',
  'http://0x7f000001/x',
  'http://2130706433/x',
  'http://0177.0.0.1/x',
  'http://127.0.0.2/x',
  'http://0.0.0.0/x',
  'http://127.0.0.1.nip.io/x',
  'http://169.254.169.254/latest/meta-data/',
  'https://169.254.169.254/',
  'https://10.0.0.1/',
  'https://[2001:db8::1]/',
  'https://[fe80::1%25eth0]/',
];

describe('which addresses may be contacted', () => {
  it.each(allowed)('contacts %j', (url) => {
    expect(refusal(url, baseOptions.hosts)).toBeNull();
  });

  it.each(refused)('refuses %j', (url) => {
    expect(refusal(url, baseOptions.hosts)).not.toBeNull();
  });

  it('knows this machine by all three names when they are listed', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect(refusal(`http://${host}:4010/`, [{ host, match: 'exact' }])).toBeNull();
    }
  });

  it('sends nothing to a refused address, not even a request for a token', async () => {
    const http = scriptedHttp(answer(200));
    const transport = createTransport({ ...baseOptions, ports: testPorts({ http }) });
    let asked = 0;
    for (const url of refused) {
      const sending = transport.send({
        method: 'GET',
        url,
        limit: 'general',
        repeatable: true,
        authorization: () => {
          asked += 1;
          return Promise.resolve(secret('canary'));
        },
      });
      await expect(sending).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED', failure: 'not-allowed', retryable: false, ambiguous: false });
    }
    expect(http.sent).toHaveLength(0);
    expect(asked).toBe(0);
  });

  it.each([
    { host: 'com', match: 'suffix' },
    { host: '.acme.com', match: 'suffix' },
    { host: '*.acme.com', match: 'exact' },
    { host: 'API.acme.com', match: 'exact' },
    { host: 'api.acme.com:8443', match: 'exact' },
    { host: 'https://api.acme.com', match: 'exact' },
    { host: 'acme.com/', match: 'suffix' },
    { host: '127.0.0.1', match: 'suffix' },
    { host: '', match: 'exact' },
  ] as const)('refuses the rule $host ($match)', (rule) => {
    expect(() => checkRules([rule])).toThrow(ConfigError);
    expect(() => createTransport({ ...baseOptions, hosts: [rule], ports: testPorts() })).toThrow(
      expect.objectContaining({ code: 'BAD_HOST_RULE' }),
    );
  });

  it('repeats no part of a refused address in its message', async () => {
    const transport = createTransport({ ...baseOptions, ports: testPorts() });
    const error = await transport.send({ method: 'GET', url: 'https://evil.com/?token=canary', limit: 'general', repeatable: true }).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CrmError);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('canary');
  });
});
