import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Actor, CommandContext, Instant } from '../../kernel/event-sourcing';
import { EventStore } from '../event-store/event-store';
import { type Change, Streams } from '../event-store/streams';
import { FinishErasure } from './finish-erasure';
import { beginErasure, finishErasure, person, type Person, type PersonErased, type PersonFact } from './person';
import { PersonKeys } from './vault';

const CATEGORY = 'person-';

/** Whom an e-mail address joins. */
export interface JoinedSubjects {
  /** Names the person without a word about who it is; also the number of their erasure. */
  readonly id: string;
  readonly all: readonly string[];
  /** Those whose values can still be read. */
  readonly living: readonly string[];
}

/** What an erasure wrote down: a certificate that holds no word about who it was. */
export interface ErasureRecord {
  readonly subjects: readonly string[];
  readonly at: Instant;
  readonly by: Actor;
}

/**
 * Erases persons. First the intent is written, with all subjects that the e-mail address joins; then their keys are destroyed; then
 * `PersonErased` says so, and read models follow. A crash in between is made good by the policy in person.ts. Facts stay, amounts stay
 * right, chains stay whole: only the values can never be read again.
 */
export class Erasure {
  constructor(
    private readonly streams: Streams,
    private readonly keys: PersonKeys,
    private readonly events: EventStore,
  ) {}

  async find(network: string, email: string): Promise<JoinedSubjects> {
    const id = this.keys.joinOf(network, email);
    const all = await this.keys.subjectsOf(network, id);
    const keys = await this.keys.load(all);
    return { id, all, living: all.filter((subject) => keys.has(subject)) };
  }

  /** The finished erasures of one person, oldest first: who buys again after one may be erased again. */
  async records(network: string, id: string): Promise<readonly ErasureRecord[]> {
    const history = await this.streams.history<PersonFact>(network, `${CATEGORY}${id}`);
    const records: ErasureRecord[] = [];
    let by: Actor | undefined;
    for (const { fact, metadata } of history) {
      if (fact.type === 'PersonErasureBegun') by = metadata.actor;
      else records.push({ ...fact.data, by: by ?? metadata.actor });
    }
    return records;
  }

  /** Answers the subjects that are gone now, earlier erasures included; empty when nobody has this address. */
  async erase(context: CommandContext, email: string): Promise<{ readonly subjects: readonly string[]; readonly position: number }> {
    const joined = this.keys.joinOf(context.network, email);
    const subjects = await this.keys.subjectsOf(context.network, joined);
    if (subjects.length === 0) return { subjects, position: 0 };
    const stream = `${CATEGORY}${joined}`;
    await this.streams.change(context, stream, person, (state) => beginErasure(state, { subjects, at: context.at }));
    const { state, position } = await this.finish(context, stream);
    return { subjects: state.gone, position };
  }

  /** Takes up an erasure wherever it stopped. */
  async finish(context: CommandContext, stream: string): Promise<Change<Person, PersonFact>> {
    const { network, at } = context;
    const { state, revision } = await this.streams.state(network, stream, person);
    await Promise.all(state.leaving.map((subject) => this.keys.destroy(network, subject)));
    const step = { ...context, commandId: `finish-${stream}-${revision}`, causation: context.commandId, requestHash: undefined };
    return this.streams.change(step, stream, person, (now) =>
      now.leaving.length === state.leaving.length ? finishErasure(now, { at }) : [],
    );
  }

  /**
   * At every start, because a restore may have come before it: keys in a backup may be older than an erasure in the log, and would bring
   * the person back. Answers how many were destroyed again.
   */
  async repeatAll(): Promise<number> {
    let count = 0;
    for (let after = 0; ;) {
      const page = await this.events.readAll({ after, prefixes: [CATEGORY] });
      for (const { type, data, metadata } of page.events) {
        if (type !== ('PersonErased' satisfies PersonErased['type'])) continue;
        const { network } = JSON.parse(metadata) as { network: string };
        const { subjects } = JSON.parse(data) as PersonErased['data'];
        const back = await this.keys.load(subjects);
        await Promise.all([...back.keys()].map((subject) => this.keys.destroy(network, subject)));
        count += back.size;
      }
      if (page.end) return count;
      after = page.next;
    }
  }
}

@CommandHandler(FinishErasure)
export class FinishErasureHandler implements ICommandHandler<FinishErasure> {
  private readonly erasure: Erasure;

  constructor(streams: Streams, keys: PersonKeys, events: EventStore) {
    this.erasure = new Erasure(streams, keys, events);
  }

  async execute({ context, stream }: FinishErasure): Promise<void> {
    await this.erasure.finish(context, stream);
  }
}
