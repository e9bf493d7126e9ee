import { at, list, record, text, type JsonRecord } from './json-value.js';

/** HTTP status of the gRPC codes that Cloud Audit Logs write (google.rpc.Code). */
const STATUS: Readonly<Record<number, number>> = {
  0: 200, 1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400, 12: 501, 13: 500, 14: 503, 15: 500, 16: 401,
}; // prettier-ignore
/** `io.k8s.authorization.rbac.v1.clusterrolebindings.create`, `io.k8s.core.v1.pods.exec.create`. */
const METHOD = /^io\.k8s\.((?:[\w-]{1,128}\.){2,8})([a-z]{2,32})$/;
const VERSION = /^v\d{1,3}(?:(?:alpha|beta)\d{1,3})?$/;

/**
 * An event as GKE writes it to Cloud Audit Logs, in the form of the API server. Undefined where `raw` is no such entry.
 * What the cloud leaves out stays absent: groups, the URI (made from the resource's name), and the code of what was
 * allowed (200). A body stands at `request` and `response` where the log is of data access with its payloads.
 *
 * Source: google.cloud.audit.AuditLog; Google's "Kubernetes Engine audit logging".
 */
export function cloudAuditEvent(raw: JsonRecord): JsonRecord | undefined {
  const payload = record(raw['protoPayload']);
  if (payload?.['serviceName'] !== 'k8s.io') return undefined;
  const method = METHOD.exec(text(payload['methodName'], 512) ?? '');
  const resource = resourceOf(text(payload['resourceName'], 2_048) ?? '');
  if (!method || !resource) return undefined;
  const [, , verb = ''] = method;
  const user = record(payload['authenticationInfo']);
  const meta = record(payload['requestMetadata']);
  const code = at(payload, 'status', 'code');
  const request = payload['request'];
  const response = payload['response'];
  return {
    auditID: text(at(raw, 'operation', 'id'), 128) ?? text(raw['insertId'], 128) ?? '',
    stage: 'ResponseComplete',
    level: request === undefined ? 'Metadata' : response === undefined ? 'Request' : 'RequestResponse',
    verb,
    requestURI: resource.uri,
    user: { username: text(user?.['principalEmail'], 512) ?? text(user?.['principalSubject'], 512), groups: [] },
    sourceIPs: list([meta?.['callerIp']]),
    userAgent: meta?.['callerSuppliedUserAgent'],
    objectRef: resource.ref,
    responseStatus: { code: STATUS[typeof code === 'number' ? code : 0] ?? 500 },
    ...(request !== undefined && { requestObject: request }),
    ...(response !== undefined && { responseObject: response }),
    requestReceivedTimestamp: raw['timestamp'],
    stageTimestamp: raw['timestamp'],
    annotations: record(raw['labels']) ?? {},
  };
}

/** `core/v1/namespaces/default/pods/web/exec`, `rbac.authorization.k8s.io/v1/clusterroles/admin`. */
function resourceOf(name: string): { uri: string; ref: JsonRecord } | undefined {
  const parts = name.split('/');
  const [group = '', version = '', ...rest] = parts;
  if (!VERSION.test(version) || rest.length === 0) return undefined;
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource, object, ...below] = namespaced ? rest.slice(2) : rest;
  const namespace = namespaced ? rest[1] : undefined;
  const apiGroup = group === 'core' ? '' : group;
  return {
    uri: apiGroup === '' ? `/api/${version}/${rest.join('/')}` : `/apis/${name}`,
    ref: {
      resource,
      apiGroup,
      apiVersion: version,
      ...(namespace !== undefined && { namespace }),
      ...(object !== undefined && { name: object }),
      ...(below.length > 0 && { subresource: below.join('/') }),
    },
  };
}
