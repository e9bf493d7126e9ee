export {
  decodeProfileHealth,
  encodeProfileHealth,
  type ProfileHealth,
  startProfileHealth,
  watchProfile,
} from './profile-health.js';
