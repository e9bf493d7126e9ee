export type { SourceContext, SourceCounts, SourceParser } from './source.js';
