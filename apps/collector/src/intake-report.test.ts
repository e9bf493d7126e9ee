import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';

import { IntakeReport } from './intake-report.js';
import { announceLoss } from './intake/spool/lost-records.js';
import { Spool } from './intake/spool/spool.js';

it('says in the log, when a spool overflows, how much was dropped, and counts it', async () => {
  const lines: Record<string, unknown>[] = [];
  const into = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString('utf8')) as Record<string, unknown>);
      done();
    },
  });
  const registry = new Registry();
  const report = new IntakeReport({ log: pino(into), registry });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-overflow-'));
  const spool = await Spool.open({
    folder,
    maxBytes: 4_000,
    segmentBytes: 1_000,
    sync: 'never',
    announceLoss: (lost) => announceLoss(lost, 'spool-overflow'),
    onOverflow: report.overflow,
  });
  report.watchSpool(spool);
  for (let i = 0; i < 30; i++) await spool.append([{ topic: 'logs', key: `k${i}`, value: Buffer.alloc(200, ' ') }]);
  const told = lines.filter(({ msg }) => /^the spool is full: its oldest records were dropped/.test(String(msg)));
  expect(told.length).toBeGreaterThan(0);
  expect(told.every(({ level }) => level === pino.levels.values['warn'])).toBe(true);
  const dropped = told.reduce((sum, { records }) => sum + Number(records), 0);
  expect(dropped).toBe(spool.counts.overflowed);
  expect(await registry.metrics()).toContain(`plimsoll_spool_dropped_records_total ${dropped}\n`);
  await spool.close();
  rmSync(folder, { recursive: true });
});
