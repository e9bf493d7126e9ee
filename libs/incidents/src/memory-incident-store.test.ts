import { MemoryIncidentStore } from './memory-incident-store.js';
import { incidentStoreContract } from './testing/incident-store-contract.js';

incidentStoreContract('memory', (limits) => new MemoryIncidentStore(limits));
