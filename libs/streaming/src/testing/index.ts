export {
  countingOperator,
  ENDING,
  FAILING,
  LATE,
  UNREADABLE,
  type CountMessage,
  type CountState,
} from './counting-operator.js';
