import type { SourceKind } from '@plimsoll/contracts';

import { AccessLogParser } from './access-log/access-log-parser.js';
import { AdfaLdParser } from './calls/adfa-ld.js';
import { AuditdParser } from './calls/auditd.js';
import { LidDsParser } from './calls/lid-ds.js';
import { SysdigJsonParser } from './calls/sysdig-json.js';
import { SysdigTextParser } from './calls/sysdig-text.js';
import { TetragonParser } from './calls/tetragon.js';
import { ExchangeEvents } from './events/exchange-events.js';
import { K8sAuditParser } from './k8s/k8s-audit-parser.js';
import { digestKeyOf, type SourceContext, type SourceParser } from './source.js';
import { SqlLogParser } from './sql-log/sql-log-parser.js';
import { StraceParser } from './strace/strace-parser.js';
import { WireObserver } from './wire/wire-observer.js';

/** How a kind of source is read. */
export interface SourceKindReader {
  /** What the format is called in errors and in the documentation. */
  readonly title: string;
  /** `traces`: each file of a folder is a container's trace of its own. `log`: they are one log that was rotated. */
  readonly folder: 'traces' | 'log';
  /** Of a folder or an archive, only files with this ending are read. */
  readonly suffix?: string;
  parser(context: SourceContext): SourceParser;
}

/** Every kind of source with its parser; the one place where a format is made known. */
export const SOURCE_KINDS: Readonly<Record<SourceKind, SourceKindReader>> = {
  strace: { title: 'strace text', folder: 'traces', parser: straceParser },
  'hids-docker': {
    title: 'plain strace text with signals (hids-docker)',
    folder: 'traces',
    parser: () => new StraceParser({ countSignals: true }),
  },
  sysdig: { title: "sysdig's text", folder: 'traces', parser: () => new SysdigTextParser() },
  'sysdig-json': { title: 'JSON of sysdig or Falco', folder: 'traces', parser: () => new SysdigJsonParser() },
  tetragon: { title: "Tetragon's JSON", folder: 'log', parser: () => new TetragonParser() },
  auditd: { title: "the audit daemon's log", folder: 'log', parser: () => new AuditdParser() },
  'lid-ds': {
    title: 'a LID-DS 2021 recording',
    folder: 'traces',
    suffix: '.sc',
    parser: () => new LidDsParser(),
  },
  'adfa-ld': { title: 'ADFA-LD numbers of i386 calls', folder: 'traces', parser: () => new AdfaLdParser() },
  'access-log': {
    title: 'web access log',
    folder: 'log',
    parser: (context) => new AccessLogParser(context, digestKeyOf(context)),
  },
  'sql-log': {
    title: "a database's log of statements",
    folder: 'log',
    parser: (context) => new SqlLogParser(context),
  },
  'k8s-audit': { title: 'Kubernetes audit log', folder: 'log', parser: (context) => new K8sAuditParser(context) },
};

/** Calls, and what they carried: requests and statements follow the calls of the bytes that completed them. */
function straceParser(context: SourceContext): SourceParser {
  const exchanges = new ExchangeEvents(context, digestKeyOf(context));
  return new StraceParser({ observer: new WireObserver(), events: (exchange) => exchanges.push(exchange) });
}

/** How `kind` is read. */
export function readerOf(kind: SourceKind): SourceKindReader {
  return SOURCE_KINDS[kind];
}

/** A parser for one stream of `kind`. */
export function openParser(kind: SourceKind, context: SourceContext): SourceParser {
  return readerOf(kind).parser(context);
}
