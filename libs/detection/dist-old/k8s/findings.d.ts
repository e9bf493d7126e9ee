import type { AttackPath } from '@plimsoll/contracts';
/** What a finding is called in verdicts, and what it stands for. */
export interface Finding {
    readonly path: AttackPath;
    readonly cwe: readonly string[];
    readonly techniques: readonly string[];
    readonly severity: number;
}
/** CWE-269 improper privilege management, CWE-285 improper authorization, CWE-522 insufficiently protected credentials. */
export declare const FINDINGS: {
    readonly 'privilege-grant': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-269", "CWE-285"];
        readonly techniques: readonly ["T1098.006"];
        readonly severity: 6;
    };
    readonly 'privileged-workload': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-269", "CWE-250"];
        readonly techniques: readonly ["T1610", "T1611"];
        readonly severity: 5;
    };
    readonly 'injected-program': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-94", "CWE-285"];
        readonly techniques: readonly ["T1610", "T1059.004"];
        readonly severity: 5;
    };
    readonly 'container-exec': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285"];
        readonly techniques: readonly ["T1609"];
        readonly severity: 4;
    };
    readonly 'token-stolen': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-522", "CWE-285"];
        readonly techniques: readonly ["T1528", "T1550.001"];
        readonly severity: 5;
    };
    readonly 'token-minted': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-269", "CWE-522"];
        readonly techniques: readonly ["T1528", "T1550.001"];
        readonly severity: 5;
    };
    readonly impersonation: {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285"];
        readonly techniques: readonly ["T1078"];
        readonly severity: 4;
    };
    readonly 'secret-access': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285", "CWE-522"];
        readonly techniques: readonly ["T1552.007"];
        readonly severity: 5;
    };
    readonly 'new-authority': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-269"];
        readonly techniques: readonly ["T1078"];
        readonly severity: 4;
    };
    readonly 'denied-exploration': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285"];
        readonly techniques: readonly ["T1613"];
        readonly severity: 3;
    };
    readonly 'anonymous-exploration': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285", "CWE-306"];
        readonly techniques: readonly ["T1613"];
        readonly severity: 3;
    };
    readonly 'mass-deletion': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285"];
        readonly techniques: readonly ["T1078"];
        readonly severity: 5;
    };
    readonly 'unusual-write': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285"];
        readonly techniques: readonly ["T1078"];
        readonly severity: 4;
    };
    readonly 'unusual-request': {
        readonly path: "rbac";
        readonly cwe: readonly ["CWE-285"];
        readonly techniques: readonly ["T1613"];
        readonly severity: 2;
    };
    readonly 'unusual-rate': {
        readonly path: "unknown";
        readonly cwe: readonly [];
        readonly techniques: readonly ["T1078"];
        readonly severity: 2;
    };
};
export type FindingName = keyof typeof FINDINGS;
export declare function findingOf(name: string): Finding;
//# sourceMappingURL=findings.d.ts.map