import { TOPIC_ACCESS, TOPICS, type TopicName } from '@plimsoll/contracts';
import { applyTopics, grantAccess, KafkaLog, type KafkaOptions } from '@plimsoll/kafka-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort, hasProgram, startLocalKafka, type LocalKafka } from '../servers/index.js';

/*
 * A Kafka with an authorizer. Whoever comes by the plain listener is its administrator; the services come by the other
 * one, each with a password of its own.
 */
const programs = await Promise.all(['java', 'mvn'].map((name) => hasProgram(name)));
const PASSWORD = 'correct-horse';
const SERVICES = TOPIC_ACCESS.map(({ service }) => service);

describe.skipIf(!programs.every(Boolean))('who may do what in Kafka', () => {
  let kafka: LocalKafka;
  let port: number;
  const logs: KafkaLog[] = [];

  beforeAll(async () => {
    port = await freePort();
    kafka = await startLocalKafka(1, {
      extraListener: { name: 'SERVICES', protocol: 'SASL_PLAINTEXT', port },
      scramUsers: SERVICES.map((name) => ({ name, password: PASSWORD })),
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
        'listener.name.services.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.services.scram-sha-512.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      },
    });
    await applyTopics({ brokers: [kafka.brokers] }, Object.values(TOPICS));
    await grantAccess({ brokers: [kafka.brokers] }, TOPIC_ACCESS);
  });
  afterAll(async () => {
    await Promise.allSettled(logs.map((log) => log.close()));
    await kafka.close();
  });

  function logOf(service: string): KafkaLog {
    const options: KafkaOptions = {
      brokers: [`127.0.0.1:${port}`],
      sasl: { mechanism: 'scram-sha-512', username: service, password: PASSWORD },
    };
    const log = new KafkaLog(options);
    logs.push(log);
    return log;
  }

  it('leaves alerts to the alert service, and verdicts to detectors', () => {
    const writersOf = (topic: TopicName): string[] =>
      TOPIC_ACCESS.filter(({ writes }) => writes.includes(topic)).map(({ service }) => service);
    expect(writersOf('alerts')).toEqual(['alert-service']);
    expect(writersOf('verdicts')).toEqual(['sequence-detector', 'frequency-detector', 'log-detector']);
  });

  it('lets each service write its own topics, and no other', async () => {
    const all = Object.values(TOPICS).map(({ name }): TopicName => name);
    for (const { service, writes } of TOPIC_ACCESS) {
      const log = logOf(service);
      const written: TopicName[] = [];
      for (const topic of all) {
        const done = log.publish([{ topic, key: 'k', value: Buffer.from('v') }]);
        const code = await done.then(
          () => 'written',
          (error: unknown) => (error as { code?: string }).code,
        );
        if (code === 'written') written.push(topic);
        else expect([service, topic, code]).toEqual([service, topic, 'bad-configuration']);
      }
      expect([service, written.sort()]).toEqual([service, [...writes].sort()]);
    }
  });

  it('lets a service read in its own groups, and tells on health where it may not', async () => {
    const handler = {
      assigned: () => Promise.resolve(undefined),
      batch: () => Promise.resolve(),
      revoked: () => Promise.resolve(),
    };
    const detector = logOf('log-detector');
    await detector.consume({ topic: TOPICS.logs.name, group: 'log-detector', handler });
    await expect.poll(() => detector.health(), { timeout: 30_000 }).toEqual({ ready: true });
    const curious = logOf('collector');
    await curious.consume({ topic: TOPICS.alerts.name, group: 'collector', handler });
    await expect
      .poll(() => curious.health(), { timeout: 30_000 })
      .toMatchObject({ ready: false, reason: expect.stringMatching(/not authorized/i) as string });
  });
});
