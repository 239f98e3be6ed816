import type { CommandContext, WakeUp, WakeUpDocument } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import type { Clock } from '../clock';
import type { Models } from '../read-store/models';
import { type Backoff, delay } from './backoff';
import type { ClockDrift } from './drift';
import { isTemporary } from './facts';
import type { Log } from './log';
import { describe, type Parked, parkedId, type ParkedWork } from './parked-work';
import { causedId, type Execute } from './policy-step';

export interface WakeUpsOptions {
  readonly wakeUps: readonly WakeUp<never>[];
  readonly models: Models;
  readonly work: ParkedWork;
  readonly execute: Execute;
  readonly clock: Clock;
  readonly drift: ClockDrift;
  readonly log: Log;
  /** False while another instance does it. */
  readonly mayRun?: () => boolean;
  readonly triesBeforeParking?: number;
  /** Commands at a time; default 8. */
  readonly places?: number;
}

type Due = WakeUpDocument & { readonly id: string };

/** What was told already, until the model shows that it was heard; and what failed, until it is tried again. */
interface Told {
  readonly notBefore: number;
  readonly tries: number;
}

const PAGE = 500;
const MOST_A_TICK = 5_000;
/** The fact that follows removes the document within moments; a command that changed nothing is told again, ever more rarely. */
const AGAIN: Backoff = { firstMs: 5_000, mostMs: 10 * 60_000 };
const TRIES = 12;

/**
 * Says "it is now T" to what asked to be woken. The commands are idempotent and carry the time, so that late ticks, double ticks and
 * two machines change nothing; nothing here is remembered but for politeness.
 */
export class WakeUps {
  private readonly told = new Map<string, Told>();
  private readonly parked = new Set<string>();
  private ticking?: Promise<number>;
  private warned = false;

  constructor(private readonly options: WakeUpsOptions) {}

  /** Runs what is due; answers how many commands were given. A tick that comes while one is under way joins it. */
  tick(): Promise<number> {
    return (this.ticking ??= this.run().finally(() => (this.ticking = undefined)));
  }

  /** Waits for the tick under way. */
  async settle(): Promise<void> {
    await this.ticking?.catch(() => undefined);
  }

  private async run(): Promise<number> {
    if (this.options.mayRun?.() === false || !this.trusted()) return 0;
    await this.lookAtParked();
    let given = 0;
    for (const wakeUp of this.options.wakeUps) given += await this.wake(wakeUp);
    this.forget();
    return given;
  }

  private trusted(): boolean {
    const { drift, log } = this.options;
    if (drift.trusted) this.warned = false;
    else if (!this.warned) {
      this.warned = true;
      log.error({ driftMs: Math.round(drift.drift) }, drift.sentence as string);
    }
    return drift.trusted;
  }

  private async wake(wakeUp: WakeUp<never>): Promise<number> {
    const { models, clock, places = 8 } = this.options;
    const now = clock.now();
    let given = 0;
    for (let seen = 0, after: readonly string[] | undefined; seen < MOST_A_TICK;) {
      const due = await models.find<Due>(wakeUp.projection, {
        filter: { dueAt: { lte: now } },
        sort: ['dueAt', '_id'],
        after,
        limit: PAGE,
      });
      seen += due.length;
      const ready = due.filter((doc) => this.isReady(wakeUp, doc));
      const queue = ready.values();
      await Promise.all(
        Array.from({ length: places }, async () => {
          for (const doc of queue) given += await this.tell(wakeUp, doc);
        }),
      );
      const last = due.at(-1);
      if (!last || due.length < PAGE) break;
      after = [last.dueAt, last.id];
    }
    return given;
  }

  private isReady(wakeUp: WakeUp<never>, doc: Due): boolean {
    if (this.parked.has(parkedId(wakeUp.projection.name, doc.id))) return false;
    return (this.told.get(toldKey(wakeUp, doc))?.notBefore ?? 0) <= this.options.clock.millis();
  }

  private async tell(wakeUp: WakeUp<never>, doc: Due): Promise<number> {
    const { clock, execute } = this.options;
    const { name } = wakeUp.projection;
    const key = toldKey(wakeUp, doc);
    const before = this.told.get(key)?.tries ?? 0;
    let tries = before + 1;
    try {
      await execute(wakeUp.command(doc as never, doc.id, contextOf(name, doc, clock)));
      return 1;
    } catch (error) {
      if (isTemporary(error)) tries = before;
      else await this.failed(name, doc, error, tries);
      return 0;
    } finally {
      this.told.set(key, { notBefore: clock.millis() + delay(AGAIN, Math.max(1, tries)), tries });
    }
  }

  /** A refusal by a rule is told again, rarely: the rule may be of the hour. What is broken is parked in the end. */
  private async failed(name: string, doc: Due, error: unknown, tries: number): Promise<void> {
    const { work, log, clock, triesBeforeParking = TRIES } = this.options;
    log.warn({ wakeUp: name, key: doc.id, error: describe(error), tries }, 'A wake-up failed');
    if (error instanceof Rejection || tries < triesBeforeParking) return;
    this.parked.add(parkedId(name, doc.id));
    await work.putIfAbsent(parkedWakeUp(name, doc, error, tries, clock.now()));
  }

  /** Learns what is parked; lets go of what an operator wants tried again. */
  private async lookAtParked(): Promise<void> {
    const { work } = this.options;
    this.parked.clear();
    for (const { id, status, scope, instance } of await work.where({ kind: 'wake-up' })) {
      if (status === 'parked') this.parked.add(id);
      else {
        await work.done(scope, instance);
        for (const key of this.told.keys()) if (key.startsWith(`${scope}\n${instance}\n`)) this.told.delete(key);
      }
    }
  }

  private forget(): void {
    const old = this.options.clock.millis() - AGAIN.mostMs;
    for (const [key, { notBefore }] of this.told) if (notBefore < old) this.told.delete(key);
  }
}

const toldKey = (wakeUp: WakeUp<never>, doc: Due): string => `${wakeUp.projection.name}\n${doc.id}\n${doc.dueAt}`;

/** The same wake-up is the same command, from whichever machine and however often; its time is that of the telling. */
function contextOf(name: string, doc: Due, clock: Clock): CommandContext {
  const commandId = causedId('wake-up', name, doc.id, doc.dueAt);
  return { network: doc.network, actor: { kind: 'job', id: name }, commandId, at: clock.now(), correlation: commandId };
}

function parkedWakeUp(name: string, doc: Due, error: unknown, tries: number, now: string): Parked {
  return {
    kind: 'wake-up',
    name,
    scope: name,
    instance: doc.id,
    network: doc.network,
    stream: '',
    revision: -1,
    position: 0,
    eventId: '',
    type: '',
    error: describe(error),
    tries,
    parkedAt: now,
    status: 'parked',
  };
}
