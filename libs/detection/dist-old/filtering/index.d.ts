export { benignKeyGroup, callsOf, developmentKeyGroup, publishedKeyGroup, randomKeyGroup } from './key-groups.js';
//# sourceMappingURL=index.d.ts.map