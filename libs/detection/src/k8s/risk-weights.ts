/**
 * What one fact in a request is worth before anything was learned: how often honest requests of its kind hold it, and
 * how many nats it weighs beyond its rarity, by what it gives away. Both are estimates about Kubernetes, not about any
 * cluster: the learned counts of the identity and of the cluster take over from `prior` as they grow.
 */
export interface RiskWeight {
  /** Share of honest requests of the same kind (grants, pod writes, program-like texts, tokens) that hold it. */
  readonly prior: number;
  /** Added to its surprise; below zero for what is common and harmless. */
  readonly nats: number;
}

const SAFE: RiskWeight = { prior: 0.3, nats: -6 };

const RISK_WEIGHTS: Readonly<Record<string, RiskWeight>> = {
  // Grants, cluster-wide; the same within a namespace is worth `NAMESPACED_NATS` less.
  'grant:everything': { prior: 0.005, nats: 8 },
  'grant:all-verbs': { prior: 0.05, nats: -3 },
  'grant:all-resources': { prior: 0.03, nats: 0 },
  'grant:all-urls': { prior: 0.01, nats: 0 },
  'grant:escalate': { prior: 0.005, nats: 6 },
  'grant:impersonate': { prior: 0.005, nats: 6 },
  'grant:write-rbac': { prior: 0.02, nats: 4 },
  'grant:mint-tokens': { prior: 0.01, nats: 4 },
  'grant:use-service-accounts': { prior: 0.05, nats: -1 },
  'grant:read-secrets': { prior: 0.08, nats: 3 },
  'grant:exec': { prior: 0.03, nats: 3 },
  'grant:ephemeral-containers': { prior: 0.01, nats: 3 },
  'grant:create-pods': { prior: 0.08, nats: 0 },
  'grant:node-proxy': { prior: 0.02, nats: 3 },
  'grant:admission-webhooks': { prior: 0.02, nats: 2 },
  'grant:approve-certificates': { prior: 0.01, nats: 4 },
  'grant:to-everyone': { prior: 0.003, nats: 7 },
  'grant:to-oneself': { prior: 0.005, nats: 4 },
  // Pods.
  'pod:privileged': { prior: 0.01, nats: 5 },
  'pod:host-pid': { prior: 0.01, nats: 4 },
  'pod:host-ipc': { prior: 0.005, nats: 3 },
  'pod:host-network': { prior: 0.03, nats: 1 },
  'pod:host-path-root': { prior: 0.005, nats: 6 },
  'pod:host-path-runtime': { prior: 0.01, nats: 5 },
  'pod:host-path-sensitive': { prior: 0.02, nats: 3 },
  'pod:host-path': { prior: 0.06, nats: -1 },
  'pod:unmasked-proc': { prior: 0.002, nats: 4 },
  'pod:seccomp-off': { prior: 0.02, nats: 0 },
  'pod:run-as-root': { prior: 0.1, nats: -3 },
  'pod:ephemeral-container': { prior: 0.02, nats: 2 },
  'pod:control-plane-toleration': { prior: 0.03, nats: -1 },
  'pod:token-for-audience': { prior: 0.05, nats: -4 },
  'pod:capability-other': { prior: 0.1, nats: -4 },
  'pod:capability': { prior: 0.02, nats: 3 },
  // Program-like texts. Shells and shebangs are everyday in charts; what fetches and runs is not.
  'script:interpreter': { prior: 0.4, nats: -5 },
  'script:shebang': { prior: 0.4, nats: -5 },
  'script:decode': { prior: 0.08, nats: 0 },
  'script:make-executable': { prior: 0.1, nats: -1 },
  'script:download': { prior: 0.12, nats: 1 },
  'script:remote-code': { prior: 0.05, nats: 2 },
  'script:address-url': { prior: 0.05, nats: 2 },
  'script:pipe-to-shell': { prior: 0.02, nats: 6 },
  'script:substituted-shell': { prior: 0.02, nats: 5 },
  'script:reverse-shell': { prior: 0.002, nats: 8 },
  'script:credential-path': { prior: 0.05, nats: 3 },
  'script:host-escape': { prior: 0.01, nats: 6 },
  'script:persistence': { prior: 0.03, nats: 3 },
  'script:miner-protocol': { prior: 0.001, nats: 8 },
  'script:long-base64': { prior: 0.05, nats: 1 },
  'script:lifecycle': { prior: 0.15, nats: 0 },
  // Credentials.
  'token:not-its-pod': { prior: 0.0005, nats: 5 },
  'token:new-network': { prior: 0.02, nats: 3 },
  'token:two-addresses': { prior: 0.001, nats: 4 },
  'token:other-node-network': { prior: 0.01, nats: 2 },
  'token:outside-pod-network': { prior: 0.002, nats: 7 },
  'token:without-pod': { prior: 0.02, nats: 3 },
  'user:new-network': { prior: 0.02, nats: 6 },
  'mint:for-another': { prior: 0.3, nats: 5 },
  'token:impersonation': { prior: 0.005, nats: 2 },
  // What the control plane is run by. Admission controllers within the cluster are everyday; what leaves it is not.
  'control:mutates-all': { prior: 0.05, nats: 2 },
  'control:mutates-pods': { prior: 0.1, nats: 2 },
  'control:mutates-secrets': { prior: 0.02, nats: 4 },
  'control:sees-all': { prior: 0.05, nats: 1 },
  'control:sees-pods': { prior: 0.15, nats: -1 },
  'control:sees-secrets': { prior: 0.03, nats: 4 },
  'control:covers-system': { prior: 0.3, nats: -1 },
  'control:ignores-failures': { prior: 0.3, nats: -1 },
  'control:calls-outside': { prior: 0.02, nats: 6 },
  'control:calls-another': { prior: 0.02, nats: 4 },
  'control:serves-group': { prior: 0.3, nats: 0 },
  'control:serves-built-in-group': { prior: 0.001, nats: 8 },
  // Certificates that somebody asks for, or approves.
  'control:asks-for-user': { prior: 0.2, nats: 1 },
  'control:asks-for-another': { prior: 0.2, nats: 3 },
  'control:asks-for-node': { prior: 0.02, nats: 5 },
  'control:asks-for-system': { prior: 0.01, nats: 6 },
  'control:asks-for-masters': { prior: 0.002, nats: 8 },
  'control:approves-own-request': { prior: 0.05, nats: 4 },
  // Kubelets, by way of their nodes' proxies.
  'kubelet:runs': { prior: 0.002, nats: 6 },
  'kubelet:reads': { prior: 0.02, nats: 1 },
  // Answers.
  'answer:secrets-shown': { prior: 0.05, nats: -2 },
  'answer:body-mismatch': { prior: 0.001, nats: 0 },
  'answer:anonymous-allowed': { prior: 0.005, nats: 6 },
  // No client that Kubernetes ships sends an Audit-ID of its own.
  'answer:audit-id-reused': { prior: 0.0005, nats: 3 },
  'answer:body-withheld': { prior: 0.005, nats: 2 },
};

/** What a grant within one namespace is worth less than the same for the whole cluster. */
export const NAMESPACED_NATS = 4;
/** What an attempt that was refused is worth less than one that succeeded. */
export const REFUSED_NATS = 3;

export function riskWeightOf(fact: string): RiskWeight {
  const known = Object.hasOwn(RISK_WEIGHTS, fact) ? RISK_WEIGHTS[fact] : undefined;
  if (known !== undefined) return known;
  return (fact.startsWith('pod:capability-') ? RISK_WEIGHTS['pod:capability'] : undefined) ?? SAFE;
}
