import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { PlanError } from '../errors.ts';
import type { Plan, PlanHeader, PlanLine, PlanSummary } from '../model/plan.ts';

const charsPerWrite = 1 << 18;

interface Footer {
  readonly summary: PlanSummary;
  readonly hash: string;
}

/** Writes a plan as it is made: NDJSON with the header, the lines, and a footer with summary and hash. */
export class PlanWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #header: PlanHeader;
  readonly #hash: Hash = createHash('sha256');
  #buffer = '';
  #count = 0;

  private constructor(file: FileHandle, path: string, header: PlanHeader) {
    this.#file = file;
    this.#path = path;
    this.#header = header;
  }

  /** Makes the file, readable by its owner only: before-values are personal data. */
  static async create(path: string, header: PlanHeader): Promise<PlanWriter> {
    const writer = new PlanWriter(await open(path, 'w', 0o600), path, header);
    writer.#put(jsonLine({ header }));
    return writer;
  }

  async add(line: PlanLine): Promise<void> {
    this.#put(jsonLine({ line }));
    this.#count += 1;
    if (this.#buffer.length > charsPerWrite) await this.#flush();
  }

  get count(): number {
    return this.#count;
  }

  async finish(summary: PlanSummary): Promise<Plan> {
    const footer: Footer = { summary, hash: this.#hash.digest('hex') };
    this.#buffer += `${jsonLine({ footer })}\n`;
    await this.#flush();
    await this.#file.close();
    return planIn(this.#path, this.#header, footer);
  }

  /** Closes the file of a plan that is not wanted any more. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  #put(text: string): void {
    this.#buffer += `${text}\n`;
    this.#hash.update(text).update('\n');
  }

  async #flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    await this.#file.write(text);
  }
}

/**
 * Opens a plan file and checks it from end to end: the hash must be that of its header and lines.
 * @throws {PlanError} `PLAN_UNREADABLE` when there is no such file, `PLAN_DAMAGED` when it was cut off or edited.
 */
export async function readPlanFile(path: string): Promise<Plan> {
  const hash = createHash('sha256');
  let header: PlanHeader | undefined;
  let footer: Footer | undefined;
  for await (const text of textLines(path)) {
    if (footer !== undefined) throw damaged(path, 'there is text after its end');
    const entry = parse(path, text);
    if (header === undefined) {
      header = entry['header'] as PlanHeader | undefined;
      if (header?.format !== 'truce-plan/1') throw damaged(path, 'it does not begin as a plan does');
    } else if (entry['footer'] !== undefined) {
      footer = entry['footer'] as Footer;
      continue;
    } else if (!isLine(entry['line'])) throw damaged(path, 'a line of it is none');
    hash.update(text).update('\n');
  }
  if (header === undefined || footer === undefined) throw damaged(path, 'it was cut off');
  if (hash.digest('hex') !== footer.hash) throw damaged(path, 'its hash does not fit: it was edited');
  return planIn(path, header, footer);
}

function planIn(path: string, header: PlanHeader, footer: Footer): Plan {
  return { header, summary: footer.summary, hash: footer.hash, lines: () => linesIn(path) };
}

async function* linesIn(path: string): AsyncGenerator<PlanLine> {
  for await (const text of textLines(path)) {
    const { line } = parse(path, text);
    if (line !== undefined) yield line as PlanLine;
  }
}

async function* textLines(path: string): AsyncGenerator<string> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw new PlanError('PLAN_UNREADABLE', `The plan ${path} can't be read.`, { hint: 'Name a file that holds a plan.', cause: error });
  }
  try {
    yield* file.readLines({ autoClose: false });
  } finally {
    await file.close();
  }
}

/** JSON on one line, also for readers who take U+2028 and U+2029 for line ends. */
function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw damaged(path, 'a line of it is not JSON', error);
  }
}

/** The parts without which a line could write to the wrong place. The rest is bound by the hash. */
function isLine(value: unknown): value is PlanLine {
  const line = value as Partial<PlanLine> | undefined;
  const side = line?.side === 'marketing' || line?.side === 'sales';
  return (
    side &&
    Array.isArray(line?.changes) &&
    typeof line.id === 'string' &&
    (typeof line.recordId === 'string' || typeof line.key === 'string')
  );
}

function damaged(path: string, why: string, cause?: unknown): PlanError {
  return new PlanError('PLAN_DAMAGED', `The plan ${path} can't be used: ${why}.`, {
    hint: 'Make a new one with `truce plan`.',
    ...(cause === undefined ? {} : { cause }),
  });
}
