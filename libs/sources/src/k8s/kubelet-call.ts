/** Parts of a kubelet's own API that run something on its node, and those that show what runs there. */
const RUNS = new Set(['run', 'exec', 'attach', 'portForward', 'cri', 'checkpoint', 'debug']);
const READS = new Set(['containerLogs', 'logs', 'pods', 'runningpods', 'configz']);

export type KubeletCall = 'runs' | 'reads' | 'other';

/** What a request through a node's proxy (`/api/v1/nodes/NODE/proxy/…`) asks of the kubelet: metrics and health are `other`. */
export function kubeletCall(uri: string): KubeletCall {
  const path = /\/nodes\/[^/?]{1,300}\/proxy\/{0,8}([^/?]{0,64})/.exec(uri)?.[1] ?? '';
  const call = decoded(path);
  return RUNS.has(call) ? 'runs' : READS.has(call) ? 'reads' : 'other';
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
