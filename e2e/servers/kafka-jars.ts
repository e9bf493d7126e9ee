import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../root.js';
import { runProgram } from './programs.js';

const KAFKA_VERSION = '4.1.0';
const LOG4J_VERSION = '2.24.3';
const CACHE = join(ROOT, 'node_modules/.cache/plimsoll');

/** The folder of Kafka's jars, fetched from Maven the first time (43 MB). */
export async function kafkaJars(): Promise<string> {
  const folder = join(CACHE, `kafka-${KAFKA_VERSION}`);
  if (await exists(folder)) return folder;
  const building = `${folder}.${process.pid}`;
  await mkdir(building, { recursive: true });
  await writeFile(join(building, 'pom.xml'), pom());
  const args = ['--batch-mode', '--quiet', 'dependency:copy-dependencies', '-DoutputDirectory=lib'];
  await runProgram('mvn', args, { directory: building, timeoutMs: 600_000 });
  try {
    await rename(building, folder);
  } catch (error) {
    // Another process was faster.
    await rm(building, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

function pom(): string {
  const dependency = (group: string, artifact: string, version: string): string =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>plimsoll</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
${dependency('org.apache.kafka', 'kafka-tools', KAFKA_VERSION)}
${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION)}
</dependencies></project>`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
