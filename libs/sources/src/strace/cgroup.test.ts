import { describe, expect, it } from 'vitest';

import { containerOf, sameContainer } from './cgroup.js';

const ID = '551e0a7f3c'.padEnd(64, '0123456789abcdef');
const POD = '7d2f1f1e-0c5a-4b8e-9d43-6a1f0f3c2b1a';
const SLICE = `kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice`;

describe('the container in /proc/PID/cgroup', () => {
  it.each([
    ['docker, version 1', `12:memory:/docker/${ID}\n11:cpu,cpuacct:/docker/${ID}`, 'docker', undefined],
    ['docker, version 2 with systemd', `0::/system.slice/docker-${ID}.scope`, 'docker', undefined],
    ['docker in docker', `0::/docker/${'a'.repeat(64)}/docker/${ID}`, 'docker', undefined],
    [
      'containerd, version 2',
      `0::/kubepods.slice/kubepods-burstable.slice/${SLICE}/cri-containerd-${ID}.scope`,
      'containerd',
      POD,
    ],
    ['containerd, version 1', `5:devices:/kubepods/burstable/pod${POD}/${ID}`, 'unknown', POD],
    [
      'containerd’s colons',
      `1:name=systemd:/system.slice/containerd.service/${SLICE}:cri-containerd:${ID}`,
      'containerd',
      POD,
    ],
    ['containerd by ctr', `0::/k8s.io/${ID}`, 'containerd', undefined],
    ['CRI-O', `0::/kubepods.slice/${SLICE}/crio-${ID}.scope`, 'cri-o', POD],
    [
      'podman of a user',
      `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`,
      'podman',
      undefined,
    ],
    ['podman with cgroupfs', `0::/libpod_parent/libpod-${ID}`, 'podman', undefined],
  ])('%s', (_, cgroup, runtime, podUid) => {
    expect(containerOf(cgroup)).toEqual({ id: ID, runtime, podUid });
  });

  it('of Fargate has a shorter id', () => {
    const id = `${'ab12'.repeat(8)}-1234567890`;
    expect(containerOf(`0::/ecs/${'ab12'.repeat(8)}/${id}`)?.id).toBe(id);
  });

  it.each([
    ['a process of the host', '0::/user.slice/user-1000.slice/session-2.scope'],
    ['the root', '0::/'],
    ['conmon, which watches from outside', `0::/machine.slice/libpod-conmon-${ID}.scope`],
    ['a name that only resembles an id', `0::/system.slice/x${ID}.service`],
    ['nothing', ''],
    ['nonsense', 'a:b\n::\n0::' + 'x'.repeat(100_000)],
  ])('%s has none', (_, cgroup) => {
    expect(containerOf(cgroup)).toBeUndefined();
  });
});

it('compares ids by their first twelve digits, without scheme', () => {
  expect(sameContainer(ID, ID.slice(0, 12))).toBe(true);
  expect(sameContainer(`containerd://${ID}`, ID.slice(0, 31))).toBe(true);
  expect(sameContainer(ID, 'a'.repeat(64))).toBe(false);
  expect(sameContainer('551e', '551e')).toBe(false);
});
