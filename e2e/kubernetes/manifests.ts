import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import { ROOT } from '../root.js';
import { runProgram } from '../servers/programs.js';

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

/** The manifests of a folder, as `kubectl kustomize` renders them; it asks no cluster. */
export async function rendered(folder: string): Promise<readonly Manifest[]> {
  const text = await runProgram('kubectl', ['kustomize', join(KUBERNETES, folder)]);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
