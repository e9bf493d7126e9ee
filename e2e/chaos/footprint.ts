import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

import { SERVICES, type Stack } from './stack.js';

/** What the stack held at one moment. */
export interface Footprint {
  readonly atMs: number;
  /** By name of the figure: `collector`, …, MiB resident; keys in Redis by kind; `Redis memory`, MiB; `lag`, records. */
  readonly figures: Readonly<Record<string, number>>;
}

const MIB = 1_048_576;

/** Kinds of keys in Redis, as they are called in a report, and what their names hold. Whatever fits none is `other keys`. */
const KEY_KINDS = [
  ['keys of connections', ':state:sql-statement:'],
  ['keys of sessions', ':state:web-request:'],
  ['keys of containers', '-detector/syscalls/'],
] as const;

/** Looks at memory, keys and lag every `everyMs` until the signal aborts. */
export async function watchFootprint(stack: Stack, signal: AbortSignal, everyMs: number): Promise<Footprint[]> {
  const startedMs = Date.now();
  const seen: Footprint[] = [];
  while (!signal.aborted) {
    seen.push({ atMs: Date.now() - startedMs, figures: await figuresOf(stack) });
    await wait(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return seen;
}

async function figuresOf(stack: Stack): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  let lag = 0;
  for (const name of SERVICES) {
    let resident = 0;
    for (const service of stack.processes(name)) {
      resident += await residentMib(service.pid);
      lag += sumOf((await service.get('/metrics')).body, 'plimsoll_lag_records');
    }
    figures[name] = resident;
  }
  Object.assign(figures, keysByKind((await stack.redis.command('--scan')).split('\n')));
  const memory = /^used_memory:(\d+)/m.exec(await stack.redis.command('info', 'memory'));
  figures['Redis memory'] = Number(memory?.[1] ?? NaN) / MIB;
  figures['lag'] = lag;
  return figures;
}

function keysByKind(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = { 'other keys': 0 };
  for (const [kind] of KEY_KINDS) counts[kind] = 0;
  for (const key of keys) {
    const kind = KEY_KINDS.find(([, part]) => key.includes(part))?.[0] ?? 'other keys';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function residentMib(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1_024;
}

function sumOf(metrics: string, name: string): number {
  let sum = 0;
  for (const [, value] of metrics.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'gm'))) sum += Number(value);
  return sum;
}

/** How a figure went once it had settled: its median in the first and in the last third of what was left of the run. */
export interface Course {
  readonly early: number;
  readonly late: number;
  /** Undefined where the run was over before the figure could settle. */
  readonly flat: boolean | undefined;
}

/** Growth from early to late that is still flat. */
const FLAT = 1.15;

export function course(seen: readonly Footprint[], name: string, settlesMs: number): Course {
  const endMs = seen.at(-1)?.atMs ?? 0;
  const settled = settlesMs < 0.7 * endMs;
  const values = seen.filter(({ atMs }) => !settled || atMs >= settlesMs).map(({ figures }) => figures[name] ?? NaN);
  const third = Math.max(1, Math.floor(values.length / 3));
  const [early, late] = [median(values.slice(0, third)), median(values.slice(-third))];
  return { early, late, flat: settled ? late <= early * FLAT : undefined };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const WIDTH = 720;
const PANEL = 110;
const LEFT = 150;

/** One panel a figure over the time of the run, each from zero to its own maximum. */
export function footprintPlot(seen: readonly Footprint[]): string {
  const names = Object.keys(seen[0]?.figures ?? {});
  const endMs = Math.max(1, seen.at(-1)?.atMs ?? 1);
  const panels = names.map((name, i) => {
    const top = 24 + i * PANEL;
    const most = Math.max(1, ...seen.map(({ figures }) => figures[name] ?? 0));
    const at = ({ atMs, figures }: Footprint): string =>
      `${(LEFT + (atMs / endMs) * (WIDTH - LEFT - 20)).toFixed(1)},${(top + 80 - ((figures[name] ?? 0) / most) * 72).toFixed(1)}`;
    return [
      `<text x="${LEFT - 10}" y="${top + 40}" text-anchor="end">${name}</text>`,
      `<text x="${LEFT - 10}" y="${top + 14}" text-anchor="end" fill="#666">${most.toFixed(0)}</text>`,
      `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${top + 80}" y2="${top + 80}" stroke="#999"/>`,
      `<polyline fill="none" stroke="#1b4965" points="${seen.map(at).join(' ')}"/>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${30 + names.length * PANEL}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/><text x="10" y="14" font-size="13">${(endMs / 60_000).toFixed(0)} minutes; MiB resident of each service</text>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}
