import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../root.js';
import { runProgram } from '../servers/programs.js';

const VERSION = '10.1.34';
const CACHE = join(ROOT, 'node_modules/.cache/plimsoll');
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>plimsoll</groupId><artifactId>tomcat</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.tomcat.embed</groupId><artifactId>tomcat-embed-jasper</artifactId>
<version>${VERSION}</version></dependency></dependencies></project>`;

/** The folder whose `lib` holds Tomcat's jars, fetched from Maven the first time (7 MB). */
export async function tomcatJars(): Promise<string> {
  const folder = join(CACHE, `tomcat-${VERSION}`);
  try {
    await access(folder);
  } catch {
    const building = `${folder}.${process.pid}`;
    await mkdir(building, { recursive: true });
    await writeFile(join(building, 'pom.xml'), POM);
    const args = ['--batch-mode', '--quiet', 'dependency:copy-dependencies', '-DoutputDirectory=lib'];
    await runProgram('mvn', args, { directory: building, timeoutMs: 600_000 });
    await rename(building, folder);
  }
  return folder;
}
