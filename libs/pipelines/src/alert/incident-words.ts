import type { AttackPath, Level, RequestFacts } from '@plimsoll/contracts';
import type { Incident, LevelReport } from '@plimsoll/detection';

const PATHS: Readonly<Record<AttackPath, string>> = {
  sqli: 'SQL injection',
  xss: 'Cross-site scripting',
  csrf: 'Cross-site request forgery',
  rbac: 'Abuse of Kubernetes roles',
  'web-shell': 'Web shell',
  'path-traversal': 'Path traversal',
  ssrf: 'Server-side request forgery',
  'credential-guessing': 'Credential guessing',
  unknown: 'Unusual behaviour',
};

const LEVELS: Readonly<Record<Level, string>> = {
  sequence: 'system-call sequences',
  frequency: 'system-call frequencies',
  log: 'requests and statements',
  process: 'programs, files and addresses',
};

/** What the commonest findings of Kubernetes audit, and what programs did, say happened. */
const HAPPENED: Readonly<Record<string, string>> = {
  'privilege-grant': 'Grant of privileges',
  'privileged-workload': 'Privileged pod requested',
  'injected-program': 'Pod with a suspicious program requested',
  'container-exec': 'Exec into a container',
  'token-stolen': 'Credential used from a new address',
  'token-minted': 'Credential requested',
  'control-hook': 'Requests of the API server led elsewhere',
  impersonation: 'Impersonation of another identity',
  'secret-access': 'Access to secrets',
  'new-authority': 'First use of a permission',
  'denied-exploration': 'Burst of denied requests',
  'anonymous-exploration': 'Anonymous requests to the cluster',
  'mass-deletion': 'Mass deletion',
  'unusual-write': 'Unusual write to the Kubernetes API',
  'command-injection': 'Command injection',
  'template-injection': 'Code injection that ran a command',
  'web-shell-command': 'Web shell command',
  'program-executed': 'Program executed by a server',
  'code-written': 'Code written by a server',
};

/** What requests ask a server to do, until programs show that it did. */
const ASKED: Readonly<Record<string, string>> = {
  'command-injection': 'Command injection',
  'template-injection': 'Template injection',
  'code-injection': 'Code injection',
  'program-uploaded': 'Upload of a program',
};

/** One line: what happened, where, by whom. */
export function titleOf(incident: Incident): string {
  const happened = happenedIn(incident);
  const did = happened === undefined ? undefined : didOf(incident);
  const what = happened ?? askedIn(incident) ?? PATHS[incident.path];
  return cut(`${what} in ${incident.application}${whoOf(incident, did)}`, 512);
}

function happenedIn({ path, findings }: Incident): string | undefined {
  if (path !== 'rbac' && path !== 'web-shell') return undefined;
  const named = path === 'rbac' ? findings[0] : findings.find(({ level }) => level === 'process');
  return HAPPENED[named?.finding ?? ''];
}

function askedIn({ path, findings }: Incident): string | undefined {
  return path === 'web-shell' ? ASKED[findings.find(({ level }) => level === 'log')?.finding ?? ''] : undefined;
}

/** Of a request that somebody's browser was made to send, the address is not the attacker's. */
const VICTIMS: Partial<Readonly<Record<AttackPath, string>>> = {
  csrf: 'sent by the browser of',
  xss: 'run in the browser of',
};

const MAX_PAGE = 160;
const MAX_DID = 200;
/** Evidence of the level of programs whose words end with the act: `… : sh executed id for GET /tools/ping`. */
const TELLS_THE_ACT = new Set(['parameter-in-act', 'new-program', 'new-command', 'new-endpoint', 'started-by-server']);

/** What a program did for which page; undefined where the level of programs tells nothing of it. */
function didOf({ evidence }: Incident): string | undefined {
  const told = evidence.find(({ level, kind }) => level === 'process' && TELLS_THE_ACT.has(kind));
  return told && cut(told.observed.slice(told.observed.indexOf(': ') + 2), MAX_DID);
}

/** The strongest request's page, or what a program did for it, whose client sent it, and whether there were others. */
function pageWords(page: RequestFacts, { path: attack, evidence }: Incident, isVictims: boolean, did?: string): string {
  const { method, path, parameter, address } = page;
  const others = evidence.some(({ request }) => request !== undefined && request.path !== path);
  const field = parameter === undefined ? '' : `, parameter ${cut(parameter, 64)}`;
  const from = address === undefined ? '' : `, ${isVictims ? (VICTIMS[attack] ?? 'from') : 'from'} ${address}`;
  return `: ${did ?? `${method} ${cut(path, MAX_PAGE)}`}${field}${others ? ' and other pages' : ''}${from}`;
}

/** A paragraph: what was seen, and what each level says of it, the silent ones too. */
export function descriptionOf(incident: Incident): string {
  const found = incident.findings
    .slice(0, 8)
    .map(({ level, detector, finding, count }) => `${finding} ×${count} (${level}/${detector})`)
    .join(', ');
  const more = incident.findings.length > 8 ? ` and ${incident.findings.length - 8} other kinds` : '';
  const levels = incident.levels.map(levelWords).join(' ');
  return cut(
    `${incident.anomalous} anomalous verdicts on ${incident.workloads.join(', ')}: ${found}${more}. ` +
      `${impactWords(incident)} ${levels} ` +
      `Combined p = ${shortNumber(incident.pValue)}.`,
    4096,
  );
}

/** What the severity stands for. */
function impactWords({ severity, impact }: Pick<Incident, 'severity' | 'impact'>): string {
  if (!impact.seen) return `Severity ${severity} is an estimate: no change to data was observed.`;
  if (impact.columns.length === 0) return `Severity ${severity} follows from the observed effect.`;
  return `Columns written: ${impact.columns.join(', ')} (severity ${severity}).`;
}

/** What one level says. A level that could not score says so: silence is not 'normal'. */
export function levelWords(report: LevelReport): string {
  const name = `${report.level} (${LEVELS[report.level]})`;
  switch (report.state) {
    case 'anomalous':
      return `${name}: ${report.anomalous} of ${report.scored} windows anomalous, p = ${shortNumber(report.pValue)}.`;
    case 'weak':
      return `${name}: no window above its own threshold; the most unusual has p = ${shortNumber(report.minP)}.`;
    case 'normal':
      return `${name}: ${report.scored} windows scored, none unusual.`;
    case 'insufficient':
      return `${name}: not enough data to score.`;
    case 'gap':
      return `${name}: not scored, because events were lost.`;
    case 'warming':
      return `${name}: not scored, because no profile is active.`;
    case 'absent':
      return `${name}: no report.`;
  }
}

/** Three significant digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The text, at most `limit` code units long, never half a character at its end. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 2);
  const inPair = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, inPair ? limit - 2 : limit - 1)}…`;
}

function whoOf(incident: Incident, did: string | undefined): string {
  const { kind, path, evidence } = incident;
  const requests = evidence.filter(({ request }) => request !== undefined);
  const acted = requests.find(({ joins }) => joins?.victim === undefined);
  const page = (acted ?? requests[0])?.request;
  if (page !== undefined && kind.by !== 'many') {
    return pageWords(page, incident, path === 'csrf' || acted === undefined, did);
  }
  if (did !== undefined) return `: ${did}`;
  if (kind.by === 'principal') return ` by ${kind.name.replace(':', ' ')}`;
  return kind.by === 'many' ? `, ${kind.name} by many` : `, workload ${kind.name}`;
}
