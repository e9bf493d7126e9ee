/**
 * Fuzzes the alert service's HTTP interface with schemathesis (`pip install schemathesis`), which reads what to ask for
 * out of the OpenAPI document that the service itself serves, and holds each answer against it. The service is a real
 * process on a real Kafka and Redis, with incidents in it. Run after `npm run build`:
 *
 *   node e2e/fuzz-api.mjs [--examples N] [--schemathesis PROGRAM] [-- further arguments of schemathesis]
 *
 * Ends with schemathesis' own code: 0 where it found nothing. CI runs `openapi-fuzz.test.ts`, which needs no Python.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { encodeJson, TOPICS } from '@plimsoll/contracts';
import { incidentAlert } from '@plimsoll/incidents/testing/incident-alerts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';

import { findServers } from './dist/servers/index.js';
import { ServiceProcess } from './dist/services/service-process.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    examples: { type: 'string', default: '40' },
    schemathesis: { type: 'string', default: 'schemathesis' },
  },
});

const servers = await findServers();
if ('missing' in servers) throw new Error(servers.missing);
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;
const sha256 = createHash('sha256').update(token).digest('hex');
let service;
try {
  const kafka = { brokers: servers.kafkaBrokers.split(',') };
  await applyTopics(kafka, Object.values(TOPICS));
  service = await ServiceProcess.start('alert-service', {
    KAFKA_BROKERS: servers.kafkaBrokers,
    REDIS_URL: servers.redisUrl,
    PLIMSOLL_API_TOKENS: JSON.stringify({ tokens: [{ name: 'fuzz', role: 'admin', sha256 }] }),
  });
  await service.readiness(200);
  const log = new KafkaLog(kafka);
  await log.publish(
    Array.from({ length: 60 }, (_, i) => {
      const alert = incidentAlert(`incident ${i}`, { severity: 1 + (i % 6) });
      return { topic: TOPICS.alerts.name, key: alert.finding_info.uid, value: encodeJson(alert), headers: {} };
    }),
  );
  await log.close();
  process.exitCode = await schemathesis(service.address);
} finally {
  await service?.stop();
  await servers.close();
}

/** The stream of events has no end: it is left out. Rates stay under what one holder may ask. */
function schemathesis(address) {
  const args = ['run', `${address}/api/v1/openapi.json`, '--header', `Authorization: Bearer ${token}`];
  args.push('--max-examples', options.examples, '--rate-limit', '40/s', '--exclude-path', '/api/v1/stream');
  // A method that a path does not have is answered 404, as any unknown operation is; ends that lie in the past are
  // refused, which a schema cannot say; whole findings, as `import` takes them, are slow to make up.
  args.push('--exclude-checks', 'unsupported_method,positive_data_acceptance', '--suppress-health-check', 'all');
  args.push(...positionals);
  return new Promise((resolve, reject) => {
    const child = spawn(options.schemathesis, args, { stdio: 'inherit', cwd: tmpdir() });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
