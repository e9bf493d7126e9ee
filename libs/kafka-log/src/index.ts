export { grantAccess } from './kafka-access.js';
export {
  describeFlow,
  describeReaders,
  describeTopics,
  probeBrokers,
  type BrokerFacts,
  type ReaderFacts,
  type TopicFacts,
  type TopicFlow,
} from './kafka-inspection.js';
export { KafkaLog } from './kafka-log.js';
export type { KafkaOptions, KafkaSasl, KafkaTls } from './kafka-options.js';
export { applyTopics, type ApplyTopicsOptions, type TopicDifference, type TopicOutcome } from './kafka-topics.js';
