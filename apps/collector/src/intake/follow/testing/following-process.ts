import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { decodeJson, decodeSyscallBatch, LogEvent, PlimsollError, TOPICS } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { Arrivals } from '../../arrivals.js';
import { announceLoss } from '../../spool/lost-records.js';
import { Outbox } from '../../spool/outbox.js';
import { Spool } from '../../spool/spool.js';
import { Checkpoints } from '../checkpoint.js';
import { followLog } from '../follow-log.js';

/**
 * A collector of one log, to be killed at any moment: what it publishes goes to `published` in the folder that is its
 * first argument, for an access log one `id path` a line, for sysdig's JSON, its second, one `ordinal thread` a call;
 * while a file `away` is there, the log is away.
 */
const folder = process.argv[2] ?? '.';
const kind = process.argv[3] === 'sysdig-json' ? 'sysdig-json' : 'access-log';

const log = {
  publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (existsSync(join(folder, 'away'))) return Promise.reject(new PlimsollError('unavailable', 'away'));
    const lines = records.flatMap(({ topic, value }) => {
      if (topic === TOPICS.syscalls.name) return callsOf(value);
      const event = decodeJson(LogEvent, value, 'a record');
      return `${event.id} ${event.type === 'web-request' ? event.path : event.type}\n`;
    });
    // One write: a kill leaves all of it or nothing, as a broker would.
    appendFileSync(join(folder, 'published'), lines.join(''));
    return Promise.resolve();
  },
};

function callsOf(value: Uint8Array): string[] {
  const { firstOrdinal, threads } = decodeSyscallBatch(value);
  return Array.from(threads, (thread, i) => `${firstOrdinal + i} ${thread}\n`);
}

const spool = await Spool.open({
  folder: join(folder, 'spool'),
  maxBytes: 64 * 1_048_576,
  announceLoss: (lost) => announceLoss(lost, 'spool-overflow'),
});
await followLog(
  {
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    kind,
    path: join(folder, 'access.log'),
    stream: 'access',
  },
  {
    privacy: 'balanced',
    outbox: new Outbox({ log, spool }),
    arrivals: new Arrivals(),
    checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
    signal: new AbortController().signal,
    pollMs: 5,
    lingerMs: 100,
  },
);
