import { cleanupOf, PlimsollError, type TopicDefinition } from '@plimsoll/contracts';
import { systemClock } from '@plimsoll/streaming';
import kafkajs, { type Admin } from 'kafkajs';

import { kafkaClient } from './kafka-client.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaOptions } from './kafka-options.js';

// CommonJS: Node finds these two by the default export alone.
const { ConfigResourceTypes, ConfigSource } = kafkajs;

/** Kafka's settings of a topic that are brought to what is defined. */
const TOPIC_SETTINGS = ['retention.ms', 'cleanup.policy', 'compression.type'] as const;
type TopicSetting = (typeof TOPIC_SETTINGS)[number];

/** One way in which a topic is not as defined. */
export interface TopicDifference {
  readonly setting: 'partitions' | TopicSetting;
  readonly wanted: string;
  readonly found: string;
}

/** What became of one topic. `differs`: it was left as it is. */
export interface TopicOutcome {
  readonly topic: string;
  readonly outcome: 'created' | 'as-defined' | 'changed' | 'differs';
  readonly differences: readonly TopicDifference[];
}

export interface ApplyTopicsOptions {
  /**
   * Whether topics that exist may be changed: retention, compaction, compression, and more partitions, after which keys lie
   * elsewhere and their windows begin anew. Fewer partitions are refused in any case. Default false.
   */
  readonly allowChanges?: boolean;
  /** Replicas of a new topic; -1, the default, is the brokers' own choice. */
  readonly replicationFactor?: number;
}

/**
 * Makes the topics as defined: creates what is missing, and changes what exists only where told to. Doing it again, or
 * from several processes at once, changes nothing more. Throws `unavailable` where Kafka does not answer.
 */
export async function applyTopics(
  kafka: KafkaOptions,
  definitions: readonly TopicDefinition[],
  options: ApplyTopicsOptions = {},
): Promise<readonly TopicOutcome[]> {
  const admin = kafkaClient(kafka).admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = definitions.filter(({ name }) => !existing.has(name));
    await create(admin, missing, options.replicationFactor ?? -1);
    const created = missing.map(({ name }): TopicOutcome => ({ topic: name, outcome: 'created', differences: [] }));
    const known: TopicOutcome[] = [];
    for (const definition of definitions.filter(({ name }) => existing.has(name))) {
      known.push(await settle(admin, definition, options.allowChanges ?? false));
    }
    const outcomes = new Map([...created, ...known].map((outcome) => [outcome.topic, outcome]));
    return definitions.map(({ name }) => outcomes.get(name)!);
  } catch (error) {
    throw kafkaError(error, 'apply the topics');
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, definitions: readonly TopicDefinition[], replicationFactor: number): Promise<void> {
  if (definitions.length === 0) return;
  // Another process may create them in this moment: kafkajs reports that as false, and nothing is to be done then.
  await admin.createTopics({
    // `untilLed` waits: kafkajs gives up where a broker asked does not know of the topic yet.
    waitForLeaders: false,
    topics: definitions.map((definition) => ({
      topic: definition.name,
      numPartitions: definition.partitions,
      replicationFactor,
      configEntries: Object.entries(configOf(definition)).map(([name, value]) => ({ name, value })),
    })),
  });
  for (const { name, partitions } of definitions) await untilLed(admin, name, partitions);
}

/** Waits until every partition's leader answers: the metadata name leaders before they know of it themselves. */
async function untilLed(admin: Admin, topic: string, partitions: number): Promise<void> {
  for (const endMs = Date.now() + LEADERS_WAIT_MS; ;) {
    try {
      const led = await admin.fetchTopicOffsets(topic);
      if (led.length >= partitions || Date.now() > endMs) return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
    await systemClock.sleep(100);
  }
}

async function settle(admin: Admin, definition: TopicDefinition, allowChanges: boolean): Promise<TopicOutcome> {
  const { name: topic, partitions } = definition;
  const found = await describeTopic(admin, topic);
  const wanted = configOf(definition);
  const differences: TopicDifference[] = [];
  if (found.partitions !== partitions) {
    differences.push({ setting: 'partitions', wanted: String(partitions), found: String(found.partitions) });
  }
  for (const setting of TOPIC_SETTINGS) {
    const value = found.config[setting] ?? '';
    if (value !== wanted[setting]) differences.push({ setting, wanted: wanted[setting], found: value });
  }
  if (differences.length === 0) return { topic, outcome: 'as-defined', differences };
  if (!allowChanges || found.partitions > partitions) return { topic, outcome: 'differs', differences };
  if (found.partitions < partitions) {
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
    await untilLed(admin, topic, partitions);
  }
  if (differences.some(({ setting }) => setting !== 'partitions')) {
    // Kafka's call replaces every setting of the topic, so those that others have set go along.
    const entries = { ...found.own, ...wanted };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  }
  return { topic, outcome: 'changed', differences };
}

const LEADERS_WAIT_MS = 10_000;

export interface FoundTopic {
  readonly partitions: number;
  /** Every setting as it applies. */
  readonly config: Readonly<Record<string, string>>;
  /** Settings made for this topic alone. */
  readonly own: Readonly<Record<string, string>>;
}

/** Where a setting comes from, in Kafka's numbering. */
const SET_FOR_TOPIC = ConfigSource.TOPIC_CONFIG;

/** How a topic that exists is set. */
export async function describeTopic(admin: Admin, topic: string): Promise<FoundTopic> {
  const [metadata, configs] = await Promise.all([
    admin.fetchTopicMetadata({ topics: [topic] }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    }),
  ]);
  const entries = configs.resources[0]?.configEntries;
  const partitions = metadata.topics[0]?.partitions.length;
  if (entries === undefined || partitions === undefined) {
    throw new PlimsollError('unavailable', `Kafka does not describe ${topic} yet`);
  }
  const pairs = entries.map(({ configName, configValue }) => [configName, configValue]);
  const own = entries.filter(({ configSource }) => configSource === SET_FOR_TOPIC);
  return {
    partitions,
    config: Object.fromEntries(pairs) as Record<string, string>,
    own: Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue])),
  };
}

function configOf(definition: TopicDefinition): Record<TopicSetting, string> {
  return {
    'retention.ms': String(definition.retentionMs),
    'cleanup.policy': cleanupOf(definition).join(','),
    // As published: a broker's default would have every batch packed there and unpacked by each reader.
    'compression.type': 'producer',
  };
}
