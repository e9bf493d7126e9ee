import type { AttackPath, Status } from '../api/client.js';

/** What attack paths are called to a reader. */
export const PATH_NAMES: Readonly<Record<AttackPath, string>> = {
  sqli: 'SQL injection',
  xss: 'Cross-site scripting',
  csrf: 'Cross-site request forgery',
  rbac: 'Kubernetes role abuse',
  'web-shell': 'Web shell or command injection',
  'path-traversal': 'Path traversal',
  ssrf: 'Server-side request forgery',
  'credential-guessing': 'Credential guessing',
  unknown: 'Not named',
};

export const PATHS = Object.keys(PATH_NAMES) as AttackPath[];

export const STATUS_NAMES: Readonly<Record<Status, string>> = {
  new: 'New',
  'in-progress': 'In progress',
  resolved: 'Resolved',
  benign: 'Benign',
};

export const STATUSES = Object.keys(STATUS_NAMES) as Status[];

/** OCSF's names of severities, by their numbers. */
export const SEVERITY_NAMES = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical', 'Fatal'] as const;

export function severityName(severity: number): string {
  return SEVERITY_NAMES[severity] ?? SEVERITY_NAMES[0];
}

/** The lane of evidence, by the detector that saw it. */
export type Lane = 'requests' | 'statements' | 'audit' | 'programs' | 'calls';

export const LANES: readonly { readonly lane: Lane; readonly name: string }[] = [
  { lane: 'requests', name: 'Web requests' },
  { lane: 'statements', name: 'SQL statements' },
  { lane: 'audit', name: 'Kubernetes audit' },
  { lane: 'programs', name: 'Programs' },
  { lane: 'calls', name: 'System calls' },
];

const LANE_OF: Readonly<Record<string, Lane>> = {
  web: 'requests',
  sql: 'statements',
  'k8s-audit': 'audit',
  process: 'programs',
};

export function laneOf(detector: string): Lane {
  return LANE_OF[detector] ?? 'calls';
}

/** A span of time as people say it, rounded up: `20 min`, `5 h`, `3 days`. */
export function spanText(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}

/** What levels are called to a reader. */
export const LEVEL_NAMES: Readonly<Record<string, string>> = {
  sequence: 'Sequences of calls',
  frequency: 'Frequencies of calls',
  log: 'Requests and statements',
  process: 'Programs, files, addresses',
  weak: 'Weak signs together',
};

const ABBREVIATIONS = /\b(?:sql|api|http|ssrf|url)\b/g;

/** What a kind of evidence is called to a reader: `sql-in-parameter` is 'SQL in parameter'. */
export function evidenceName(kind: string): string {
  const words = kind.replaceAll('-', ' ').replaceAll(ABBREVIATIONS, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What every p in the console is. */
export const P_WORDS =
  'p is how often benign use looks at least as strange: 0.001 is once in a thousand. The smaller, the stranger.';
