import type { TopicAccess } from '@plimsoll/contracts';
import kafkajs, { type AclEntry } from 'kafkajs';

import { kafkaClient } from './kafka-client.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaOptions } from './kafka-options.js';

// CommonJS: Node finds these by the default export alone.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/**
 * Lets the users named as services do what `access` says; doing it again changes nothing. Needs an administrator of a
 * Kafka with an authorizer: throws `bad-configuration` where it has none, or the user may not.
 */
export async function grantAccess(kafka: KafkaOptions, access: readonly TopicAccess[]): Promise<void> {
  const admin = kafkaClient(kafka).admin();
  try {
    await admin.connect();
    await admin.createAcls({ acl: access.flatMap(entriesOf) });
  } catch (error) {
    throw kafkaError(error, 'grant access');
  } finally {
    await admin.disconnect();
  }
}

function entriesOf({ service, reads, writes, groups }: TopicAccess): AclEntry[] {
  const allowed = { principal: `User:${service}`, host: '*', permissionType: AclPermissionTypes.ALLOW };
  const topic = { ...allowed, resourceType: AclResourceTypes.TOPIC, resourcePatternType: ResourcePatternTypes.LITERAL };
  const group = {
    ...allowed,
    resourceType: AclResourceTypes.GROUP,
    resourcePatternType: ResourcePatternTypes.PREFIXED,
  };
  return [
    ...reads.map((resourceName) => ({ ...topic, resourceName, operation: AclOperationTypes.READ })),
    ...writes.map((resourceName) => ({ ...topic, resourceName, operation: AclOperationTypes.WRITE })),
    ...groups.map((resourceName) => ({ ...group, resourceName, operation: AclOperationTypes.READ })),
  ];
}
