import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

import { alertHeaders, ALERT_TYPES, encodeJson, TOPICS } from '@plimsoll/contracts';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { testServers } from '@plimsoll/streaming/testing';
import { describe, expect, it } from 'vitest';

import { ROOT } from './root.js';

const servers = testServers();

describe.skipIf(servers === undefined)('plimsoll alerts --follow --final', () => {
  it('prints what is over when it is over, and neither what goes on nor what became part of another', async () => {
    const kafka = { brokers: servers!.kafkaBrokers.split(',') };
    await applyTopics(kafka, Object.values(TOPICS));
    const log = new KafkaLog(kafka);
    const run = randomUUID().slice(0, 8);
    const [over, part, later] = [`over-${run}`, `part-${run}`, `later-${run}`];
    const tell = async (type: keyof typeof ALERT_TYPES, name: string, mergedInto?: string): Promise<void> => {
      const activity = type === 'create' ? 1 : type === 'update' ? 2 : 3;
      const alert = incidentAlert(name, { revision: activity, activity, ...(mergedInto && { mergedInto }) });
      const { uid } = alert.finding_info;
      const time = new Date(alert.time).toISOString();
      const about = { application: 'shop', id: alert.metadata.uid, time, incident: uid, revision: activity };
      const headers = alertHeaders({ type: ALERT_TYPES[type], ...about });
      await log.publish([{ topic: TOPICS.alerts.name, key: uid, value: encodeJson(alert), headers }]);
    };
    await tell('create', over);

    const bin = join(ROOT, 'apps/cli/bin/plimsoll.js');
    const command = spawn(process.execPath, [bin, 'alerts', '--follow', '--final'], {
      env: { PATH: process.env['PATH'], KAFKA_BROKERS: servers!.kafkaBrokers },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(command, 'exit');
    let out = '';
    command.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    try {
      await tell('update', over);
      await tell('create', part);
      await tell('close', part, over);
      await tell('close', over);
      await expect.poll(() => out, { timeout: 60_000 }).toContain(over);
      // It stays, and tells what is over next.
      await tell('create', later);
      await tell('close', later);
      await expect.poll(() => out, { timeout: 60_000 }).toContain(later);
      const lines = out.split('\n').filter((line) => line.includes(run));
      expect(lines).toHaveLength(2);
      expect(out).not.toContain(part);
      expect(command.exitCode).toBeNull();
      command.kill('SIGINT');
      expect(await ended).toEqual([0, null]);

      const all = spawn(process.execPath, [bin, 'alerts', '--final'], {
        env: { PATH: process.env['PATH'], KAFKA_BROKERS: servers!.kafkaBrokers },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const states = (await all.stdout.setEncoding('utf8').toArray()) as string[];
      const titles = states
        .join('')
        .split('\n')
        .filter((line) => line.includes(run));
      expect(titles.map((line) => [over, part, later].find((name) => line.includes(name))).sort()).toEqual([
        later,
        over,
      ]);
    } finally {
      command.kill('SIGKILL');
      await ended;
      await log.close();
    }
  });
});
