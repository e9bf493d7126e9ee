import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_CONTAINERS = 4_096;
const MAX_PROCESSES = 131_072;
const MAX_FILE_BYTES = 4_194_304;

/**
 * The id of the container of that name, from the files that the runtimes keep on their host (readable for root alone):
 * docker's (wherever it keeps its data) and podman's own state, and for Kubernetes the names of `/var/log/containers`
 * (`POD_NAMESPACE_CONTAINER-ID.log`), where a pod's or a container's name will do. Undefined where none has it.
 */
export async function containerByName(name: string, root = '/'): Promise<string | undefined> {
  return (await dockerName(name, root)) ?? (await podmanName(name, root)) ?? (await kubernetesName(name, root));
}

async function dockerName(name: string, root: string): Promise<string | undefined> {
  for (const data of new Set(['var/lib/docker', ...(await dockerFolders(root))])) {
    const folder = join(root, data, 'containers');
    for (const id of await entries(folder)) {
      const state = await json(join(folder, id, 'config.v2.json'));
      if (isRecord(state) && state['Name'] === `/${name}`) return id;
    }
  }
  return undefined;
}

/** Where docker was told to keep its data: by its file of settings, and by how it was started. */
async function dockerFolders(root: string): Promise<string[]> {
  const settings = await json(join(root, 'etc/docker/daemon.json'));
  const folders = isRecord(settings) && typeof settings['data-root'] === 'string' ? [settings['data-root']] : [];
  for (const pid of (await entries(join(root, 'proc'), MAX_PROCESSES)).filter((each) => /^\d{1,10}$/.test(each))) {
    const words = (await text(join(root, 'proc', pid, 'cmdline')))?.split('\0') ?? [];
    if (!/(?:^|\/)dockerd$/.test(words[0] ?? '')) continue;
    const at = words.findIndex((word) => /^--(?:data-root|graph)(?:=|$)|^-g$/.test(word));
    const folder = at < 0 ? undefined : (/=(.*)$/.exec(words[at]!)?.[1] ?? words[at + 1]);
    if (folder !== undefined && folder !== '') folders.push(folder);
  }
  return folders;
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

async function entries(folder: string, most = MAX_CONTAINERS): Promise<string[]> {
  try {
    return (await readdir(folder)).slice(0, most);
  } catch {
    return [];
  }
}

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse((await text(path)) ?? '');
  } catch {
    return undefined;
  }
}

async function text(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    return bytes.length > MAX_FILE_BYTES ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
