import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

import { containerOf, MAX_CGROUP_BYTES, sameContainer } from './cgroup.js';

/** Processes that are looked at; a host with more is read in part. */
const MAX_PROCESSES = 131_072;
/** Descriptors of one process that are looked at. */
const MAX_DESCRIPTORS = 16_384;

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** The process that traces it, 0 for none. */
  readonly tracer: number;
  /** Its id in the innermost pid namespace: 1 is the init of a container. */
  readonly innerPid: number;
  readonly containerId: string | undefined;
}

/** The processes that `/proc` shows; those that end while it is read are left out. */
export async function listProcesses(root = '/proc'): Promise<ProcessEntry[]> {
  const names = await readdir(root);
  const pids = names.filter((name) => /^\d{1,10}$/.test(name)).slice(0, MAX_PROCESSES);
  const entries: ProcessEntry[] = [];
  for (const name of pids) {
    const [status, cgroup] = await Promise.all([text(join(root, name, 'status')), text(join(root, name, 'cgroup'))]);
    // A process that has ended and waits for its parent can be traced by nobody.
    if (status === undefined || field(status, 'State').startsWith('Z')) continue;
    const inner = field(status, 'NSpid').split(/\s+/).at(-1);
    entries.push({
      pid: Number(name),
      parent: Number(field(status, 'PPid')),
      tracer: Number(field(status, 'TracerPid')),
      innerPid: Number(inner === undefined || inner === '' ? name : inner),
      containerId: containerOf(cgroup ?? '')?.id,
    });
  }
  return entries.sort((a, b) => a.pid - b.pid);
}

/** The threads of a process, none where it has ended. */
export async function threadsOf(pid: number, root = '/proc'): Promise<number[]> {
  try {
    return (await readdir(join(root, String(pid), 'task'))).map(Number);
  } catch {
    return [];
  }
}

/** The descriptors of a process, and which of them are sockets; none where the process has ended or may not be looked at. */
export async function descriptorsOf(pid: number, root = '/proc'): Promise<[fd: number, socket: boolean][]> {
  const folder = join(root, String(pid), 'fd');
  const names = await readdir(folder).catch(() => []);
  const found: [number, boolean][] = [];
  for (const name of names.slice(0, MAX_DESCRIPTORS)) {
    const target = await readlink(join(folder, name)).catch(() => undefined);
    if (target !== undefined) found.push([Number(name), target.startsWith('socket:')]);
  }
  return found;
}

/** `pid` and all that it begot, in the order of ids. */
export function treeOf(processes: readonly ProcessEntry[], pid: number): ProcessEntry[] {
  const inTree = new Set([pid]);
  // A child may have a smaller id than its parent, once ids have wrapped: repeat until nothing is added.
  for (let before = 0; before !== inTree.size;) {
    before = inTree.size;
    for (const process of processes) if (inTree.has(process.parent)) inTree.add(process.pid);
  }
  return processes.filter((process) => inTree.has(process.pid));
}

/** The processes of a container, its init first. `container` is an id, whole or at least its first 12 digits. */
export function containerProcesses(processes: readonly ProcessEntry[], container: string): ProcessEntry[] {
  const members = processes.filter(
    ({ containerId }) => containerId !== undefined && sameContainer(containerId, container),
  );
  const pids = new Set(members.map(({ pid }) => pid));
  const rank = (process: ProcessEntry) => (process.innerPid === 1 ? 0 : pids.has(process.parent) ? 2 : 1);
  return members.sort((a, b) => rank(a) - rank(b) || a.pid - b.pid);
}

function field(status: string, name: string): string {
  const start = status.indexOf(`\n${name}:`);
  if (start < 0) return '';
  const end = status.indexOf('\n', start + 1);
  return status.slice(start + name.length + 2, end < 0 ? undefined : end).trim();
}

async function text(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path)).subarray(0, MAX_CGROUP_BYTES).toString('latin1');
  } catch {
    return undefined;
  }
}
