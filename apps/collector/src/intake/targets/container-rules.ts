import type { ItemContainer, Where } from '@plimsoll/contracts';
import { z } from 'zod';

/** What is known of one container: what its source tells, and what its engine or cluster does. */
export interface ContainerFacts extends ItemContainer {
  readonly labels?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const Pattern = z.string().min(1).max(256);

/** Whose a container is, by how it is called; `*` stands for any run of characters. What is left out always fits. */
export const ContainerRule = z
  .object({
    container: Pattern.optional(),
    name: Pattern.optional(),
    image: Pattern.optional(),
    namespace: Pattern.optional(),
    pod: Pattern.optional(),
    labels: z.record(z.string().max(256), Pattern).optional(),
    application: z.string().min(1).max(256).optional(),
    workload: z.string().min(1).max(256).optional(),
  })
  .strict();
export type ContainerRule = z.infer<typeof ContainerRule>;

/** Labels and variables that say where a container belongs, the most telling first. */
const APPLICATION_LABELS = [
  'plimsoll.application',
  'app.kubernetes.io/part-of',
  'com.docker.compose.project',
  'com.docker.stack.namespace',
];
const WORKLOAD_LABELS = [
  'plimsoll.workload',
  'app.kubernetes.io/name',
  'com.docker.compose.service',
  'com.docker.swarm.service.name',
  'app',
];
const APPLICATION_VARIABLE = 'PLIMSOLL_APPLICATION';
const WORKLOAD_VARIABLE = 'PLIMSOLL_WORKLOAD';

/**
 * Where a container belongs. For application and for workload apart, the first that says something: the first rule that
 * fits, labels, environment; then for the workload the controller, the pod's name without its random ends, the
 * container's name, and for the application the namespace, then `fallback`.
 */
export function whereOfContainer(
  facts: ContainerFacts,
  rules: readonly ContainerRule[],
  fallback: Pick<Where, 'application' | 'workload'>,
): Where {
  const fitting = rules.filter((rule) => fits(rule, facts));
  const ruled = (field: 'application' | 'workload'): string | undefined =>
    fitting.find((rule) => rule[field] !== undefined)?.[field];
  const application =
    ruled('application') ??
    labelled(facts, APPLICATION_LABELS) ??
    facts.environment?.[APPLICATION_VARIABLE] ??
    facts.namespace ??
    fallback.application;
  const workload =
    ruled('workload') ??
    labelled(facts, WORKLOAD_LABELS) ??
    facts.environment?.[WORKLOAD_VARIABLE] ??
    facts.workload ??
    (facts.pod === undefined ? undefined : podOwner(facts.pod)) ??
    facts.name ??
    fallback.workload;
  return { application: cut(application), workload: cut(workload), container: cut(facts.container) };
}

/** `web-7d9f8b6c5d-x2x4z` and `web-x2x4z` are `web`'s; `db-0` is `db`'s. */
export function podOwner(pod: string): string {
  const owner = /^(.{1,200}?)(?:-[bcdf-hj-np-tv-z2-9]{6,10})?-(?:[bcdf-hj-np-tv-z2-9]{5}|\d{1,4})$/.exec(pod)?.[1];
  return owner ?? pod;
}

function labelled({ labels }: ContainerFacts, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = labels?.[name];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function fits(rule: ContainerRule, facts: ContainerFacts): boolean {
  const { labels, container, name, image, namespace, pod } = rule;
  const wanted: [string | undefined, string | undefined][] = [
    [container, facts.container],
    [name, facts.name],
    [image, facts.image],
    [namespace, facts.namespace],
    [pod, facts.pod],
    ...Object.entries(labels ?? {}).map(([label, pattern]): [string, string | undefined] => [
      pattern,
      facts.labels?.[label],
    ]),
  ];
  return wanted.every(
    ([pattern, value]) => pattern === undefined || (value !== undefined && matchesPattern(pattern, value)),
  );
}

/** `*` stands for any run of characters; no expression is built, so the cost is the product of the lengths at most. */
export function matchesPattern(pattern: string, value: string): boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return pattern === value;
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function cut(name: string): string {
  return name.slice(0, 256) || 'unknown';
}
