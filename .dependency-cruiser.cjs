/** The import rules of docs/architecture.md: who may import whom. The lint step enforces them. */
const may = {
  contracts: [],
  detection: ['contracts'],
  sources: ['contracts'],
  streaming: ['contracts'],
  incidents: ['contracts', 'streaming'],
  pipelines: ['contracts', 'detection', 'incidents', 'streaming'],
  'kafka-log': ['contracts', 'streaming'],
  'redis-store': ['contracts', 'incidents', 'streaming'],
  'service-kit': ['contracts', 'streaming'],
  'alert-api': ['contracts', 'incidents', 'pipelines', 'service-kit', 'streaming'],
  'detector-app': ['detection', 'kafka-log', 'pipelines', 'redis-store', 'service-kit', 'streaming'],
  'local-run': ['contracts', 'detection', 'pipelines', 'sources', 'streaming'],
  evaluation: ['contracts', 'detection', 'local-run', 'pipelines', 'sources', 'streaming'],
};

const libraryRules = Object.entries(may).map(([name, allowed]) => ({
  name: `${name}-imports`,
  comment: `libs/${name} imports ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^libs/${name}/src`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(libs|apps)/', pathNot: `^libs/(${[name, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...libraryRules,
    {
      name: 'apps-are-apart',
      comment: 'an app never imports another',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'kafkajs-in-kafka-log',
      comment: 'only kafka-log knows kafkajs',
      severity: 'error',
      from: { pathNot: '^libs/kafka-log/' },
      to: { path: 'node_modules/kafkajs' },
    },
    {
      name: 'ioredis-in-redis-store',
      comment: 'only redis-store knows ioredis',
      severity: 'error',
      from: { pathNot: '^libs/redis-store/' },
      to: { path: 'node_modules/ioredis' },
    },
    {
      name: 'pure-detection',
      comment: 'detection does no I/O; hashing is arithmetic',
      severity: 'error',
      from: { path: '^libs/detection/src', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      conditionNames: ['@plimsoll/source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
