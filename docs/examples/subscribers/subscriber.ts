/** Prints one line for each change of an incident: `npx tsx subscriber.ts BROKER[,BROKER…] [GROUP]`. */
import kafkajs, { type EachMessagePayload } from 'kafkajs';

const [brokers = 'localhost:9092', groupId = 'example-subscriber'] = process.argv.slice(2);

interface Finding {
  readonly activity_name: string;
  readonly severity: string;
  readonly finding_info: { readonly uid: string; readonly title: string };
  readonly evidences: readonly { readonly data: { readonly time: string; readonly observed: string } }[];
}

const kafka = new kafkajs.Kafka({
  clientId: 'example-subscriber',
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.ERROR,
});
const consumer = kafka.consumer({ groupId });

/** A record may come again after a crash: its `ce_id` is the same then. */
const seen = new Set<string>();

function print({ message }: EachMessagePayload): Promise<void> {
  const id = message.headers?.['ce_id']?.toString() ?? '';
  // What carries no such header is none of Plimsoll's.
  if (id === '' || seen.has(id)) return Promise.resolve();
  seen.add(id);
  if (message.headers?.['ce_type']?.toString().startsWith('io.plimsoll.watch.')) {
    const { message: words } = JSON.parse(message.value?.toString() ?? '{}') as { message: string };
    console.log(words);
    return Promise.resolve();
  }
  const finding = JSON.parse(message.value?.toString() ?? '{}') as Finding;
  const [first] = finding.evidences;
  const what = first === undefined ? '' : ` since ${first.data.time}: ${JSON.stringify(first.data.observed)}`;
  console.log(`${finding.activity_name} ${finding.severity} ${finding.finding_info.title}${what}`);
  return Promise.resolve();
}

process.once('SIGINT', () => void consumer.disconnect());
await consumer.connect();
await consumer.subscribe({ topic: 'alerts', fromBeginning: true });
await consumer.run({ eachMessage: print });
