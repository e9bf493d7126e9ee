import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { decodeJson, LogEvent, PlimsollError } from '@plimsoll/contracts';
import type { OutgoingRecord } from '@plimsoll/streaming';

import { Checkpoints } from '../checkpoint.js';
import { followLog } from '../follow-log.js';
import { announceLoss } from '../lost-records.js';
import { Outbox } from '../outbox.js';
import { Spool } from '../spool.js';

/**
 * A collector of one access log, to be killed at any moment: what it publishes goes to `published` in the folder that
 * is its argument, one `id path` a line; while a file `away` is there, the log is away.
 */
const folder = process.argv[2] ?? '.';

const log = {
  publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (existsSync(join(folder, 'away'))) return Promise.reject(new PlimsollError('unavailable', 'away'));
    const lines = records.map(({ value }) => {
      const event = decodeJson(LogEvent, value, 'a record');
      return `${event.id} ${event.type === 'web-request' ? event.path : event.type}\n`;
    });
    // One write: a kill leaves all of it or nothing, as a broker would.
    appendFileSync(join(folder, 'published'), lines.join(''));
    return Promise.resolve();
  },
};

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
    kind: 'access-log',
    path: join(folder, 'access.log'),
    stream: 'access',
  },
  {
    privacy: 'balanced',
    outbox: new Outbox({ log, spool }),
    checkpoints: await Checkpoints.open(join(folder, 'checkpoints.json')),
    signal: new AbortController().signal,
    pollMs: 5,
    lingerMs: 100,
  },
);
