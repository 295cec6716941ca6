import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Every module that could open a connection, and the only file that may name it. */
const doors =
  /\bfetch\s*\(|globalThis\.fetch|(?:from|import\(|require\()\s*['"](?:node:)?(?:https?|http2|net|tls|dgram|undici|node-fetch)['"]|new (?:WebSocket|EventSource)\b/;
const allowed = new Set(['src/transport/node-http.ts']);
/** Servers, not clients: the imitation listens on loopback. */
const servers = /^adapters\/(?:\w+\/)?sandbox\//;

it('only one file of the product can open a connection', () => {
  const offenders = ['src', 'adapters', 'config']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((name) => /\.(?:ts|js)$/.test(name) && !allowed.has(name) && !servers.test(name))
    .filter((name) => doors.test(readFileSync(join(root, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')));
  expect(offenders).toEqual([]);
});
