#!/usr/bin/env node
import './node-version.js';

// Imported late: an old Node could not even parse what follows, and has no such function.
const [{ existsSync }, { enableCompileCache }, { fileURLToPath }] = await Promise.all([
  import('node:fs'),
  import('node:module'),
  import('node:url'),
]);

// In a checkout Node strips the types of every file at each start; keeping the result halves a cold start. It is kept beside
// the packages, which only the owner writes: in a folder for everybody's temporary files others could put code there first.
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
if (existsSync(here('./main.ts'))) enableCompileCache(here('../../node_modules/.cache/truce'));

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
