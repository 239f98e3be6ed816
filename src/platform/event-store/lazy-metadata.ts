import type { Actor, FactMetadata, Instant } from '../../kernel/event-sourcing';
import type { StoredEvent } from './event-store';

/** Metadata as it is stored, in this order of fields; absent ones are left out, `hash` is always last. */
export interface StoredMetadata {
  readonly schema: number;
  readonly network: string;
  readonly actor: Actor;
  readonly correlation: string;
  readonly causation?: string;
  readonly requestId?: string;
  readonly commandId: string;
  readonly requestHash?: string;
  readonly subjects?: readonly string[];
  readonly recordedAt: Instant;
  readonly hash: string;
}

/** What follows the subjects, or their absence, has always the same length: `,"recordedAt":"…","hash":"…"}`. */
const END = 94;
const END_BEGINS = ',"recordedAt":"';

function mayHaveSubjects(text: string): boolean {
  const at = text.length - END;
  return text.startsWith(END_BEGINS, at) ? text.charCodeAt(at - 1) === 0x5d : true;
}

const SUBJECTS = ',"subjects":';

/** The list by itself; no string can hold its beginning, whose quotes would be escaped. Undefined where it is not where it should be. */
function listedIn(text: string): readonly string[] | undefined {
  const end = text.length - END;
  const from = text.startsWith(END_BEGINS, end) ? text.lastIndexOf(SUBJECTS, end) : -1;
  return from < 0 ? undefined : (JSON.parse(text.slice(from + SUBJECTS.length, end)) as readonly string[]);
}

/** Whether an event speaks of persons; without parsing, for nearly all that do not. */
export const hasSubjects = (metadata: string): boolean => mayHaveSubjects(metadata) && metadata.includes('"subjects":[');

/** How nearly all metadata begins: a schema of one digit, then the network. */
const SCHEMA_AT = '{"schema":'.length;
const NETWORK = ',"network":"';
const NETWORK_AT = SCHEMA_AT + 1 + NETWORK.length;

/**
 * A fact's metadata as folds need it: most ask for nothing but the network and the position, so the stored text is parsed only for
 * those that want more. That parsing would be a third of what folding costs.
 */
export class LazyMetadata implements FactMetadata {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly eventId: string;
  private readonly text: string;
  private parsed?: StoredMetadata;
  private known?: string;

  constructor({ stream, revision, position, id, metadata }: StoredEvent) {
    this.stream = stream;
    this.revision = revision;
    this.position = position;
    this.eventId = id;
    this.text = metadata;
  }

  get schema(): number {
    return this.beginsAsUsual ? this.text.charCodeAt(SCHEMA_AT) - 0x30 : this.all.schema;
  }
  get network(): string {
    return (this.known ??= this.beginsAsUsual ? this.networkInText : this.all.network);
  }

  get actor(): Actor {
    return this.all.actor;
  }
  get correlation(): string {
    return this.all.correlation;
  }
  get causation(): string | undefined {
    return this.all.causation;
  }
  get requestId(): string | undefined {
    return this.all.requestId;
  }
  get commandId(): string {
    return this.all.commandId;
  }
  get requestHash(): string | undefined {
    return this.all.requestHash;
  }
  get recordedAt(): Instant {
    return this.all.recordedAt;
  }
  get subjects(): readonly string[] | undefined {
    return this.parsed || mayHaveSubjects(this.text) ? (listedIn(this.text) ?? this.all.subjects) : undefined;
  }

  private get beginsAsUsual(): boolean {
    return this.text.startsWith(NETWORK, SCHEMA_AT + 1);
  }

  /** Ids need no escapes; a name that has one is read as JSON. */
  private get networkInText(): string {
    const name = this.text.slice(NETWORK_AT, this.text.indexOf('"', NETWORK_AT));
    return name.includes('\\') ? this.all.network : name;
  }

  private get all(): StoredMetadata {
    return (this.parsed ??= JSON.parse(this.text) as StoredMetadata);
  }
}
