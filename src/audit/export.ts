import type { StoredEvent } from '../platform/event-store/event-store';
import { belongs, type NetworkLog } from './network-log';

/**
 * Events exactly as stored, one JSON object a line: data and metadata are the stored strings, ciphertext included, so that
 * anybody can recompute the chains without keys (docs/security.md says how). The last line counts what came before it: an
 * export without it is cut short.
 */
export async function* exportLines(log: NetworkLog, network: string | undefined, stream?: string): AsyncGenerator<string> {
  const streams = new Set<string>();
  let events = 0;
  const pages = stream === undefined ? wholeLog(log) : wholeStream(log, network, stream);
  for await (const page of pages) {
    const lines: string[] = [];
    for (const event of page) {
      if (!belongs(event, network)) continue;
      events += 1;
      streams.add(event.stream);
      const { id, type, revision, data, metadata } = event;
      lines.push(`${JSON.stringify({ stream: event.stream, revision, id, type, data, metadata })}\n`);
    }
    if (lines.length > 0) yield lines.join('');
  }
  yield `${JSON.stringify({ end: { logId: await log.logId(), events, streams: streams.size } })}\n`;
}

async function* wholeLog(log: NetworkLog): AsyncGenerator<readonly StoredEvent[]> {
  for await (const page of log.all()) yield page.events;
}

async function* wholeStream(log: NetworkLog, network: string | undefined, stream: string): AsyncGenerator<readonly StoredEvent[]> {
  for (let from = 0; ;) {
    const events = await log.stream(network, stream, from);
    yield events;
    if (events.length < 1000) return;
    from += events.length;
  }
}
