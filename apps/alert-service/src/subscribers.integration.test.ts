import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ALERT_TYPES, alertHeaders, encodeJson, isoTime, TOPICS } from '@plimsoll/contracts';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { testServers } from '@plimsoll/streaming/testing';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const servers = testServers();
const examples = fileURLToPath(new URL('../../../docs/examples/subscribers/', import.meta.url));

/** A Python that has the client which the example uses: Debian's package python3-kafka is for Debian's own. */
const python = ['/usr/bin/python3', 'python3'].find(
  (program) => spawnSync(program, ['-c', 'import kafka']).status === 0,
);

/** Runs a program until its output holds `wanted`, then ends it. */
function outputOf(program: string, args: readonly string[], wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    const late = setTimeout(() => child.kill(), 60_000);
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(wanted)) child.kill();
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(late);
      resolve(text);
    });
  });
}

describe.skipIf(servers === undefined)('example subscribers', () => {
  const brokers = servers?.kafkaBrokers ?? '';
  const name = `subscribed-${randomUUID()}`;
  const alert = incidentAlert(name);
  const { uid } = alert.finding_info;
  let folder = '';

  beforeAll(async () => {
    const kafka = { brokers: brokers.split(','), clientId: 'subscribers-test' };
    await applyTopics(kafka, [TOPICS.alerts]);
    const log = new KafkaLog(kafka);
    const headers = alertHeaders({
      type: ALERT_TYPES.create,
      application: 'shop',
      id: alert.metadata.uid,
      time: isoTime(alert.time * 1_000),
      incident: uid,
      revision: 1,
    });
    await log.publish([{ topic: TOPICS.alerts.name, key: uid, value: encodeJson(alert), headers }]);
    await log.close();
    folder = await mkdtemp(join(examples, '.run-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('kcat, which nobody here wrote, reads key, headers and value', async () => {
    const args = ['-b', brokers, '-C', '-t', 'alerts', '-o', 'beginning', '-q', '-u', '-f', '%k %h\n%s\n'];
    const text = await outputOf('kcat', args, `${name} in shop`);
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`${uid} `));
    expect(lines[at]).toContain('ce_specversion=1.0');
    expect(lines[at]).toContain('ce_type=io.plimsoll.incident.created');
    expect(lines[at]).toContain('content-type=application/json');
    expect(JSON.parse(lines[at + 1] ?? '')).toEqual(JSON.parse(Buffer.from(encodeJson(alert)).toString()));
  });

  it('the TypeScript example prints the incident', async () => {
    const source = await readFile(join(examples, 'subscriber.ts'), 'utf8');
    const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };
    const program = join(folder, 'subscriber.mjs');
    await writeFile(program, transpileModule(source, { compilerOptions }).outputText);
    const text = await outputOf(process.execPath, [program, brokers, `group-${name}`], `any any ${name}`);
    expect(text).toContain(`any any ${name}`);
  });

  if (python !== undefined || process.env['CI'] === 'true') {
    it('the Python example prints the incident', async () => {
      const program = join(examples, 'subscriber.py');
      const text = await outputOf(python ?? 'python3', [program, brokers, `python-${name}`], `any any ${name}`);
      expect(text).toContain(`any any ${name} since 2026-`);
    });
  }
});
