/** A container as its cgroup names it. */
export interface ContainerIdentity {
  /** 64 hexadecimal digits, or Fargate's shorter form. */
  readonly id: string;
  readonly runtime: 'docker' | 'containerd' | 'cri-o' | 'podman' | 'unknown';
  /** The Kubernetes pod's uid, with hyphens. */
  readonly podUid: string | undefined;
}

/** Longest `/proc/PID/cgroup` that is read. */
export const MAX_CGROUP_BYTES = 65_536;
const MAX_PATH = 4_096;

/** A container's id in one part of a cgroup's path: alone, or with the runtime's word before it and `.scope` behind. */
const SCOPE =
  /(?:^|[-:])(?:(docker|cri-containerd|nerdctl|crio|libpod)[-:])?([0-9a-f]{64}|[0-9a-f]{32}-\d{9,10})(?:\.scope)?$/;
const POD = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/;

const RUNTIMES: Readonly<Record<string, ContainerIdentity['runtime']>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
};

/**
 * The container in the text of `/proc/PID/cgroup`, of version 1 (a line for each controller) and 2 (one line), as
 * docker, containerd, CRI-O and podman write it, with systemd's slices and without; undefined for a process of the
 * host. Of containers within containers it is the innermost. A container that has a cgroup namespace of its own shows
 * no id to those inside it.
 */
export function containerOf(cgroup: string): ContainerIdentity | undefined {
  for (const line of cgroup.slice(0, MAX_CGROUP_BYTES).split('\n')) {
    const path = /^\d{1,10}:[^:]{0,256}:(.*)$/.exec(line)?.[1];
    const found = path === undefined || path.length > MAX_PATH ? undefined : inPath(path);
    if (found) return found;
  }
  return undefined;
}

function inPath(path: string): ContainerIdentity | undefined {
  const parts = path.split('/');
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i]!;
    // conmon watches the container from outside.
    if (part.includes('conmon')) return undefined;
    const match = SCOPE.exec(part);
    if (!match) continue;
    const [, word, id = ''] = match;
    const runtime =
      word === undefined
        ? runtimeByParent(parts[i - 1] ?? '')
        : Object.hasOwn(RUNTIMES, word)
          ? RUNTIMES[word]!
          : 'unknown';
    return { id, runtime, podUid: POD.exec(path)?.[1]?.replaceAll('_', '-') };
  }
  return undefined;
}

function runtimeByParent(parent: string): ContainerIdentity['runtime'] {
  if (parent === 'docker') return 'docker';
  if (parent === 'libpod_parent') return 'podman';
  return parent === 'k8s.io' || parent === 'default' || parent === 'moby' ? 'containerd' : 'unknown';
}

/** Whether two ways to write a container's id mean the same one: without scheme, by their first 12 digits. */
export function sameContainer(a: string, b: string): boolean {
  const [left, right] = [shortId(a), shortId(b)];
  return left.length === 12 && left === right;
}

function shortId(id: string): string {
  const scheme = id.indexOf('://');
  return id.slice(scheme < 0 ? 0 : scheme + 3).slice(0, 12);
}
