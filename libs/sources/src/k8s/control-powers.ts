import type { K8sControl } from '@plimsoll/contracts';

import { requestSubject } from './certificate-request.js';
import { at, list, record, text, texts } from './json-value.js';
import { digestOf } from './script-features.js';

const MAX_ENTRIES = 64;
const MAX_TARGETS = 16;
const MAX_STEPS = 64;
const SYSTEM_NAMESPACE = { 'kubernetes.io/metadata.name': 'kube-system' } as const;

/** A write to what the control plane is run by. */
export interface ControlWrite {
  readonly resource: string;
  readonly object: string | undefined;
  readonly subresource: string | undefined;
  /** Who asks. */
  readonly user: string;
  readonly body: unknown;
}

/**
 * What a webhook configuration, an APIService or a certificate request lets happen, in stable words: which requests are
 * sent on to whom, which credential is asked for. Undefined for other resources. A JSON patch counts by what it puts in.
 */
export function controlOf(write: ControlWrite): K8sControl | undefined {
  const powers = new Set<string>();
  const targets = new Set<string>();
  const bodies = Array.isArray(write.body) ? patchedPieces(list(write.body)) : [write.body];
  for (const body of bodies) {
    switch (write.resource) {
      case 'mutatingwebhookconfigurations':
      case 'validatingwebhookconfigurations':
        for (const webhook of list(at(body, 'webhooks')).slice(0, MAX_ENTRIES)) {
          webhookPowers(webhook, write.resource.startsWith('mutating') ? 'mutates' : 'sees', powers);
          callee(at(webhook, 'clientConfig'), powers, targets);
        }
        break;
      case 'customresourcedefinitions':
        callee(at(body, 'spec', 'conversion', 'webhook', 'clientConfig'), powers, targets);
        break;
      case 'apiservices':
        servicePowers(write.object ?? text(at(body, 'metadata', 'name'), 256) ?? '', body, powers, targets);
        break;
      case 'certificatesigningrequests':
        requestPowers(write, body, powers);
        break;
      default:
        return undefined;
    }
  }
  return { powers: [...powers].sort(), targets: [...targets].slice(0, MAX_TARGETS) };
}

/** Each step's value where its path says, in lists of one: what else is there is not in the log. */
function patchedPieces(steps: readonly unknown[]): unknown[] {
  return steps.slice(0, MAX_STEPS).flatMap((step) => {
    const path = text(at(step, 'path'), 1024);
    const value = at(step, 'value');
    if (path === undefined || value === undefined) return [];
    const names = path.split('/').slice(1, 12);
    return [
      names.reduceRight<unknown>((inner, name) => (/^(?:\d+|-)$/.test(name) ? [inner] : { [name]: inner }), value),
    ];
  });
}

function webhookPowers(webhook: unknown, does: 'mutates' | 'sees', powers: Set<string>): void {
  if (at(webhook, 'failurePolicy') === 'Ignore') powers.add('ignores-failures');
  const rules = list(at(webhook, 'rules')).slice(0, MAX_ENTRIES);
  const all = rules.some((rule) => wordsOf(rule, 'apiGroups').includes('*') && isWild(wordsOf(rule, 'resources')));
  const covered = all ? ['all'] : ['pods', 'secrets'].filter((name) => rules.some((rule) => coversCore(rule, name)));
  for (const name of covered) powers.add(`${does}-${name}`);
  if (covered.length > 0 && selectsSystem(at(webhook, 'namespaceSelector'))) powers.add('covers-system');
}

/** A list of a rule; one that a step of a patch does not show may hold anything. */
function wordsOf(rule: unknown, name: string): string[] {
  const value = at(rule, name);
  if (value === undefined) return ['*'];
  // The core group's name is the empty text, which `texts` passes over.
  return list(value).includes('') ? ['', ...texts(value, MAX_ENTRIES, 256)] : texts(value, MAX_ENTRIES, 256);
}

function isWild(resources: readonly string[]): boolean {
  return resources.includes('*') || resources.includes('*/*');
}

