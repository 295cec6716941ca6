import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Why page tests can't run here; undefined where they can. */
export const noChromium: string | undefined = program === undefined ? 'no Chromium on this machine: apt-get install chromium' : undefined;

/** What a page did while it was opened. */
export interface Visit {
  /** Runs an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  readonly consoleErrors: readonly string[];
  /** Everything the page asked for beside itself. */
  readonly requests: readonly string[];
  readonly dialogs: number;
  screenshot(): Promise<Buffer>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, never>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Opens a local page in headless Chromium at a width and hands over what happened. */
export async function visit(file: string, width: number, look: (visit: Visit) => Promise<void>): Promise<void> {
  if (program === undefined) throw new Error(noChromium);
  const profile = await mkdtemp(join(tmpdir(), 'truce-chromium-'));
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const browser = spawn(
    program,
    ['--headless', '--no-sandbox', ...quiet, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<void>((done) => void browser.once('exit', () => done()));
  try {
    const port = await new Promise<string>((found, failed) => {
      let said = '';
      browser.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const match = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said);
        if (match !== null) found(match[1] as string);
      });
      browser.once('exit', () => failed(new Error(`Chromium ended: ${said.slice(-400)}`)));
    });
    const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const page = pages.find((each) => each.type === 'page');
    if (page === undefined) throw new Error('Chromium has no page');
    await drive(page.webSocketDebuggerUrl, { file, width, look });
  } finally {
    browser.kill();
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function drive(
  address: string,
  { file, width, look }: { readonly file: string; readonly width: number; readonly look: (visit: Visit) => Promise<void> },
): Promise<void> {
  const socket = new WebSocket(address);
  await new Promise((opened, failed) => {
    socket.addEventListener('open', opened);
    socket.addEventListener('error', failed);
  });
  const pending = new Map<number, (message: Message) => void>();
  const errors: string[] = [];
  const requests: string[] = [];
  let dialogs = 0;
  let loaded: () => void = () => undefined;
  const load = new Promise<void>((done) => (loaded = done));
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(String(event.data)) as Message;
    if (message.id !== undefined) pending.get(message.id)?.(message);
    if (message.method === 'Page.loadEventFired') loaded();
    if (message.method === 'Page.javascriptDialogOpening') dialogs += 1;
    if (message.method === 'Runtime.exceptionThrown' || message.method === 'Log.entryAdded') errors.push(JSON.stringify(message.params));
    if (message.method === 'Network.requestWillBeSent') {
      const { url } = (message.params as unknown as { readonly request: { readonly url: string } }).request;
      if (url !== `file://${file}`) requests.push(url);
    }
  });
  let serial = 0;
  const send = async (method: string, params: object = {}): Promise<never> => {
    serial += 1;
    const id = serial;
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await new Promise<Message>((done) => pending.set(id, done));
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as never;
  };
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await send(`${domain}.enable`);
  await send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
  await send('Page.navigate', { url: `file://${file}` });
  await load;
  await look({
    evaluate: async (expression) =>
      (
        (await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })) as {
          readonly result: { readonly value: never };
        }
      ).result.value,
    consoleErrors: errors,
    requests,
    get dialogs() {
      return dialogs;
    },
    screenshot: async () =>
      Buffer.from(
        ((await send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true })) as { readonly data: string }).data,
        'base64',
      ),
  });
  socket.close();
}
