import { TOPICS, type TopicName } from './topics.js';

/** What one service may do in Kafka; whatever is not named it may not. */
export interface TopicAccess {
  /** The service, and its user in Kafka. */
  readonly service: string;
  readonly reads: readonly TopicName[];
  readonly writes: readonly TopicName[];
  /** Beginnings of the names of its consumer groups. */
  readonly groups: readonly string[];
}

const { syscalls, logs, verdicts, alerts, incidents, profiles, deadLetters } = TOPICS;

function detector(service: string, reads: TopicName): TopicAccess {
  return { service, reads: [reads], writes: [verdicts.name, deadLetters.name], groups: [service] };
}

/** Only detectors write verdicts, and only the alert service writes alerts. Topics are made by an administrator. */
export const TOPIC_ACCESS: readonly TopicAccess[] = [
  { service: 'collector', reads: [], writes: [syscalls.name, logs.name, deadLetters.name], groups: [] },
  detector('sequence-detector', syscalls.name),
  detector('frequency-detector', syscalls.name),
  detector('log-detector', logs.name),
  {
    service: 'alert-service',
    reads: [verdicts.name, alerts.name, incidents.name, profiles.name, deadLetters.name],
    writes: [alerts.name, incidents.name, profiles.name, deadLetters.name],
    groups: ['alert-service', 'profile-watch', 'profile-reports'],
  },
];
