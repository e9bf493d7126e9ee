export { incidentAlert, type AlertChange } from './incident-alerts.js';
export { incidentStoreContract } from './incident-store-contract.js';
export { watchStoreContract } from './watch-store-contract.js';
