import type { Alert } from './alert.js';
import type { AttackPath } from './verdict.js';

/** The version of MITRE ATT&CK that names and tactics below are taken from. */
export const ATTACK_VERSION = '17.1';

interface Technique {
  readonly name: string;
  readonly tactic: keyof typeof TACTICS;
}

const TACTICS = {
  TA0001: 'Initial Access',
  TA0002: 'Execution',
  TA0003: 'Persistence',
  TA0004: 'Privilege Escalation',
  TA0005: 'Defense Evasion',
  TA0006: 'Credential Access',
  TA0007: 'Discovery',
} as const;

const TECHNIQUES: Readonly<Record<string, Technique>> = {
  T1059: { name: 'Command and Scripting Interpreter', tactic: 'TA0002' },
  'T1059.004': { name: 'Unix Shell', tactic: 'TA0002' },
  T1078: { name: 'Valid Accounts', tactic: 'TA0001' },
  T1098: { name: 'Account Manipulation', tactic: 'TA0003' },
  'T1098.006': { name: 'Additional Container Cluster Roles', tactic: 'TA0004' },
  T1110: { name: 'Brute Force', tactic: 'TA0006' },
  T1189: { name: 'Drive-by Compromise', tactic: 'TA0001' },
  T1190: { name: 'Exploit Public-Facing Application', tactic: 'TA0001' },
  T1505: { name: 'Server Software Component', tactic: 'TA0003' },
  'T1505.003': { name: 'Web Shell', tactic: 'TA0003' },
  T1528: { name: 'Steal Application Access Token', tactic: 'TA0006' },
  T1550: { name: 'Use Alternate Authentication Material', tactic: 'TA0005' },
  'T1550.001': { name: 'Application Access Token', tactic: 'TA0005' },
  T1552: { name: 'Unsecured Credentials', tactic: 'TA0006' },
  'T1552.007': { name: 'Container API', tactic: 'TA0006' },
  T1557: { name: 'Adversary-in-the-Middle', tactic: 'TA0006' },
  T1609: { name: 'Container Administration Command', tactic: 'TA0002' },
  T1610: { name: 'Deploy Container', tactic: 'TA0002' },
  T1611: { name: 'Escape to Host', tactic: 'TA0004' },
  T1613: { name: 'Container and Resource Discovery', tactic: 'TA0007' },
};

/** What a path stands for where the detectors named no technique or weakness themselves. */
const BY_PATH: Readonly<
  Record<AttackPath, { readonly techniques: readonly string[]; readonly cwe: readonly string[] }>
> = {
  sqli: { techniques: ['T1190'], cwe: ['CWE-89'] },
  xss: { techniques: ['T1189'], cwe: ['CWE-79'] },
  csrf: { techniques: ['T1190'], cwe: ['CWE-352'] },
  rbac: { techniques: ['T1078'], cwe: [] },
  'web-shell': { techniques: ['T1505.003'], cwe: [] },
  'path-traversal': { techniques: ['T1190'], cwe: ['CWE-22'] },
  ssrf: { techniques: ['T1190'], cwe: ['CWE-918'] },
  'credential-guessing': { techniques: ['T1110'], cwe: ['CWE-307'] },
  unknown: { techniques: [], cwe: [] },
};

const CWE_NAMES: Readonly<Record<string, string>> = {
  'CWE-22': "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')",
  'CWE-78': "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')",
  'CWE-79': "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
  'CWE-89': "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')",
  'CWE-90': "Improper Neutralization of Special Elements used in an LDAP Query ('LDAP Injection')",
  'CWE-94': "Improper Control of Generation of Code ('Code Injection')",
  'CWE-113': "Improper Neutralization of CRLF Sequences in HTTP Headers ('HTTP Request/Response Splitting')",
  'CWE-307': 'Improper Restriction of Excessive Authentication Attempts',
  'CWE-352': 'Cross-Site Request Forgery (CSRF)',
  'CWE-611': 'Improper Restriction of XML External Entity Reference',
  'CWE-643': "Improper Neutralization of Data within XPath Expressions ('XPath Injection')",
  'CWE-918': 'Server-Side Request Forgery (SSRF)',
  'CWE-943': 'Improper Neutralization of Special Elements in Data Query Logic',
  'CWE-1321': "Improperly Controlled Modification of Object Prototype Attributes ('Prototype Pollution')",
  'CWE-1336': 'Improper Neutralization of Special Elements Used in a Template Engine',
};

/** The techniques as OCSF's attack objects, in the order of their ids; those that `path` stands for where there are none. */
export function attacksOf(path: AttackPath, techniques: readonly string[]): Alert['finding_info']['attacks'] {
  const uids = techniques.length > 0 ? techniques : BY_PATH[path].techniques;
  return [...new Set(uids)].sort().map((uid) => {
    const technique = TECHNIQUES[uid];
    const tactic = technique && { uid: technique.tactic, name: TACTICS[technique.tactic] };
    const dot = uid.indexOf('.');
    const named = technique === undefined ? { uid } : { uid, name: technique.name };
    const parent = dot < 0 ? undefined : uid.slice(0, dot);
    const parentName = parent === undefined ? undefined : TECHNIQUES[parent]?.name;
    return {
      version: ATTACK_VERSION,
      ...(tactic === undefined ? {} : { tactic }),
      ...(parent === undefined
        ? { technique: named }
        : {
            technique: parentName === undefined ? { uid: parent } : { uid: parent, name: parentName },
            sub_technique: named,
          }),
    };
  });
}

/** The weaknesses as OCSF's vulnerabilities, or undefined where there are none. */
export function weaknessesOf(path: AttackPath, cwe: readonly string[]): Alert['vulnerabilities'] {
  const uids = cwe.length > 0 ? cwe : BY_PATH[path].cwe;
  if (uids.length === 0) return undefined;
  return [...new Set(uids)].sort().map((uid) => {
    const caption = CWE_NAMES[uid];
    return { cwe: caption === undefined ? { uid } : { uid, caption } };
  });
}
