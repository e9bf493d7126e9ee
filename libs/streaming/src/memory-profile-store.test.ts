import { MemoryProfileStore } from './memory-profile-store.js';
import { profileStoreContract } from './testing/profile-store-contract.js';

const store = new MemoryProfileStore();
profileStoreContract('memory', () => store);
