import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import type { Answer } from '../api/client.js';
import { deadLetters } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { Empty, Failed, Loading } from '../ui/states.js';
import { Ago, Time } from '../ui/time.js';
import { plain, Untrusted } from '../ui/untrusted.js';

type Letter = Answer<'/api/v1/dead-letters'>['letters'][number];

/** What the reasons mean, and what helps. */
const REASONS: Readonly<Record<string, string>> = {
  late: 'came after its time was over: a source or a detector was behind, or a replay was older than what is open',
  'bad-message': 'not a message of its topic: somebody else writes there, or a version that this one does not know',
  'unknown-version': 'written by a newer version: update this service, then replay the source',
  'too-large': 'larger than a record may be',
};

/** Records that could not be used: how many of which kind, and each with its place, to be replayed from its source. */
export function LettersPage() {
  const { data, error, isPending } = useQuery(deadLetters);
  return (
    <>
      <h1>Dead letters</h1>
      {isPending ? <Loading what="dead letters" /> : null}
      {error === null ? null : <Failed error={error} />}
      {data?.counts.length === 0 ? <Empty title="Every record could be used" /> : null}
      {data === undefined || data.counts.length === 0 ? null : (
        <>
          <section className="panel scroll-x" aria-label="By reason" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Topic</th>
                  <th scope="col">Reason</th>
                  <th scope="col">Refused by</th>
                  <th scope="col">Records</th>
                  <th scope="col">Last</th>
                </tr>
              </thead>
              <tbody>
                {data.counts.map(({ topic, reason, by, count, last }) => (
                  <tr key={JSON.stringify([topic, reason, by])}>
                    <th scope="row">{plain(topic)}</th>
                    <td>
                      {plain(reason)} <span className="quiet small">{REASONS[reason]}</span>
                    </td>
                    <td>{plain(by)}</td>
                    <td className="numeric">{count}</td>
                    <td>
                      <Ago at={last} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section className="panel stack" aria-labelledby="replay">
            <h2 id="replay">Sending them again</h2>
            <p>
              A record is not sent again by itself: it would be refused for the same reason. When the cause is gone, a
              command beside the stack sends the refused records once more, or their source is replayed; events that
              were processed already are recognised by their identity, and nothing is alerted twice.
            </p>
            <pre tabIndex={0}>
              plimsoll dead-letters resend --reason {plain(data.counts[0]!.reason)}
              {'\n'}plimsoll replay RECORDING --to http://COLLECTOR:8081
            </pre>
          </section>
          <section className="panel scroll-x" aria-label="Records" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">From</th>
                  <th scope="col">Key</th>
                  <th scope="col">Why</th>
                  <th scope="col">Content</th>
                </tr>
              </thead>
              <tbody>
                {data.letters.map((letter) => (
                  <Line key={`${letter.topic}/${letter.partition}/${letter.offset}/${letter.by}`} letter={letter} />
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </>
  );
}

function Line({ letter }: { readonly letter: Letter }) {
  const [open, setOpen] = useState(false);
  return (
    <tr>
      <td>
        <Time at={letter.at} />
      </td>
      <td className="numeric">
        {plain(letter.topic)}/{letter.partition}, {letter.offset}
      </td>
      <td>{letter.key === null ? null : <Untrusted text={letter.key} />}</td>
      <td>
        {plain(letter.reason)}: <Untrusted text={letter.detail} />
      </td>
      <td>
        {letter.head === undefined ? (
          <span className="quiet">{letter.size_bytes} bytes, not copied</span>
        ) : (
          <>
            <Button
              look="plain"
              onPress={() => {
                setOpen(!open);
              }}
            >
              {letter.size_bytes} bytes
            </Button>
            {open ? <Untrusted text={textOf(letter.head)} /> : null}
          </>
        )}
      </td>
    </tr>
  );
}

function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
