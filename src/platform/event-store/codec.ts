import { hash, randomUUID } from 'node:crypto';
import type { CommandContext, Fact, Instant, RecordedFact } from '../../kernel/event-sourcing';
import { currentSchema, upcast } from '../../kernel/upcasting';
import type { Registry } from '../registry';
import type { PersonKeys } from '../security/vault';
import { type ChainEnd, linkHash, withHash } from './chain';
import type { NewEvent, StoredEvent } from './event-store';
import { hasSubjects, LazyMetadata, type StoredMetadata } from './lazy-metadata';
import { compilePaths, eachPersonal, type Keys, openAll, type PersonalPath, sealAll } from './personal-values';

/** A person whom a fact speaks of, with the e-mail address (if the fact has one) that joins this subject to the same person's others. */
export type Subjects = Map<string, { email?: string }>;

const NO_PATHS: readonly PersonalPath[] = [];
const NO_KEYS: Keys = new Map();
const UNDECLARED = /\{"subject":"[^"]*","value":/;

/** Facts to the strings that a store keeps, and back: schema versions, personal values, metadata, the hash chain. */
export class Codec {
  private readonly paths: ReadonlyMap<string, readonly PersonalPath[]>;
  private readonly process = randomUUID();
  private attempts = 0;

  constructor(private readonly registry: Pick<Registry, 'upcasts' | 'personal'>) {
    this.paths = compilePaths(registry.personal);
  }

  /**
   * The persons in a fact; undefined for the many facts that speak of nobody. The last part of a path says what a value is: `email` (or
   * `…Email`) joins its subject to the others with the same address.
   */
  subjectsIn(fact: Fact): Subjects | undefined {
    const paths = this.paths.get(fact.type);
    if (!paths) return undefined;
    const subjects: Subjects = new Map();
    for (const path of paths) {
      const isEmail = /(^e|E)mail$/.test(path.at(-1) as string);
      eachPersonal(fact.data, path, (person) => {
        const known = subjects.get(person.subject) ?? {};
        subjects.set(person.subject, isEmail && 'value' in person && typeof person.value === 'string' ? { email: person.value } : known);
      });
    }
    return subjects.size > 0 ? subjects : undefined;
  }

  /** The events of one command, linked to the chain's end, which moves on. `keys` holds a key for each person who is not erased. */
  encode(
    stream: string,
    context: CommandContext,
    facts: readonly Fact[],
    recordedAt: Instant,
    end: ChainEnd,
    keys: Keys = NO_KEYS,
  ): NewEvent[] {
    const origin = originOf(context);
    const attempt = `${this.process}.${++this.attempts}`;
    return facts.map((fact, index) => {
      const id = eventId(stream, context.commandId, index, attempt);
      const paths = this.paths.get(fact.type) ?? NO_PATHS;
      const data = this.encodeData(fact, paths, id, keys);
      const subjects = paths === NO_PATHS ? undefined : this.subjectsIn(fact);
      const people = subjects ? `,"subjects":${JSON.stringify([...subjects.keys()])}` : '';
      const schema = currentSchema(this.registry.upcasts, fact.type);
      const metadata = `{"schema":${schema},${origin}${people},"recordedAt":"${recordedAt}"`;
      end.revision += 1;
      end.hash = linkHash(end.hash, stream, end.revision, { id, type: fact.type, data, metadata });
      return { id, type: fact.type, data, metadata: withHash(metadata, end.hash) };
    });
  }

  /** A stored event as a fact of the current schema. Personal values without a key in `keys` read as erased. */
  decode(event: StoredEvent, keys: Keys = NO_KEYS): RecordedFact {
    const stored = JSON.parse(event.metadata) as StoredMetadata;
    const parsed = JSON.parse(event.data) as unknown;
    const opened = stored.subjects ? openAll(parsed, keys, event.id) : parsed;
    const { network, actor, correlation, causation, requestId, commandId, requestHash, subjects, recordedAt } = stored;
    const { stream, revision, position, id: eventId } = event;
    return {
      fact: { type: event.type, data: upcast(this.registry.upcasts, event.type, stored.schema, opened) },
      metadata: {
        stream,
        revision,
        position,
        eventId,
        network,
        actor,
        correlation,
        causation,
        requestId,
        commandId,
        requestHash,
        subjects,
        recordedAt,
      },
    };
  }

