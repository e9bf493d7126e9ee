import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import process from 'node:process';
import { Readable } from 'node:stream';

import { PlimsollError } from '@plimsoll/contracts';
import { findRecordings, firstEventTime, sourcesOf, type RecordingAt, type ReplaySource } from '@plimsoll/local-run';
import { Command } from 'commander';

import { collected } from '../shared-options.js';
import { parseSource, sourcesFrom } from '../source-argument.js';
import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';

interface ReplayOptions {
  to: string;
  source: string[];
  application: string;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('Send recordings or sources to a running collector, as if they happened now; times stay as recorded.')
    .argument(
      '[recordings]',
      'a folder of recordings: the sources of an episode are sent together, episodes in the order of their times',
    )
    .option('--source <WORKLOAD=KIND:PATH>', 'one source to send; may be given several times', collected, [])
    .option('--application <NAME>', 'the application that the sources belong to', 'default')
    .option('--to <URL>', "the collector's address", 'http://127.0.0.1:8081')
    .addHelpText(
      'after',
      `
Sending a recording twice is harmless: events are recognised by their identity, and nothing is alerted again.

Example:
  plimsoll replay recordings/employee/sqli-union-a`,
    )
    .action(run);
}

async function run(folder: string | undefined, options: ReplayOptions): Promise<void> {
  const episodes = await episodesOf(folder, options);
  const signal = stopSignal();
  const progress = new Progress('replaying');
  let events = 0;
  for (const [i, sources] of episodes.entries()) {
    progress.update(i / episodes.length, sources[0]!.stream);
    const counts = await Promise.all(sources.map((source) => send(source, options.to, signal)));
    events += counts.reduce((sum, count) => sum + count, 0);
  }
  progress.done(`${episodes.length} episodes, ${events} messages stored`);
}

async function episodesOf(folder: string | undefined, options: ReplayOptions): Promise<ReplaySource[][]> {
  if (folder !== undefined) return inOrder(await findRecordings(folder));
  if (options.source.length > 0) return [sourcesFrom(options.application, options.source.map(parseSource))];
  throw new PlimsollError(
    'bad-configuration',
    'nothing to replay: give a folder of recordings or --source WORKLOAD=KIND:PATH',
  );
}

/** Event time must not go back by more than the grace of the alert service, so earlier episodes go first. */
async function inOrder(recordings: readonly RecordingAt[]): Promise<ReplaySource[][]> {
  const timed = await Promise.all(
    recordings.map(async (at) => ({ sources: sourcesOf(at), timeUs: await firstEventTime(sourcesOf(at)) })),
  );
  return timed.sort((a, b) => a.timeUs - b.timeUs).map(({ sources }) => sources);
}

/** Sends a file's bytes as they are and returns how many messages became durable. */
async function send({ where, stream, kind, path }: ReplaySource, to: string, signal: AbortSignal): Promise<number> {
  const url = new URL('/v1/replay', to);
  for (const [name, value] of Object.entries({ ...where, kind, stream })) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      ...((await isGzip(path)) && { 'content-encoding': 'gzip' }),
    },
    body: Readable.toWeb(path === '-' ? process.stdin : createReadStream(path)),
    duplex: 'half',
    signal,
  }).catch((cause: unknown) => {
    throw new PlimsollError(
      'unavailable',
      `no collector answers at ${to}; is the stack up? (docker compose up, or --to URL)`,
      { cause },
    );
  });
  const answer = await response.text();
  if (!response.ok)
    throw new PlimsollError(
      'unavailable',
      `the collector refused ${stream}: ${response.status} ${answer.slice(0, 500)}`,
    );
  const { messages } = JSON.parse(answer) as { messages?: unknown };
  return typeof messages === 'number' ? messages : 0;
}

async function isGzip(path: string): Promise<boolean> {
  if (path === '-') return false;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
