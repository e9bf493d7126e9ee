export { benignKeyGroup, callsOf, developmentKeyGroup, randomKeyGroup } from './key-groups.js';
export { publishedKeyGroup, publishedSets } from './published-key-groups.js';
