import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import { ROOT } from '../root.js';

/** What the tests look at of a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
    readonly selector?: { readonly matchLabels?: Record<string, string> };
    readonly triggers?: readonly { readonly metadata: Readonly<Record<string, string>> }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly livenessProbe?: { readonly httpGet?: { readonly path: string } };
  readonly readinessProbe?: { readonly httpGet?: { readonly path: string } };
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
}

export const KUBERNETES = join(ROOT, 'deploy', 'kubernetes');
export const OVERLAYS = ['overlays/minikube', 'overlays/production', 'sidecar'] as const;

export const RENDERED = join(KUBERNETES, 'rendered');

export function renderedName(overlay: string): string {
  return `${basename(overlay)}.yaml`;
}

/** The text of an overlay as `kubectl kustomize` rendered it. */
export function renderedText(overlay: string): string {
  return readFileSync(join(RENDERED, renderedName(overlay)), 'utf8');
}

export function rendered(overlay: string): readonly Manifest[] {
  return parseAllDocuments(renderedText(overlay)).map((document) => document.toJS() as Manifest);
}

/** Changes with every file that overlays are rendered from. */
export function sourcesDigest(): string {
  const files = readdirSync(KUBERNETES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== RENDERED)
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(KUBERNETES.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
