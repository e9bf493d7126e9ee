import { MemoryWatchStore } from './memory-watch-store.js';
import { watchStoreContract } from './testing/watch-store-contract.js';

watchStoreContract('memory', () => new MemoryWatchStore());
