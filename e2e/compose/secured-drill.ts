import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { KafkaLog, type KafkaOptions } from '@plimsoll/kafka-log';

import { runProgramIn, type ComposeStack } from './compose-stack.js';
import {
  settled,
  Findings,
  newToken,
  plimsoll,
  seconds,
  withStack,
  type DrillPlace,
  type DrillResult,
} from './drill.js';

const USERS = [
  'ADMIN',
  'COLLECTOR',
  'SEQUENCE_DETECTOR',
  'FREQUENCY_DETECTOR',
  'LOG_DETECTOR',
  'ALERT_SERVICE',
  'REDIS',
] as const;

/** The stack with TLS and passwords: whom it serves, and whom it refuses. */
export async function securedDrill(place: DrillPlace): Promise<DrillResult> {
  const findings = new Findings(place.tell);
  const { token, tokens } = newToken();
  const passwords = Object.fromEntries(
    USERS.map((user) => [`PLIMSOLL_${user}_PASSWORD`, randomBytes(24).toString('hex')]),
  );
  const environment = { ...passwords, PLIMSOLL_API_TOKENS: tokens };
  const certificates = join(place.folder, 'certificates');
  const { code, errors } = await runProgramIn(place.folder, ['bash', 'deploy/certificates.sh', 'certificates']);
  findings.check(
    '`bash deploy/certificates.sh certificates` makes an authority and two certificates',
    code === 0,
    errors,
  );
  const files = ['deploy/compose-secured.yml'];
  try {
    await withStack(place, 'plimsoll-secured', { files, environment }, async (stack) => {
      const [, took] = await seconds(() => stack.compose('up', '--build', '--detach', '--wait'));
      findings.say(`every service healthy with TLS, its own user and password after ${took}`);
      await serves(place, stack, token, findings);
      const ca = await readFile(join(certificates, 'ca.pem'), 'utf8');
      await kafkaRefuses(stack, ca, passwords, findings);
      await redisRefuses(stack, passwords['PLIMSOLL_REDIS_PASSWORD']!, findings);
    });
  } finally {
    await rm(certificates, { recursive: true, force: true });
  }
  return findings;
}

async function serves(place: DrillPlace, stack: ComposeStack, token: string, findings: Findings): Promise<void> {
  const profiles = join(place.scratch, 'secured-profiles');
  await plimsoll(place, {}, 'learn', 'recordings/employee', '--out', profiles);
  await stack.plimsoll([`${profiles}:/profiles:ro`], 'profiles', 'push', '/profiles');
  const to = ['--to', stack.address('COLLECTOR_PORT')];
  await plimsoll(place, {}, 'replay', 'recordings/employee/sqli-union-a', ...to);
  const ask = async (): Promise<readonly unknown[]> =>
    ((await stack.ask('incidents', token)) as { incidents: readonly unknown[] }).incidents;
  const incidents = await settled(ask, (all) => all.length > 0);
  findings.check(`\`sqli-union-a\` replayed: ${incidents.length} incidents`, incidents.length > 0);
}

async function kafkaRefuses(
  stack: ComposeStack,
  ca: string,
  passwords: Readonly<Record<string, string>>,
  findings: Findings,
): Promise<void> {
  const sasl = (username: string, user: string): KafkaOptions['sasl'] => ({
    mechanism: 'plain',
    username,
    password: passwords[`PLIMSOLL_${user}_PASSWORD`]!,
  });
  const admin = sasl('admin', 'ADMIN')!;
  const clients: [string, boolean, Omit<KafkaOptions, 'brokers'>][] = [
    ['TLS, the authority, user and password', true, { tls: { ca }, sasl: admin }],
    ['neither TLS nor password', false, {}],
    ['a password in the clear', false, { sasl: admin }],
    ['TLS without a user', false, { tls: { ca } }],
    ['TLS and a wrong password', false, { tls: { ca }, sasl: { ...admin, password: 'wrong' } }],
    ['an authority that did not sign', false, { tls: {}, sasl: admin }],
  ];
  for (const [name, served, options] of clients) {
    const client = new KafkaLog({ brokers: [stack.brokers], ...options });
    const { ready } = await client.health();
    await client.close();
    findings.check(`Kafka, ${name}: ${served ? 'served' : 'refused'}`, ready === served);
  }
  const collector = new KafkaLog({ brokers: [stack.brokers], tls: { ca }, sasl: sasl('collector', 'COLLECTOR')! });
  const forged = await collector.publish([{ topic: 'alerts', key: 'k', value: Buffer.from('{}') }]).then(
    () => 'taken',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  await collector.close();
  findings.check('Kafka, the collector writing to `alerts`: refused', forged === 'bad-configuration', forged);
}

async function redisRefuses(stack: ComposeStack, password: string, findings: Findings): Promise<void> {
  const tls = ['--tls', '--cacert', '/run/secrets/ca.pem'];
  const clients: [string, boolean, readonly string[]][] = [
    ['TLS and password', true, [...tls, '-a', password]],
    ['a password in the clear', false, ['-a', password]],
    ['TLS without a password', false, tls],
    ['TLS and a wrong password', false, [...tls, '-a', 'wrong']],
    ['neither', false, []],
  ];
  for (const [name, served, words] of clients) {
    // The container's own client knows the password otherwise.
    const bare = ['exec', '-T', '--env', 'REDISCLI_AUTH=', 'redis', 'redis-cli', '--no-auth-warning'];
    const answer = await stack.compose(...bare, ...words, 'dbsize').catch((error: unknown) => String(error));
    findings.check(`Redis, ${name}: ${served ? 'served' : 'refused'}`, /^\d+$/.test(answer.trim()) === served, answer);
  }
}
