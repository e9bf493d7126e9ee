export {
  countingOperator,
  ENDING,
  FAILING,
  LATE,
  UNREADABLE,
  type CountMessage,
  type CountState,
} from './counting-operator.js';
export { eventLogContract, type EventLogFixture } from './event-log-contract.js';
export { profileStoreContract } from './profile-store-contract.js';
export { stateStoreContract } from './state-store-contract.js';
export { testServers, type TestContext, type TestServers } from './test-servers.js';
export { learningStoreContract } from './learning-store-contract.js';
