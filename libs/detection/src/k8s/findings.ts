import type { AttackPath } from '@plimsoll/contracts';

/** What a finding is called in verdicts, and what it stands for. */
export interface Finding {
  readonly path: AttackPath;
  readonly cwe: readonly string[];
  readonly techniques: readonly string[];
  readonly severity: number;
}

/** CWE-269 improper privilege management, CWE-285 improper authorization, CWE-522 insufficiently protected credentials. */
const FINDINGS = {
  'privilege-grant': { path: 'rbac', cwe: ['CWE-269', 'CWE-285'], techniques: ['T1098.006'], severity: 6 },
  'privileged-workload': { path: 'rbac', cwe: ['CWE-269', 'CWE-250'], techniques: ['T1610', 'T1611'], severity: 5 },
  'injected-program': { path: 'rbac', cwe: ['CWE-94', 'CWE-285'], techniques: ['T1610', 'T1059.004'], severity: 5 },
  'container-exec': { path: 'rbac', cwe: ['CWE-285'], techniques: ['T1609'], severity: 4 },
  'token-stolen': { path: 'rbac', cwe: ['CWE-522', 'CWE-285'], techniques: ['T1528', 'T1550.001'], severity: 5 },
  'token-minted': { path: 'rbac', cwe: ['CWE-269', 'CWE-522'], techniques: ['T1528', 'T1550.001'], severity: 5 },
  impersonation: { path: 'rbac', cwe: ['CWE-285'], techniques: ['T1078'], severity: 4 },
  'secret-access': { path: 'rbac', cwe: ['CWE-285', 'CWE-522'], techniques: ['T1552.007'], severity: 5 },
  'new-authority': { path: 'rbac', cwe: ['CWE-269'], techniques: ['T1078'], severity: 4 },
  'denied-exploration': { path: 'rbac', cwe: ['CWE-285'], techniques: ['T1613'], severity: 3 },
  'anonymous-exploration': { path: 'rbac', cwe: ['CWE-285', 'CWE-306'], techniques: ['T1613'], severity: 3 },
  'mass-deletion': { path: 'rbac', cwe: ['CWE-285'], techniques: ['T1078'], severity: 5 },
  'control-hook': { path: 'rbac', cwe: ['CWE-269', 'CWE-285'], techniques: ['T1557', 'T1098.006'], severity: 5 },
  'unusual-write': { path: 'rbac', cwe: ['CWE-285'], techniques: ['T1078'], severity: 4 },
  'unusual-request': { path: 'rbac', cwe: ['CWE-285'], techniques: ['T1613'], severity: 2 },
  'unusual-rate': { path: 'unknown', cwe: [], techniques: ['T1078'], severity: 2 },
} as const satisfies Record<string, Finding>;

export type FindingName = keyof typeof FINDINGS;

export function findingOf(name: string): Finding {
  return Object.hasOwn(FINDINGS, name) ? FINDINGS[name as FindingName] : FINDINGS['unusual-request'];
}
