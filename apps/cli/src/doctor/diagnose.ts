import { certificateFindings } from './certificate-findings.js';
import {
  brokerFindings,
  producerClockFindings,
  readerFindings,
  sourceFindings,
  topicFindings,
} from './kafka-findings.js';
import { profileFindings, workloadFindings } from './profile-findings.js';
import { redisAway, redisClockFindings, redisFindings } from './redis-findings.js';
import { AREAS, type Area, type Finding, type Looked, type SetUp, type Unseen } from './set-up.js';

export interface Diagnosis {
  /** By area, in the order of `AREAS`. */
  readonly findings: readonly Finding[];
  readonly unseen: readonly Unseen[];
}

/** What is wrong with a set-up, and what could not be looked at. */
export function diagnose({
  brokers,
  certificates,
  topics,
  readers,
  flow,
  redis,
  profiles,
  workloads,
}: SetUp): Diagnosis {
  // That it has expired says all of why its TLS fails.
  const expired = certificates.filter(({ leftMs }) => leftMs <= 0);
  const hasExpired = (area: Area, address?: string): boolean =>
    expired.some((one) => one.area === area && (address === undefined || one.address === address));
  const findings = [
    ...brokerFindings(brokers.filter(({ address }) => !hasExpired('brokers', address))),
    ...certificateFindings(certificates),
    ...findingsIn(topics, topicFindings),
    ...findingsIn(readers, readerFindings),
    ...findingsIn(flow, sourceFindings),
    ...('found' in redis ? redisFindings(redis.found) : hasExpired('redis') ? [] : [redisAway(redis.why)]),
    ...findingsIn(flow, producerClockFindings),
    ...findingsIn(redis, redisClockFindings),
    ...findingsIn(profiles, profileFindings),
    ...(workloads === undefined
      ? []
      : findingsIn(workloads, (heard) => workloadFindings(heard, 'found' in profiles ? profiles.found : undefined))),
  ];
  const order = (finding: Finding): number => AREAS.indexOf(finding.area);
  return {
    findings: findings.sort((a, b) => order(a) - order(b)),
    unseen: [
      ...unseen('topics', topics),
      ...unseen('consumer groups', readers),
      ...unseen('sources', flow),
      ...unseen('clocks', redis),
      ...unseen('clocks', flow),
      ...unseen('profiles', profiles),
      ...(workloads === undefined ? [] : unseen('workloads', workloads)),
    ],
  };
}

/** 0: healthy. 1: something is wrong. 2: nothing wrong was found, but not everything could be looked at. */
export function exitCodeOf({ findings, unseen }: Diagnosis): 0 | 1 | 2 {
  if (findings.length > 0) return 1;
  return unseen.length > 0 ? 2 : 0;
}

function findingsIn<T>(looked: Looked<T>, findingsOf: (found: T) => Finding[]): Finding[] {
  return 'found' in looked ? findingsOf(looked.found) : [];
}

function unseen<T>(area: Area, looked: Looked<T>): Unseen[] {
  return 'why' in looked ? [{ area, why: looked.why }] : [];
}
