import type { Actor, Instant } from '../kernel/event-sourcing';
import { splitHash } from '../platform/event-store/chain';
import type { Codec } from '../platform/event-store/codec';
import { subjectsOf } from '../platform/event-store/codec';
import type { StoredEvent } from '../platform/event-store/event-store';
import type { PersonKeys } from '../platform/security/vault';

/** An event as an auditor sees it: decrypted as far as the reader may see, in the current schema. */
export interface EventRecord {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** The schema it was written in; `data` is brought up to the current one. */
  readonly schema: number;
  readonly recordedAt: Instant;
  readonly actor: Actor;
  readonly correlation: string;
  readonly causation?: string;
  readonly requestId?: string;
  readonly commandId: string;
  readonly data: unknown;
  readonly hash: string;
}

/** What a reader may see of the people in events. Values of erased people are gone for everybody. */
export type Sight = 'people' | 'no-people';

/** Personal values are for those who may see cards; a key that may only audit sees who is meant, not what they are called. */
export const sightOf = (permissions: ReadonlySet<string>): Sight => (permissions.has('cards.view') ? 'people' : 'no-people');

/** Stored events to records. */
export class EventRecords {
  constructor(
    private readonly codec: Codec,
    private readonly keys: PersonKeys,
  ) {}

  async read(events: readonly StoredEvent[], sight: Sight): Promise<readonly EventRecord[]> {
    const keys = sight === 'people' ? await this.keys.load(subjectsOf(events)) : new Map<string, Buffer>();
    return events.map((event) => {
      const { fact, metadata } = this.codec.decode(event, keys);
      const { actor, correlation, causation, requestId, commandId, recordedAt } = metadata;
      const { schema } = JSON.parse(event.metadata) as { schema: number };
      const data = sight === 'people' ? fact.data : hidePeople(fact.data);
      const hash = splitHash(event.metadata)?.hash ?? '';
      const { stream, revision, id, type } = event;
      return { stream, revision, id, type, schema, recordedAt, actor, correlation, causation, requestId, commandId, data, hash };
    });
  }
}

/** Without keys a value reads as erased, which would be a lie: it is only not shown. */
function hidePeople(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(hidePeople);
  if (typeof node !== 'object' || node === null) return node;
  if ('subject' in node && 'erased' in node) return { subject: node.subject, hidden: true };
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, hidePeople(value)]));
}
