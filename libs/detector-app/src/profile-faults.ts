import type { ProfileFault, StoredProfiles } from '@plimsoll/pipelines';
import type { ServiceTools } from '@plimsoll/service-kit';
import { Gauge, type Registry } from 'prom-client';

/** Longest reason that a log line holds. */
const REASON_CHARS = 256;

/** One line for a version in force that cannot be scored by: whose, and why. */
export function profileLog(log: Pick<ServiceTools['log'], 'error'>): (fault: ProfileFault) => void {
  return ({ slot, version, reason }) => {
    const { application, workload, detector } = slot;
    const words = 'profile cannot be used, so this detector does not judge the workload by it; push one that can';
    log.error({ application, workload, detector, version, reason: reason.slice(0, REASON_CHARS) }, words);
  };
}

/** Of each slot with such a version: 1, for as long as it is in force. */
export function profileFaultMetric(registry: Registry, profiles: Pick<StoredProfiles, 'faults'>): void {
  new Gauge({
    name: 'plimsoll_profile_unusable',
    help: '1 for a profile in force that the detector cannot score by',
    labelNames: ['application', 'workload', 'detector'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { slot } of profiles.faults()) {
        const { application, workload, detector } = slot;
        this.set({ application, workload, detector }, 1);
      }
    },
  });
}
