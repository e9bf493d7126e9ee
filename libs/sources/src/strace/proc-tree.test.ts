import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { containerByName } from './container-names.js';
import { containerProcesses, listProcesses, treeOf } from './proc-tree.js';

const ID = 'c0ffee'.padEnd(64, '0');
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plimsoll-proc-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function process(pid: number, parent: number, innerPid: number, container: string, state = 'S'): Promise<void> {
  await mkdir(join(root, String(pid)));
  const status = `Name:\tx\nState:\t${state} (sleeping)\nPPid:\t${parent}\nTracerPid:\t0\nNSpid:\t${pid}\t${innerPid}\n`;
  await writeFile(join(root, String(pid), 'status'), status);
  await writeFile(join(root, String(pid), 'cgroup'), `0::/system.slice/docker-${container}.scope\n`);
}

describe('processes', () => {
  it('are listed with their container, without those that have ended', async () => {
    await process(10, 1, 1, ID);
    await process(11, 10, 7, ID, 'Z');
    await mkdir(join(root, '12'));
    await mkdir(join(root, 'self'));
    expect(await listProcesses(root)).toEqual([{ pid: 10, parent: 1, tracer: 0, innerPid: 1, containerId: ID }]);
  });

  it('are a tree, also where ids have wrapped', async () => {
    await process(100, 1, 1, ID);
    await process(50, 100, 2, ID);
    await process(20, 50, 3, ID);
    await process(60, 1, 4, ID);
    expect(treeOf(await listProcesses(root), 100).map(({ pid }) => pid)).toEqual([20, 50, 100]);
  });

  it('are a container’s by its id, its init first', async () => {
    await process(5, 900, 30, ID);
    await process(40, 900, 1, ID);
    await process(41, 40, 2, ID);
    await process(42, 1, 2, 'd'.repeat(64));
    const processes = await listProcesses(root);
    expect(containerProcesses(processes, ID.slice(0, 12)).map(({ pid }) => pid)).toEqual([40, 5, 41]);
    expect(containerProcesses(processes, 'c0f')).toEqual([]);
  });
});

describe('names of containers', () => {
  it('are found in what docker, podman and the kubelet keep', async () => {
    const docker = join(root, 'var/lib/docker/containers', ID);
    await mkdir(docker, { recursive: true });
    await writeFile(join(docker, 'config.v2.json'), JSON.stringify({ Name: '/shop-db-1' }));
    const podman = join(root, 'var/lib/containers/storage/overlay-containers');
    await mkdir(podman, { recursive: true });
    await writeFile(join(podman, 'containers.json'), JSON.stringify([{ id: 'b'.repeat(64), names: ['web'] }, 7, null]));
    const logs = join(root, 'var/log/containers');
    await mkdir(logs, { recursive: true });
    await writeFile(join(logs, `api-7d9_shop_app-${'e'.repeat(64)}.log`), '');
    expect(await containerByName('shop-db-1', root)).toBe(ID);
    expect(await containerByName('web', root)).toBe('b'.repeat(64));
    expect(await containerByName('api-7d9', root)).toBe('e'.repeat(64));
    expect(await containerByName('app', root)).toBe('e'.repeat(64));
    expect(await containerByName('nobody', root)).toBeUndefined();
  });

  it('are found where docker was told to keep its data', async () => {
    for (const [folder, name] of [
      ['srv/docker', 'by-settings'],
      ['data/docker', 'by-argument'],
    ] as const) {
      await mkdir(join(root, folder, 'containers', ID), { recursive: true });
      await writeFile(join(root, folder, 'containers', ID, 'config.v2.json'), JSON.stringify({ Name: `/${name}` }));
    }
    await mkdir(join(root, 'etc/docker'), { recursive: true });
    await writeFile(join(root, 'etc/docker/daemon.json'), JSON.stringify({ 'data-root': '/srv/docker' }));
    await mkdir(join(root, 'proc/71'), { recursive: true });
    await writeFile(join(root, 'proc/71/cmdline'), '/usr/bin/dockerd\0--data-root\0/data/docker\0');
    expect(await containerByName('by-settings', root)).toBe(ID);
    expect(await containerByName('by-argument', root)).toBe(ID);
  });
});
