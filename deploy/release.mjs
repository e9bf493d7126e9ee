// Makes a release of the tag that is checked out, into the folder `release`:
//
//   git tag v0.2.0 && node deploy/release.mjs
//   PLIMSOLL_IMAGE=registry.example.org/plimsoll node deploy/release.mjs      pushes the image too
//
// notes.md: the tag's section of CHANGELOG.md. sbom.cdx.json: CycloneDX, what the image installs. image.json: the image's
// id, commit, base and size, and whether advisories could be asked for. Refused: a tree that differs from the tag, a
// version that package.json or CHANGELOG.md does not have, a licence outside the list, a package with a vulnerability of
// high severity, an image over 200 MB.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { createGzip } from 'node:zlib';

import { billOfMaterials, changesOf, foreignLicences, severeVulnerabilities } from './release-parts.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'release');
/** What is fetched: layers travel compressed. */
const MAX_IMAGE_BYTES = 200e6;

const output = (program, ...args) =>
  execFileSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
const run = (program, ...args) => execFileSync(program, args, { cwd: ROOT, stdio: 'inherit' });
const write = (name, text) => writeFileSync(join(OUT, name), text);

function refuse(reason) {
  process.stderr.write(`release: ${reason}\n`);
  process.exit(1);
}

function taggedVersion() {
  if (output('git', 'status', '--porcelain') !== '') refuse('the tree holds changes that no commit has');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const tags = output('git', 'tag', '--points-at', 'HEAD').split('\n');
  if (!tags.includes(`v${version}`)) refuse(`package.json is of ${version}, and no tag v${version} is on this commit`);
  return version;
}

function compressedBytes(image) {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const save = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] }).on('error', reject);
    save.stdout
      .pipe(createGzip())
      .on('data', (chunk) => (bytes += chunk.length))
      .on('end', () => resolve(bytes));
  });
}

const version = taggedVersion();
mkdirSync(OUT, { recursive: true });

const notes = changesOf(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), version);
if (notes === undefined) refuse(`CHANGELOG.md has no section ${version}: its Unreleased becomes one`);
write('notes.md', notes);

const bill = billOfMaterials(
  JSON.parse(output('npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only')),
  JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')),
);
const foreign = foreignLicences(bill);
if (foreign.length > 0) refuse(`licences that nobody has agreed to: ${foreign.join(', ')}`);
write('sbom.cdx.json', `${JSON.stringify(bill, null, 2)}\n`);

// It ends with 1 where it found something, and where it could not ask.
const audit = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
const vulnerable = severeVulnerabilities(JSON.parse(audit.stdout));
if (vulnerable === undefined) process.stderr.write('release: npm’s registry gave no advisories; nothing was checked\n');
else if (vulnerable.length > 0) refuse(`vulnerable packages: ${vulnerable.join(', ')}`);

const image = `${process.env['PLIMSOLL_IMAGE'] ?? 'plimsoll'}:${version}`;
const revision = output('git', 'rev-parse', 'HEAD');
const label = (key, value) => ['--label', `org.opencontainers.image.${key}=${value}`];
const network = process.env['PLIMSOLL_BUILD_NETWORK'];
run(
  'docker',
  'build',
  ...(network === undefined ? [] : ['--network', network]),
  ...label('version', version),
  ...label('revision', revision),
  ...label('licenses', 'Apache-2.0'),
  ...['--tag', image, '.'],
);
const bytes = await compressedBytes(image);
if (bytes > MAX_IMAGE_BYTES)
  refuse(`${image} is ${(bytes / 1e6).toFixed(0)} MB compressed, over ${MAX_IMAGE_BYTES / 1e6}`);
if (process.env['PLIMSOLL_IMAGE'] !== undefined) run('docker', 'push', image);
const inspect = (name, format) => output('docker', 'image', 'inspect', '--format', format, name);
const [base] = /(?<=^FROM )\S+/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const made = {
  ...{ image, id: inspect(image, '{{.Id}}'), revision, compressedBytes: bytes },
  // By digest, where it came from a registry.
  base: { name: base, id: inspect(base, '{{.Id}}'), digests: JSON.parse(inspect(base, '{{json .RepoDigests}}')) },
  advisories: vulnerable === undefined ? 'not checked' : 'none of high severity',
};
write('image.json', `${JSON.stringify(made, null, 2)}\n`);
process.stdout.write(`${image}: ${(bytes / 1e6).toFixed(0)} MB compressed, ${bill.components.length} components\n`);
