import { createHash } from 'node:crypto';

import type { K8sScript } from '@plimsoll/contracts';

import { at, list, record } from './json-value.js';

/** Longest text that is searched; what lies beyond goes into the digest alone. */
const MAX_SCANNED = 16_384;
/** Scripts of one body that are told apart; more add nothing to what the event says. */
const MAX_SCRIPTS = 8;
/** Characters of one body that are searched, over all its texts: what bounds the time that a hostile body costs. */
const MAX_BODY_SCANNED = 131_072;
/** Values of one ConfigMap that are looked at. */
const MAX_VALUES = 256;

/**
 * What makes a text a program, or a program an intruder's: kinds of behaviour, each with the form that shows it.
 * The forms are about what any shell, interpreter or downloader needs in order to act, never about one program's name
 * being good or bad; what is normal for an object is learned by the detector. Every form is linear in the text.
 */
const KINDS: readonly (readonly [kind: string, form: RegExp])[] = [
  [
    'interpreter',
    /(?:^|[\s/"'`;|&(])(?:ba|da|a|z|k)?sh\s+-[a-z]*c\b|(?:^|[\s/])(?:python[\d.]*|perl|ruby|node|php|lua)\s+-[cer]\b/,
  ],
  ['shebang', /^#!\s*\//m],
  ['download', /\b(?:curl|wget|fetch|aria2c|Invoke-WebRequest|iwr)\b[^\n]{0,200}?(?:https?|ftp):\/\//i],
  [
    'remote-code',
    /\b(?:urllib|requests\.get|http\.get|Net::HTTP|LWP::|file_get_contents)\b[^\n]{0,200}?(?:https?|ftp):\/\//i,
  ],
  ['pipe-to-shell', /\|\s*(?:sudo\s+)?(?:\/[\w/]{0,40}\/)?(?:ba|da|a|z|k)?sh\b|\|\s*(?:python[\d.]*|perl|ruby|node)\b/],
  ['substituted-shell', /\b(?:ba|da|a|z)?sh\s+(?:-c\s+["']?\$\(|<\()|\beval\s+["']?[$`]/],
  ['address-url', /\b(?:https?|ftp):\/\/(?:\d{1,3}\.){3}\d{1,3}/i],
  [
    'reverse-shell',
    /\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat)\b[^\n]{0,80}?\s-[a-z]*[ec]\b|\bsocat\b[^\n]{0,120}?\bexec:|socket\.socket\b[^\n]{0,200}?connect/i,
  ],
  ['decode', /\bbase64\s+(?:-d|-D|--decode)\b|\b(?:b64decode|atob|fromhex)\s*\(|\bxxd\s+-r\b/],
  ['make-executable', /\bchmod\s+(?:[ugoa]*\+[rwx]*[xs]|[0-7]?[1357][0-7]{2}\b|[0-7]{1,2}[1357][0-7]\b)/],
  [
    'credential-path',
    /\/var\/run\/secrets\/|\/run\/secrets\/kubernetes\.io\/|\/etc\/(?:shadow|kubernetes\/)|\.kube\/config|\/\.ssh\/|\.aws\/credentials|169\.254\.169\.254/,
  ],
  [
    'host-escape',
    /\bnsenter\b|\bchroot\s+\/(?:host|mnt)|\/proc\/(?:1|self)\/root|docker\.sock|containerd\.sock|release_agent/,
  ],
  ['persistence', /\bcrontab\b|\/etc\/cron|\/etc\/systemd\/|authorized_keys|\/etc\/ld\.so\.preload/],
  ['miner-protocol', /\bstratum\+(?:tcp|ssl)?:\/\//],
];

/** Base64 runs as long as a small program's: only their presence is told. */
const LONG_BASE64 = /[A-Za-z0-9+/]{160,}={0,2}/;

/** Kinds of program-like content in one text; empty for configuration and prose. */
export function scriptKinds(content: string): string[] {
  const scanned = content.length > MAX_SCANNED ? content.slice(0, MAX_SCANNED) : content;
  const kinds = KINDS.filter(([, form]) => form.test(scanned)).map(([kind]) => kind);
  if (kinds.length > 0 && LONG_BASE64.test(scanned)) kinds.push('long-base64');
  return kinds;
}

/** First 64 bits of SHA-256, in hex: enough to tell whether a text is the same, nothing to rebuild it from. */
export function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** The scripts among the texts of one body, up to the limits of a body. */
function scriptsAmong(texts: Iterable<readonly [where: K8sScript['where'], content: string]>): K8sScript[] {
  const scripts: K8sScript[] = [];
  let left = MAX_BODY_SCANNED;
  for (const [where, content] of texts) {
    if (left <= 0 || scripts.length === MAX_SCRIPTS) break;
    left -= Math.min(content.length, MAX_SCANNED);
    const kinds = scriptKinds(content);
    if (kinds.length > 0) scripts.push({ where, kinds, digest: digestOf(content) });
  }
  return scripts;
}

/** Scripts in the values of a ConfigMap, or of a patch of one (merge patch, or the values of a JSON patch). */
export function configMapScripts(body: unknown): K8sScript[] {
  const values: string[] = [];
  const collect = (value: unknown): void => {
    if (values.length >= MAX_VALUES) return;
    if (typeof value === 'string') values.push(value);
    else for (const entry of Object.values(record(value) ?? {})) if (typeof entry === 'string') values.push(entry);
  };
  if (Array.isArray(body)) for (const step of list(body)) collect(at(step, 'value'));
  else collect(at(body, 'data'));
  return scriptsAmong(values.slice(0, MAX_VALUES).map((value) => ['data', value]));
}

/** The script of an exec: its command line, put together from the query's `command` entries. */
export function execScripts(command: readonly string[]): K8sScript[] {
  return scriptsAmong([['exec', command.join(' ')]]);
}

/** Scripts in the commands, arguments, probes and lifecycle hooks of containers. */
export function containerScripts(containers: readonly unknown[]): K8sScript[] {
  const texts: [K8sScript['where'], string][] = [];
  for (const container of containers.slice(0, MAX_VALUES)) {
    texts.push(['command', [...words(at(container, 'command')), ...words(at(container, 'args'))].join(' ')]);
    for (const hook of ['postStart', 'preStop']) {
      texts.push(['lifecycle', words(at(container, 'lifecycle', hook, 'exec', 'command')).join(' ')]);
    }
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
      texts.push(['command', words(at(container, probe, 'exec', 'command')).join(' ')]);
    }
  }
  return scriptsAmong(texts);
}

function words(value: unknown): string[] {
  return list(value).filter((word): word is string => typeof word === 'string');
}