function coversCore(rule: unknown, name: string): boolean {
  const groups = wordsOf(rule, 'apiGroups');
  const resources = wordsOf(rule, 'resources');
  if (!groups.includes('') && !groups.includes('*')) return false;
  return isWild(resources) || resources.includes(name) || resources.includes(`${name}/*`);
}

/** Whether a label selector takes kube-system, of whose labels the one that every namespace has is known. */
function selectsSystem(selector: unknown): boolean {
  const labels: Readonly<Record<string, string | undefined>> = SYSTEM_NAMESPACE;
  const wanted = Object.entries(record(at(selector, 'matchLabels')) ?? {});
  if (wanted.some(([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value)) return false;
  return list(at(selector, 'matchExpressions'))
    .slice(0, MAX_ENTRIES)
    .every((expression) => {
      const key = text(at(expression, 'key'), 512) ?? '';
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      const among = value !== undefined && list(at(expression, 'values')).includes(value);
      switch (at(expression, 'operator')) {
        case 'In':
          return among;
        case 'NotIn':
          return !among;
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    });
}

/** Whom a webhook's client calls: a service of the cluster, or a URL. */
function callee(config: unknown, powers: Set<string>, targets: Set<string>): void {
  const url = text(at(config, 'url'), 2048);
  if (url !== undefined) {
    const host = URL.canParse(url) ? new URL(url).host : url;
    targets.add(digestOf(`host ${host}`));
    if (!isWithin(host)) powers.add('calls-outside');
  }
  serviceTarget(at(config, 'service'), targets);
}

function isWithin(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return /\.svc(?:\.[a-z0-9.-]+)?$|^localhost$|^127\.|^\[::1\]$/.test(name);
}

function serviceTarget(service: unknown, targets: Set<string>): void {
  const name = text(at(service, 'name'), 256);
  const namespace = text(at(service, 'namespace'), 256);
  if (name !== undefined && namespace !== undefined) targets.add(digestOf(`service ${namespace}/${name}`));
}

/** Groups that the API server itself serves; aggregated metrics are made to be served elsewhere. */
const BUILT_IN = /^(?:|apps|batch|autoscaling|policy|extensions|(?:[a-z.]+\.)?k8s\.io)$/;
const AGGREGATED = /(?:^|\.)metrics\.k8s\.io$/;

/** An APIService is named `VERSION.GROUP`; one without a service is served by the API server itself. */
function servicePowers(name: string, body: unknown, powers: Set<string>, targets: Set<string>): void {
  const service = at(body, 'spec', 'service');
  if (record(service) === undefined) return;
  const group = name.slice(name.indexOf('.') + 1);
  powers.add(BUILT_IN.test(group) && !AGGREGATED.test(group) ? 'serves-built-in-group' : 'serves-group');
  serviceTarget(service, targets);
}

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const NODE_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';

/** What credential is asked for, or approved: as whom it would act, and whether that is another than who asked. */
function requestPowers({ user, subresource }: ControlWrite, body: unknown, powers: Set<string>): void {
  const signer = at(body, 'spec', 'signerName');
  const approval = subresource === 'approval';
  // The API server writes down who asked; the body of the first write does not have it yet, or cannot be believed.
  const asker = approval ? text(at(body, 'spec', 'username'), 512) : user;
  if (approval && asker === user) powers.add('approves-own-request');
  if (signer === NODE_CLIENT && !/^system:(?:node|bootstrap):|^kubelet/.test(asker ?? '')) powers.add('asks-for-node');
  if (signer !== CLIENT) return;
  powers.add('asks-for-user');
  const subject = requestSubject(at(body, 'spec', 'request'));
  if (subject === undefined) return;
  const { commonName = '', organizations } = subject;
  if (organizations.includes('system:masters')) powers.add('asks-for-masters');
  if ([commonName, ...organizations].some((name) => name.startsWith('system:') && name !== 'system:masters')) {
    powers.add('asks-for-system');
  }
  if (asker !== undefined && commonName !== asker) powers.add('asks-for-another');
}