  /** Decodes a batch; the keys of all its persons are asked for once. */
  async decodeAll(events: readonly StoredEvent[], personKeys: PersonKeys): Promise<RecordedFact[]> {
    const subjects = subjectsOf(events);
    const keys = subjects.length === 0 ? NO_KEYS : (personKeys.cached(subjects) ?? (await personKeys.load(subjects)));
    return events.map((event) => this.decode(event, keys));
  }

  /**
   * The same for folds, which look at little of the metadata: it is parsed when somebody asks for more than a fact's place and network.
   */
  async decodeForFolding(events: readonly StoredEvent[], personKeys: PersonKeys): Promise<RecordedFact[]> {
    const metadata = events.map((event) => new LazyMetadata(event));
    const subjects = new Set<string>();
    for (const each of metadata) for (const subject of each.subjects ?? []) subjects.add(subject);
    const people = [...subjects];
    const keys = people.length === 0 ? NO_KEYS : (personKeys.cached(people) ?? (await personKeys.load(people)));
    return events.map((event, i) => this.decodeLazily(event, metadata[i]!, keys));
  }

  /** The same with the keys that somebody else has loaded. */
  decodeWith(events: readonly StoredEvent[], keys: Keys): RecordedFact[] {
    return events.map((event) => this.decodeLazily(event, new LazyMetadata(event), keys));
  }

  private decodeLazily({ type, data: text, id, metadata: about }: StoredEvent, metadata: LazyMetadata, keys: Keys): RecordedFact {
    const parsed = JSON.parse(text) as unknown;
    const data = hasSubjects(about) ? openAll(parsed, keys, id) : parsed;
    return { fact: { type, data: upcast(this.registry.upcasts, type, metadata.schema, data) }, metadata };
  }

  private encodeData(fact: Fact, paths: readonly PersonalPath[], id: string, keys: Keys): string {
    const data = paths === NO_PATHS ? fact.data : sealAll(fact.data, paths, keys, id);
    const text = JSON.stringify(data ?? {});
    if (text.includes('{"subject":"') && UNDECLARED.test(text)) {
      throw new Error(`The fact ${fact.type} holds a personal value that its module does not declare; it would be stored in clear`);
    }
    return text;
  }
}

/** What is the same for all events of a command. Written out by hand: this is on the path of every command. */
function originOf({ network, actor, correlation, causation, requestId, commandId, requestHash }: CommandContext): string {
  let text = `"network":${quote(network)},"actor":{"kind":"${actor.kind}","id":${quote(actor.id)}},"correlation":${quote(correlation)}`;
  if (causation !== undefined) text += `,"causation":${quote(causation)}`;
  if (requestId !== undefined) text += `,"requestId":${quote(requestId)}`;
  text += `,"commandId":${quote(commandId)}`;
  return requestHash === undefined ? text : `${text},"requestHash":${quote(requestHash)}`;
}

/** Ids hardly ever hold what JSON escapes; looking is cheaper than escaping. */
const quote = (text: string): string => (/^[\w:.=+/-]*$/.test(text) ? `"${text}"` : JSON.stringify(text));

/** The persons of a batch, each once, without parsing the events that speak of nobody. */
export function subjectsOf(events: readonly StoredEvent[]): readonly string[] {
  const subjects = new Set<string>();
  for (const { metadata } of events) {
    if (!metadata.includes('"subjects":[')) continue;
    for (const subject of (JSON.parse(metadata) as StoredMetadata).subjects ?? []) subjects.add(subject);
  }
  return [...subjects];
}

/**
 * A version 5 UUID of stream, command, index and the attempt that encoded them. An append that is sent again as it is has the same ids,
 * nothing else ever has: EventStoreDB answers ids that it has at the expected revision as written, whatever the bytes. If two instances
 * that are sent the same command gave its events the same ids, the slower one would go on from a hash that nobody stored.
 */
export function eventId(stream: string, commandId: string, index: number, attempt: string): string {
  const hex = hash('sha1', `largesse\n${stream}\n${commandId}\n${index}\n${attempt}`, 'hex');
  const variant = '89ab'[parseInt(hex[16] as string, 16) & 3] as string;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
