import type { SourceKind } from '@plimsoll/contracts';

import { unshownParameters } from './activity/unshown-parameters.js';
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
  /** The forms that are read, in words for whoever gave another. */
  readonly forms: string;
  /** `traces`: each file of a folder is a container's trace of its own. `log`: they are one log that was rotated. */
  readonly folder: 'traces' | 'log';
  /** Of a folder or an archive, only files with this ending are read. */
  readonly suffix?: string;
  parser(context: SourceContext): SourceParser;
}

/** Every kind of source with its parser; the one place where a format is made known. */
export const SOURCE_KINDS: Readonly<Record<SourceKind, SourceKindReader>> = {
  strace: {
    title: "strace's text",
    forms: "strace's lines, with or without -f, -t…, -T, -Y, -i, -n, from standard error or -o",
    folder: 'traces',
    parser: straceParser,
  },
  'hids-docker': {
    title: 'plain strace text with signals (hids-docker)',
    forms: "strace's lines with neither threads nor times",
    folder: 'traces',
    parser: (context) => unshownParameters(new StraceParser({ countSignals: true }), context),
  },
  sysdig: {
    title: "sysdig's text",
    forms: "sysdig's default output, -pc, or with %container.id",
    folder: 'traces',
    parser: (context) => new SysdigTextParser(context),
  },
  'sysdig-json': {
    title: 'JSON of sysdig or Falco',
    forms: 'one object a line of sysdig -j or Falco, with evt.type at least; or a .scap file',
    folder: 'traces',
    parser: (context) => new SysdigJsonParser(context),
  },
  tetragon: {
    title: "Tetragon's JSON",
    forms: "tetra getevents -o json, or Tetragon's export file",
    folder: 'log',
    parser: (context) => new TetragonParser(context),
  },
  auditd: {
    title: "the audit daemon's log",
    forms:
      "records of auditd (raw or enriched, also behind syslog's words), of the kernel, of journalctl -o short-iso, or laurel's JSON; of x86-64, i386 and arm64",
    folder: 'log',
    parser: (context) => new AuditdParser(context),
  },
  'lid-ds': {
    title: 'a LID-DS 2021 recording',
    forms: 'the .sc file of a recording',
    folder: 'traces',
    suffix: '.sc',
    parser: (context) => new LidDsParser(context),
  },
  'adfa-ld': {
    title: 'ADFA-LD numbers of i386 calls',
    forms: 'numbers of calls between blanks, a file a trace',
    folder: 'traces',
    parser: (context) => unshownParameters(new AdfaLdParser(), context),
  },
  'access-log': {
    title: 'a web access log',
    forms:
      "common or combined format; JSON, one object a line, with time, method, path and status (nginx, Caddy, Traefik, Envoy); HAProxy's httplog; Envoy's default format; what Docker, CRI or syslog put before a line is taken off",
    folder: 'log',
    parser: (context) => new AccessLogParser(context, digestKeyOf(context)),
  },
  'sql-log': {
    title: "a database's log of statements",
    forms:
      "the general log of MariaDB or MySQL, server_audit (RDS and Aurora too), MySQL's audit log in JSON, PostgreSQL's log as text or JSON",
    folder: 'log',
    parser: (context) => new SqlLogParser(context),
  },
  'k8s-audit': {
    title: 'a Kubernetes audit log',
    forms:
      "the API server's JSON, an event or list a line, also in what EKS, GKE, AKS, Docker or a shipper put around it",
    folder: 'log',
    parser: (context) => new K8sAuditParser(context),
  },
};

/** Calls, and what they carried: requests and statements follow the calls of the bytes that completed them. */
function straceParser(context: SourceContext): SourceParser {
  const exchanges = new ExchangeEvents(context, digestKeyOf(context));
  return new StraceParser({
    observer: new WireObserver({ activities: true }),
    events: (exchange) => exchanges.push(exchange),
  });
}

/** How `kind` is read. */
export function readerOf(kind: SourceKind): SourceKindReader {
  return SOURCE_KINDS[kind];
}

/** A parser for one stream of `kind`. */
export function openParser(kind: SourceKind, context: SourceContext): SourceParser {
  return readerOf(kind).parser(context);
}
