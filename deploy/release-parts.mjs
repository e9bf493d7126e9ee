// What deploy/release.mjs decides, without files or programs.

/** Licences of what the image installs; a new one is a decision, not an accident. */
const AGREED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
]);

const isOurs = ({ purl }) => purl.startsWith('pkg:npm/%40plimsoll/');

/** The section of a version, without its heading; undefined where there is none. */
export function changesOf(changelog, version) {
  const section = changelog.split(/^## /m).find((text) => text.split(/\s/, 1)[0] === version);
  return section?.replace(/^.*\n+/, '');
}

/**
 * What the image installs: of npm's bill of everything, what the lock file does not mark as for development. (npm's own
 * `--omit dev` leaves out each package that something for development needs too, such as kafkajs.) npm names the project
 * after the folder that it lies in, and gives our packages no licence.
 */
export function billOfMaterials(bill, lock) {
  const installed = new Set(Object.entries(lock.packages).flatMap(installedName));
  const licensed = (component) => ({ ...component, licenses: [{ license: { id: 'Apache-2.0' } }] });
  const kept = bill.components.filter((component) => isOurs(component) || installed.has(component['bom-ref']));
  const refs = new Set([bill.metadata.component, ...kept].map((component) => component['bom-ref']));
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...licensed(bill.metadata.component), name: 'plimsoll' } },
    components: kept.map((component) => (isOurs(component) ? licensed(component) : component)),
    dependencies: bill.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
  };
}

function installedName([path, { version, dev, link }]) {
  const [, name] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? [];
  return name === undefined || dev === true || link === true ? [] : [`${name}@${version}`];
}

/** `name@version: licence` of each component whose licence was not agreed to, or that names none. */
export function foreignLicences({ components }) {
  return components.flatMap(({ name, version, licenses = [] }) => {
    const ids = licenses.map(({ license, expression }) => license?.id ?? license?.name ?? expression);
    const agreed = ids.length > 0 && ids.every((id) => AGREED.has(id));
    return agreed ? [] : [`${name}@${version}: ${ids.join(', ') || 'none'}`];
  });
}

/**
 * What `npm audit --json` came to: undefined where the registry gave no advisories, else `name: severity` of each package
 * that is vulnerable to a high or critical degree. Less severe ones stop no release; their fixes come with the next.
 */
export function severeVulnerabilities({ auditReportVersion, vulnerabilities }) {
  if (auditReportVersion === undefined) return undefined;
  return Object.values(vulnerabilities)
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity }) => `${name}: ${severity}`);
}
