import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

import { ComposeStack, runProgramIn, type ComposeOptions } from './compose-stack.js';

/** What a drill works with. */
export interface DrillPlace {
  /** A clone of the repository, installed and built. */
  readonly folder: string;
  /** A folder for what the drill writes. */
  readonly scratch: string;
  /** The commit whose stack is upgraded. */
  readonly from: string;
  readonly calls: number;
  readonly applications: number;
  readonly tell: (message: string) => void;
}

/** What a drill came to: sentences with figures, and what was not as it should be. */
export interface DrillResult {
  readonly done: readonly string[];
  readonly faults: readonly string[];
}

/** Collects what holds and what does not. */
export class Findings implements DrillResult {
  readonly done: string[] = [];
  readonly faults: string[] = [];

  constructor(private readonly tell: (message: string) => void) {}

  say(text: string): void {
    this.done.push(text);
    this.tell(text);
  }

  check(text: string, holds: boolean, detail = ''): void {
    if (holds) {
      this.say(text);
      return;
    }
    this.faults.push(`${text}${detail === '' ? '' : `: ${detail.slice(0, 2_000)}`}`);
    this.tell(`NOT: ${text} ${detail.slice(0, 2_000)}`);
  }

  /** Both as JSON, to the byte. */
  same(text: string, before: unknown, after: unknown): void {
    const [first, second] = [JSON.stringify(before), JSON.stringify(after)];
    this.check(text, first === second, `${first} became ${second}`);
  }
}

/** An access token, and `PLIMSOLL_API_TOKENS` that knows its hash. */
export function newToken(): { readonly token: string; readonly tokens: string } {
  const token = `plimsoll_${randomBytes(32).toString('hex')}`;
  const sha256 = createHash('sha256').update(token).digest('hex');
  return { token, tokens: JSON.stringify({ tokens: [{ name: 'ann', role: 'admin', sha256 }] }) };
}

/** Runs `use` on a stack of the clone, and takes containers and volumes away after it, however it ends. */
export async function withStack<T>(
  place: DrillPlace,
  project: string,
  more: Pick<ComposeOptions, 'files' | 'environment'>,
  use: (stack: ComposeStack) => Promise<T>,
): Promise<T> {
  const stack = await ComposeStack.of({ folder: place.folder, project, tell: place.tell, ...more });
  await stack.compose('down', '--volumes', '--remove-orphans');
  try {
    return await use(stack);
  } finally {
    await stack.compose('down', '--volumes', '--remove-orphans');
  }
}

/** The command line of the clone, on this machine. */
export async function plimsoll(
  { folder }: Pick<DrillPlace, 'folder'>,
  environment: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<string> {
  const command = [process.execPath, join('apps', 'cli', 'bin', 'plimsoll.js'), ...words] as const;
  const { code, output, errors } = await runProgramIn(folder, command, environment);
  if (code !== 0) throw new Error(`plimsoll ${words.join(' ')} ended with ${code}:\n${errors.slice(-2_000)}`);
  return output;
}

export async function seconds<T>(work: () => Promise<T>): Promise<[T, string]> {
  const beganMs = Date.now();
  const value = await work();
  return [value, `${((Date.now() - beganMs) / 1_000).toFixed(0)} s`];
}

/** Asks until there is an answer that no longer changes for `stillMs`, at most three minutes; returns the last one. */
export async function settled<T>(ask: () => Promise<T>, isAnswer: (value: T) => boolean, stillMs = 20_000): Promise<T> {
  const endMs = Date.now() + 180_000;
  let last = await ask();
  let sinceMs = Date.now();
  while (Date.now() < endMs && !(isAnswer(last) && Date.now() - sinceMs >= stillMs)) {
    await wait(1_000);
    const value = await ask();
    if (JSON.stringify(value) !== JSON.stringify(last)) sinceMs = Date.now();
    last = value;
  }
  return last;
}
