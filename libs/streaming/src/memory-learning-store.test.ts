import { MemoryLearningStore } from './memory-learning-store.js';
import { learningStoreContract } from './testing/learning-store-contract.js';

const store = new MemoryLearningStore();
learningStoreContract('memory', () => store);
