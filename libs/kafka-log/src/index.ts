export { KafkaLog } from './kafka-log.js';
export type { KafkaOptions, KafkaSasl, KafkaTls } from './kafka-options.js';
