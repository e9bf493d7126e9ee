import { MemoryStateStore } from './memory-state-store.js';
import { stateStoreContract } from './testing/state-store-contract.js';

const store = new MemoryStateStore();
stateStoreContract('memory', () => store);
