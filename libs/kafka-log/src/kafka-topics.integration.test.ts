import { randomUUID } from 'node:crypto';

import type { TopicDefinition } from '@plimsoll/contracts';
import { testServers } from '@plimsoll/streaming/testing';
import { ConfigResourceTypes } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { kafkaClient } from './kafka-client.js';
import { applyTopics } from './kafka-topics.js';

const servers = testServers();
const kafka = { brokers: (servers?.kafkaBrokers ?? '').split(',') };
const definition = (name: string, change: Partial<TopicDefinition> = {}): TopicDefinition => ({
  name,
  partitions: 2,
  retentionMs: 3_600_000,
  compacted: false,
  key: 'any',
  ...change,
});

describe.skipIf(servers === undefined)('applyTopics', () => {
  it('creates what is missing, and does nothing the second time', async () => {
    const names = [`test-${randomUUID()}`, `test-${randomUUID()}`];
    const definitions = [definition(names[0]!), definition(names[1]!, { compacted: true, retentionMs: -1 })];
    const outcomes = async () => (await applyTopics(kafka, definitions)).map(({ topic, outcome }) => [topic, outcome]);
    expect(await outcomes()).toEqual(names.map((name) => [name, 'created']));
    expect(await outcomes()).toEqual(names.map((name) => [name, 'as-defined']));
  });

  it('is the same done by several at once', async () => {
    const topic = definition(`test-${randomUUID()}`);
    await Promise.all([applyTopics(kafka, [topic]), applyTopics(kafka, [topic]), applyTopics(kafka, [topic])]);
    expect(await applyTopics(kafka, [topic])).toMatchObject([{ outcome: 'as-defined' }]);
  });

  it('tells what differs, and changes it only when told to', async () => {
    const name = `test-${randomUUID()}`;
    await applyTopics(kafka, [definition(name)]);
    const other = definition(name, { partitions: 4, retentionMs: 7_200_000 });
    const differences = [
      { setting: 'partitions', wanted: '4', found: '2' },
      { setting: 'retention.ms', wanted: '7200000', found: '3600000' },
    ];
    expect(await applyTopics(kafka, [other])).toEqual([{ topic: name, outcome: 'differs', differences }]);
    expect(await applyTopics(kafka, [definition(name)])).toMatchObject([{ outcome: 'as-defined' }]);
    const told = await applyTopics(kafka, [other], { allowChanges: true });
    expect(told).toEqual([{ topic: name, outcome: 'changed', differences }]);
    await expect.poll(() => applyTopics(kafka, [other])).toMatchObject([{ outcome: 'as-defined' }]);
  });

  it('keeps what others have set on the topic, and never takes partitions away', async () => {
    const name = `test-${randomUUID()}`;
    await applyTopics(kafka, [definition(name)]);
    const admin = kafkaClient(kafka).admin();
    await admin.connect();
    const type = ConfigResourceTypes.TOPIC;
    const configEntries = [
      { name: 'max.message.bytes', value: '2000000' },
      { name: 'retention.ms', value: '3600000' },
      { name: 'cleanup.policy', value: 'delete' },
    ];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
    await applyTopics(kafka, [definition(name, { retentionMs: 60_000 })], { allowChanges: true });
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type, name }] });
    await admin.disconnect();
    expect(resources[0]?.configEntries).toContainEqual(
      expect.objectContaining({ configName: 'max.message.bytes', configValue: '2000000' }),
    );
    const fewer = definition(name, { partitions: 1, retentionMs: 60_000 });
    expect(await applyTopics(kafka, [fewer], { allowChanges: true })).toMatchObject([{ outcome: 'differs' }]);
  });
});
