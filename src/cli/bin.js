#!/usr/bin/env node
import './node-version.js';

// Imported late: an old Node could not even parse it.
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
