import { PlimsollError, US_PER_SECOND } from '@plimsoll/contracts';
const MINUTE_US = 60 * US_PER_SECOND;
export const DEFAULT_FUSION = {
    bucketUs: 5 * US_PER_SECOND,
    gapUs: 5 * MINUTE_US,
    graceUs: 30 * MINUTE_US,
    slackUs: US_PER_SECOND,
    lookbackUs: 30 * US_PER_SECOND,
    maxPrincipals: 4,
    maxFindings: 24,
    maxAtoms: 4_096,
    evidencePerVerdict: 4,
    evidencePerFinding: 8,
    evidencePerAlert: 32,
    revisionsPerMinute: 16,
    falseAlertsPerDay: 1,
    weakShare: 0.2,
    weakPValue: 0.01,
    windowsPerMinute: { sequence: 240, frequency: 60, log: 600 },
};
/** The configuration with what is given put in. Throws `bad-configuration` with every problem at once. */
export function fusionConfig(given = {}) {
    const config = { ...DEFAULT_FUSION, ...given };
    const problems = [];
    const whole = (name, least) => {
        const value = config[name];
        if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
            problems.push(`${name} must be a whole number of at least ${least}`);
        }
    };
    whole('bucketUs', US_PER_SECOND);
    whole('gapUs', US_PER_SECOND);
    whole('graceUs', 0);
    whole('slackUs', 0);
    whole('lookbackUs', 0);
    for (const name of ['maxPrincipals', 'maxFindings', 'evidencePerVerdict', 'evidencePerFinding']) {
        whole(name, 1);
    }
    whole('maxAtoms', 16);
    whole('evidencePerAlert', config.evidencePerVerdict);
    whole('revisionsPerMinute', 1);
    if (config.gapUs % config.bucketUs !== 0)
        problems.push('bucketUs must divide gapUs');
    if (config.lookbackUs + 2 * config.slackUs >= config.gapUs)
        problems.push('lookbackUs must be well under gapUs');
    if (!(config.falseAlertsPerDay > 0))
        problems.push('falseAlertsPerDay must be over 0');
    if (!(config.weakShare >= 0 && config.weakShare < 1))
        problems.push('weakShare must be in [0, 1)');
    if (!(config.weakPValue > 0 && config.weakPValue <= 0.1))
        problems.push('weakPValue must be in (0, 0.1]');
    if (problems.length > 0)
        throw new PlimsollError('bad-configuration', `fusion: ${problems.join('; ')}`);
    return config;
}
//# sourceMappingURL=fusion-config.js.map