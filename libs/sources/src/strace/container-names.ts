import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_CONTAINERS = 4_096;
const MAX_FILE_BYTES = 4_194_304;

/**
 * The id of the container of that name, from the files that the runtimes keep on their host (readable for root alone):
 * docker's and podman's own state, and for Kubernetes the names of `/var/log/containers`
 * (`POD_NAMESPACE_CONTAINER-ID.log`), where a pod's or a container's name will do. Undefined where none has it.
 */
export async function containerByName(name: string, root = '/'): Promise<string | undefined> {
  return (await dockerName(name, root)) ?? (await podmanName(name, root)) ?? (await kubernetesName(name, root));
}

async function dockerName(name: string, root: string): Promise<string | undefined> {
  const folder = join(root, 'var/lib/docker/containers');
  for (const id of await entries(folder)) {
    const state = await json(join(folder, id, 'config.v2.json'));
    if (isRecord(state) && state['Name'] === `/${name}`) return id;
  }
  return undefined;
}

async function podmanName(name: string, root: string): Promise<string | undefined> {
  const list = await json(join(root, 'var/lib/containers/storage/overlay-containers/containers.json'));
  for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
    if (!isRecord(entry) || typeof entry['id'] !== 'string') continue;
    if (Array.isArray(entry['names']) && entry['names'].includes(name)) return entry['id'];
  }
  return undefined;
}

async function kubernetesName(name: string, root: string): Promise<string | undefined> {
  for (const file of await entries(join(root, 'var/log/containers'))) {
    const match = /^([^_]{1,253})_([^_]{1,63})_(.{1,63})-([0-9a-f]{64})\.log$/.exec(file);
    if (match && (match[1] === name || match[3] === name)) return match[4];
  }
  return undefined;
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).slice(0, MAX_CONTAINERS);
  } catch {
    return [];
  }
}

async function json(path: string): Promise<unknown> {
  try {
    const bytes = await readFile(path);
    return bytes.length > MAX_FILE_BYTES ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
