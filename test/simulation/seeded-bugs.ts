/** A defect put into a copy of the engine on purpose: the simulation has to find it. */
export interface SeededBug {
  readonly name: string;
  /** The letter of the failure catalogue that it stands for: A reading, B writing, C limits, D crashes, E data, G operation, H secrets. */
  readonly letter: 'A' | 'B' | 'C' | 'D' | 'E' | 'G' | 'H';
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

const bug = (letter: SeededBug['letter'], name: string, file: string): ((find: string, replace: string) => SeededBug) => {
  return (find, replace) => ({ letter, name, edits: [{ file, find, replace }] });
};

/** Each text must stand in its file exactly once; the run says so when the engine has moved on. */
export const seededBugs: readonly SeededBug[] = [
  bug(
    'A',
    'cursor-before-effects',
    'src/sync/pull.ts',
  )(
    `if (stream === 'people') await storePeople(`,
    `if (stream === 'people') await state.commit({ cursors: [cursor] }).then(() => undefined);\n    if (stream === 'people') await storePeople(`,
  ),
  bug(
    'A',
    'later-updates-dropped',
    'src/sync/observe.ts',
  )(`if (stored === undefined) return seen;`, `if (stored !== undefined) return stored;\n  if (stored === undefined) return seen;`),
  bug('A', 'older-page-undoes-newer', 'src/sync/observe.ts')(`return seen.modifiedAt < stored.modifiedAt ? stored : seen;`, `return seen;`),
  bug(
    'A',
    'deletions-ignored',
    'src/sync/pull.ts',
  )(`gone.set(event.id, goneBy(side, event));`, `if (event.type === 'merged') gone.set(event.id, goneBy(side, event));`),
  bug(
    'A',
    'last-record-of-page-lost',
    'src/sync/pull.ts',
  )(`people: [...people.values()],`, `people: people.size > 1 ? [...people.values()].slice(0, -1) : [...people.values()],`),
  bug(
    'A',
    'half-read-is-enough',
    'src/sync/pull.ts',
  )(`if (first !== undefined) throw first;`, `if (first !== undefined && first === options.signal) throw first;`),
  bug(
    'B',
    'ambiguous-is-success',
    'src/sync/intent.ts',
  )(`if (intent.line.op === 'create' || stands) return`, `if (intent.line.op === 'create' || stands || record !== null) return`),
  bug(
    'B',
    'answers-by-position',
    'src/sync/apply.ts',
  )(`results.map((result) => [result.intentId, result])`, `results.map((result, at) => [sendings[at]?.intent.id ?? '', result])`),
  bug(
    'B',
    'condition-not-sent',
    'src/sync/apply.ts',
  )(`conditional && record !== null ? record.modifiedAt : null`, `conditional && record === null ? 0 : null`),
  bug(
    'B',
    'no-look-after-writing',
    'src/sync/conclude.ts',
  )(`return watched && results.get(intent.id)?.status === 'applied';`, `return watched && results.get(intent.id)?.status === 'ambiguous';`),
  bug(
    'B',
    'races-seen-but-not-mended',
    'src/sync/conclude.ts',
  )(
    `const unseen = record === null || line.kind !== 'person' || line.room === 'outcomes' ? [] : unseenValues(intent, record);`,
    `const unseen = record === null || line.kind !== 'person' || record !== null ? [] : unseenValues(intent, record);`,
  ),
  bug('B', 'drift-not-seen', 'src/sync/intent.ts')(`if (drifted.length > 0)\n`, `if (drifted.length > 99)\n`),
  bug(
    'B',
    'base-before-confirmation',
    'src/sync/apply.ts',
  )(`run.sent[line.side] += 1;`, `run.sent[line.side] += 1;\n      notes.bases.push(...basesOf(line, run.clock.now()));`),
  bug(
    'B',
    'a-record-twice-at-once',
    'src/sync/apply.ts',
  )(
    `notes.intents.push(...sendings.map(({ intent }) => intent));`,
    `sendings.push(...sendings);\n  notes.intents.push(...new Set(sendings.map(({ intent }) => intent)));`,
  ),
  bug('C', 'run-reports-what-it-did-not', 'src/sync/sync-run.ts')(`applied: counts.applied,`, `applied: counts.applied + counts.skipped,`),
  bug(
    'D',
    'intent-after-the-write',
    'src/sync/apply.ts',
  )(
    `await run.state.commit(notes);\n  await send(run, { side, kind, sendings });`,
    `await send(run, { side, kind, sendings });\n  await run.state.commit(notes);`,
  ),
  bug(
    'D',
    'open-writes-not-recovered',
    'src/sync/apply.ts',
  )(`const open = await options.state.journal.open();`, `const open = (await options.state.journal.open()).slice(0, 0);`),
  bug(
    'D',
    'recovered-by-sending-again',
    'src/sync/apply.ts',
  )(
    `const sendings = intents.slice(at, at + largestBatch).map((intent): Sending => ({ intent, record: null, conditional: false }));`,
    `const sendings = intents.slice(at, at + largestBatch).map((intent): Sending => ({ intent, record: null, conditional: false }));\n      await send(run, { side, kind, sendings });\n      continue;`,
  ),
  {
    letter: 'D',
    name: 'settled-before-it-is-written',
    edits: [
      {
        file: 'src/sync/stages.ts',
        find: `settled: persons.filter((person) => person.settled && !person.waiting).map((person) => person.linkId),`,
        replace: `settled: persons.map((person) => person.linkId),`,
      },
      {
        file: 'src/sync/stages.ts',
        find: `...persons.filter((person) => !person.settled || person.waiting).map((person) => person.linkId)],`,
        replace: `],`,
      },
    ],
  },
  {
    letter: 'D',
    name: 'repair-noted-too-late',
    edits: [
      { file: 'src/sync/conclude.ts', find: `intents: done.repairs.map(({ intent }) => intent),`, replace: `intents: [],` },
      {
        file: 'src/sync/apply.ts',
        find: `await send(run, { side, kind, sendings: done.repairs });`,
        replace: `await run.renew();\n  await run.state.commit({ intents: done.repairs.map(({ intent }) => intent) });\n  await send(run, { side, kind, sendings: done.repairs });`,
      },
    ],
  },
  bug(
    'D',
    'lease-kept',
    'src/state/lease.ts',
  )(
    `db.run('UPDATE lease SET expires_at = 0 WHERE epoch = ?', held);`,
    `db.run('UPDATE lease SET expires_at = expires_at + 1 WHERE epoch = ?', held);`,
  ),
  bug(
    'E',
    'blank-overwrites',
    'src/sync/merge.ts',
  )(`if (source.blank && !blankOverwrites) return hold(`, `if (source.blank && blankOverwrites && direction !== 'both') return hold(`),
  bug(
    'E',
    'marketing-always-wins',
    'src/sync/merge.ts',
  )(`if (marketing.changed && sales.changed) return conflict(input, marketing, sales);`, ``),
  bug(
    'E',
    'base-of-the-wrong-side',
    'src/sync/merge.ts',
  )(`? { marketing: source.token, sales: value, rung, held }`, `? { marketing: target.token, sales: value, rung, held }`),
  bug(
    'E',
    'values-cut-short',
    'src/sync/intent.ts',
  )(
    `line.changes.flatMap((change) => (change.own === null && change.remote !== null ? [[change.remote, change.after] as const] : [])),`,
    `line.changes.flatMap((change) => (change.own === null && change.remote !== null ? [[change.remote, typeof change.after === 'string' ? change.after.slice(0, 6) : change.after] as const] : [])),`,
  ),
  bug(
    'E',
    'one-way-field-goes-both',
    'src/sync/merge.ts',
  )(
    "if (direction !== 'both' && direction !== `to-${target.side}`)",
    "if (direction !== 'both' && direction !== `to-${target.side}` && source.blank)",
  ),
  bug(
    'E',
    'side-exit-gives-way',
    'src/sync/policy.ts',
  )(
    `return isExit(rung) ? ladder.length + sideExits.indexOf(rung) : ladder.indexOf(rung);`,
    `return isExit(rung) ? sideExits.indexOf(rung) : ladder.indexOf(rung);`,
  ),
  bug(
    'E',
    'time-of-another-value',
    'src/sync/times.ts',
  )(`?.find((entry) => sameValue(entry.value, member.fields.get(field)))`, `?.find((entry) => sameValue(entry.value, entry.value))`),
  bug('G', 'guard-off', 'src/sync/guard.ts')(`if (changes > guards.changes.count && `, `if (changes > 10 * guards.changes.count && `),
  bug('G', 'rehearsal-on-the-real-state', 'src/truce.ts')(`(await this.#opened()).overlay()`, `this.#opened()`),
  bug(
    'G',
    'undone-fields-written-again',
    'src/sync/person-plan.ts',
  )(`if (person.frozen?.has(rule.name) === true) continue;`, `if (person.frozen?.has(rule.name) === undefined) continue;`),
  bug('G', 'plan-older-than-recovery', 'src/sync/run.ts')(`if (recovered > 0) await state.meta.nextEpoch();`, ``),
  bug(
    'H',
    'cause-of-an-error-stored',
    'src/sync/run.ts',
  )(
    `await state.commit({ run: { ...record, status, code } });`,
    `await state.commit({ run: { ...record, status, code, detail: error instanceof Error ? String(error.cause) : null } });`,
  ),
  bug(
    'H',
    'address-in-the-log',
    'src/sync/pull.ts',
  )(
    `const known = await state.people.get(\n    side,\n    page.events.map((event) => event.id),\n  );`,
    `const known = await state.people.get(\n    side,\n    page.events.map((event) => event.id),\n  );\n  for (const event of page.events) if (event.type === 'upsert') pulling.log.write('info', \`read \${event.record.emails.join()}\`);`,
  ),
];
