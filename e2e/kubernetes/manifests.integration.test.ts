import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { TOPICS } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { ROOT } from '../root.js';
import { OVERLAYS, rendered, renderedText, sourcesDigest, type Manifest, type PodSpec } from './manifests.js';

/** Of operators, whose schemas a cluster has only with them: `check-cluster.mjs` asks a real API server. */
const OF_OPERATORS = /^(keda\.sh|monitoring\.coreos\.com)\//;
const DOCUMENTED = ['configuration.md', 'kubernetes.md']
  .map((name) => join(ROOT, 'docs', name))
  .filter((path) => existsSync(path))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

interface Model {
  validate(): void;
}

async function validate(manifest: Manifest): Promise<void> {
  const { apiVersion, kind } = manifest;
  // A name in a variable: who has not installed anew since can still check the types.
  const library: string = `kubernetes-models/${apiVersion}/${kind}`;
  const models = (await import(library)) as Record<string, new (of: Manifest) => Model>;
  new models[kind]!(manifest).validate();
}

const podOf = ({ spec }: Manifest): PodSpec | undefined => spec?.template?.spec;
const ours = (pod: PodSpec): boolean => pod.containers.some(({ image }) => image.includes('plimsoll'));

describe.each(OVERLAYS)('%s', (overlay) => {
  it('was rendered from what stands in the repository (node e2e/kubernetes/render.mjs)', () => {
    expect(renderedText(overlay).split('\n', 1)[0]).toContain(`sources: ${sourcesDigest()}`);
  });

  it('holds what the published schemas allow', async () => {
    const manifests = rendered(overlay);
    expect(manifests.length).toBeGreaterThan(1);
    for (const manifest of manifests.filter(({ apiVersion }) => !OF_OPERATORS.test(apiVersion))) {
      await validate(manifest).catch((error: unknown) => {
        throw new Error(`${manifest.kind} ${manifest.metadata.name}`, { cause: error });
      });
    }
  });

  it('runs programs that exist, with documented settings', () => {
    for (const manifest of rendered(overlay)) {
      const pod = podOf(manifest);
      if (pod === undefined || !ours(pod)) continue;
      for (const container of pod.containers.filter(({ image }) => image.includes('plimsoll'))) {
        const program = /apps\/[a-z-]+\/(?:dist\/main|bin\/plimsoll)\.js/.exec(container.args?.join(' ') ?? '')?.[0];
        const source = program?.replace('dist/main.js', 'src/main.ts') ?? 'no program';
        expect(existsSync(join(ROOT, source)), source).toBe(true);
        for (const { name } of container.env ?? []) expect(DOCUMENTED).toContain(name.replace(/_FILE$/, ''));
        if (manifest.kind !== 'Job') {
          expect(container.livenessProbe?.httpGet?.path).toBe('/health/live');
          expect(container.readinessProbe?.httpGet?.path).toBe('/health/ready');
        }
      }
    }
  });
});

describe('the overlays of a cluster', () => {
  it.each(['overlays/minikube', 'overlays/production'])('%s: no service has a token, none is unbounded', (overlay) => {
    const manifests = rendered(overlay);
    const pods = manifests.flatMap((manifest) => podOf(manifest) ?? []);
    expect(pods.length).toBeGreaterThanOrEqual(7);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { resources } of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(Object.keys(resources?.limits ?? {})).toEqual(expect.arrayContaining(['cpu', 'memory']));
      }
    }
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const shared = manifests.filter((manifest) => podOf(manifest)?.volumes?.some(({ hostPath }) => hostPath));
    expect(shared.map(({ metadata }) => metadata.namespace)).toEqual(['plimsoll-sensors']);
  });

  it('scales each detector by the topic that it reads, up to its partitions', () => {
    const scaled = rendered('overlays/production').filter(({ kind }) => kind === 'ScaledObject');
    const read = scaled.map(({ metadata, spec }) => [metadata.name, spec?.triggers?.[0]?.metadata['topic']]);
    expect(Object.fromEntries(read)).toEqual({
      'sequence-detector': TOPICS.syscalls.name,
      'frequency-detector': TOPICS.syscalls.name,
      'log-detector': TOPICS.logs.name,
    });
    for (const { spec } of scaled) {
      expect((spec as { maxReplicaCount?: number }).maxReplicaCount).toBe(TOPICS.syscalls.partitions);
    }
  });

  it('keeps settings apart from the code: every setting is documented', () => {
    for (const { kind, metadata, data } of rendered('overlays/production')) {
      if (kind !== 'ConfigMap' || !metadata.name.startsWith('plimsoll-settings')) continue;
      for (const name of Object.keys(data ?? {})) if (name !== 'NODE_OPTIONS') expect(DOCUMENTED).toContain(name);
    }
  });
});
