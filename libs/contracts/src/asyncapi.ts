import { publishedSchemas, type JsonSchema, type PublishedName } from './asyncapi-schemas.js';
import { cleanupOf, TOPICS, type TopicDefinition } from './topics.js';

type Json = Readonly<Record<string, unknown>>;

/** Version of the Kafka binding that the document uses. */
const BINDING = '0.5.0';

interface TopicDescription {
  readonly topic: TopicDefinition;
  readonly summary: string;
  /** The JSON of a record; undefined for Protobuf. */
  readonly schema: PublishedName | undefined;
  /** A second kind of record, told apart by its headers. */
  readonly also?: { readonly name: string; readonly summary: string; readonly schema: PublishedName };
  readonly writtenBy: string;
  /** Consumer groups of Plimsoll's own that read it. */
  readonly readBy: readonly string[];
}

type Kind = Pick<TopicDescription, 'summary' | 'schema'> & { readonly name: string };

const DESCRIPTIONS: readonly TopicDescription[] = [
  {
    topic: TOPICS.syscalls,
    summary:
      'A batch of system calls of one container, in columns; see syscalls.proto. With the header plimsoll-progress: how far a source has come, as JSON',
    schema: undefined,
    writtenBy: 'collector',
    readBy: ['sequence-detector', 'frequency-detector'],
  },
  {
    topic: TOPICS.logs,
    summary:
      'One normalised log event: a Kubernetes audit event, a web request, an SQL statement, what a program did, or a gap. With the header plimsoll-progress: how far a source has come',
    schema: 'log-event',
    writtenBy: 'collector',
    readBy: ['log-detector'],
  },
  {
    topic: TOPICS.verdicts,
    summary: "One detector's verdict on one window, a minute of unremarkable ones, or how far a detector has come",
    schema: 'verdict',
    writtenBy: 'sequence-detector, frequency-detector, log-detector',
    readBy: ['alert-service', 'profile-watch'],
  },
  {
    topic: TOPICS.alerts,
    summary: 'Incidents: create, update, close, and what people decide about them',
    schema: 'alert',
    also: {
      name: 'watch',
      summary: 'By the headers io.plimsoll.watch.lost and .regained: a workload that is heard no more, or again',
      schema: 'watch-event',
    },
    writtenBy: 'alert-service',
    readBy: ['alert-service-incidents', 'alert-service-webhook-NAME'],
  },
  {
    topic: TOPICS.incidents,
    summary: 'All that is known of an incident that is over or was decided about: what a lost store is rebuilt from',
    schema: 'incident',
    writtenBy: 'alert-service',
    readBy: ['alert-service-snapshots'],
  },
  {
    topic: TOPICS.profiles,
    summary: 'Which profile versions are active, and how they fit what is seen live',
    schema: 'profiles-message',
    writtenBy: 'whoever changes it, and alert-service',
    readBy: ['profile-reports'],
  },
  {
    topic: TOPICS.deadLetters,
    summary: 'Records that could not be used, with where they came from and why',
    schema: 'dead-letter',
    writtenBy: 'any service',
    readBy: [],
  },
];

/** The AsyncAPI 3.1 document of all topics: `docs/asyncapi.yaml` is this, written down. */
export function asyncapiDocument(version: string): Json {
  const schemas = publishedSchemas();
  const used = DESCRIPTIONS.flatMap(({ schema, also }) => [schema ?? [], also?.schema ?? []].flat());
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Plimsoll',
      version,
      description:
        'Topics of Plimsoll. Anyone may read `alerts`; records of one key keep their order, and a record that comes ' +
        'again has the same `ce_id`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(DESCRIPTIONS.map((one) => [one.topic.name, channelOf(one)])),
    operations: Object.fromEntries(DESCRIPTIONS.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(
        DESCRIPTIONS.flatMap((one) => kindsOf(one).map((kind) => [kind.name, messageOf(one, kind)])),
      ),
      schemas: Object.fromEntries(
        [...used, 'alert-headers' as const].map((name) => [name, withoutDialect(schemas[name])]),
      ),
    },
  };
}

/** The kinds of record of a topic; the first has the topic's name. */
function kindsOf({ topic, summary, schema, also }: TopicDescription): Kind[] {
  return [{ name: topic.name, summary, schema }, ...(also === undefined ? [] : [also])];
}

function channelOf(one: TopicDescription): Json {
  const { topic, summary, writtenBy } = one;
  return {
    address: topic.name,
    summary,
    description: `Written by ${writtenBy}. Key: ${topic.key}.`,
    messages: Object.fromEntries(kindsOf(one).map(({ name }) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: {
      kafka: {
        topic: topic.name,
        partitions: topic.partitions,
        topicConfiguration: {
          'cleanup.policy': cleanupOf(topic),
          'retention.ms': topic.retentionMs,
        },
        bindingVersion: BINDING,
      },
    },
  };
}

function messageOf({ topic }: TopicDescription, { name, summary, schema }: Kind): Json {
  return {
    name,
    summary,
    contentType: schema === undefined ? 'application/x-protobuf' : 'application/json',
    ...(topic === TOPICS.alerts ? { headers: { $ref: '#/components/schemas/alert-headers' } } : {}),
    payload:
      schema === undefined
        ? { type: 'string', format: 'binary', description: 'plimsoll.v1.SyscallBatch of syscalls.proto' }
        : { $ref: `#/components/schemas/${schema}` },
    bindings: {
      kafka: { key: { type: 'string', description: topic.key }, bindingVersion: BINDING },
    },
  };
}

function operationsOf(one: TopicDescription): [string, Json][] {
  const { topic, writtenBy, readBy } = one;
  const channel = { $ref: `#/channels/${topic.name}` };
  const messages = kindsOf(one).map(({ name }) => ({ $ref: `#/channels/${topic.name}/messages/${name}` }));
  const name = topic.name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  const groupId = readBy.length === 0 ? { type: 'string' } : { type: 'string', enum: readBy };
  return [
    [`write${capital}`, { action: 'send', channel, messages, summary: `By ${writtenBy}` }],
    [
      `read${capital}`,
      {
        action: 'receive',
        channel,
        messages,
        summary:
          readBy.length === 0 ? 'By whoever wants to know' : `By ${readBy.join(', ')}, and whoever wants to know`,
        bindings: { kafka: { groupId, bindingVersion: BINDING } },
      },
    ],
  ];
}

function withoutDialect({ $schema: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}
