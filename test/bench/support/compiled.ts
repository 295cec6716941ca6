import { copyFile, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from './process.ts';

/** The package compiled into a folder, as an installation has it. */
export interface Compiled {
  readonly bin: string;
  /** Entry points by the name that users import: the compiled files. */
  readonly exports: ReadonlyMap<string, string>;
}

export async function compileInto(folder: string): Promise<Compiled> {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { code } = await run(tsc, ['-p', join(root, 'src/tsconfig.json'), '--outDir', join(folder, 'dist')]);
  if (code !== 0) throw new Error(`the build ended with ${code}`);
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { name, exports, bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
    readonly bin: Readonly<Record<string, string>>;
  };
  const entries = Object.entries(exports).flatMap(([path, target]): [string, string][] =>
    typeof target === 'string' ? [] : [[path.replace(/^\./, name), join(folder, target.default)]],
  );
  return { bin: join(folder, bin[name] ?? ''), exports: new Map(entries) };
}
