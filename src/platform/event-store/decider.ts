import type { Aggregate, CommandContext, Fact } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import type { Durable } from './stream-reader';
import type { Task } from './task';

export type AnyAggregate = Aggregate<unknown, Fact>;

/**
 * Decides a stream's commands one after another on the newest state there is: what is durable, plus the facts that are being written
 * or wait to be. What it builds on is a hope until those are durable; `reset` gives it up.
 */
export class Decider {
  private state: unknown;
  private revision = -1;
  /** Of the stream's first fact, also when that is still being written. */
  private network: string | undefined;
  /** Commands whose facts are not durable yet, in their order. A set that becomes empty again and again would cost a table each time. */
  private readonly writing: string[] = [];

  constructor(private readonly aggregate: AnyAggregate) {}

  reset({ state, end: { revision }, network }: Durable): void {
    this.state = state;
    this.revision = revision;
    this.network = network;
    this.writing.length = 0;
  }

  written(commandId: string): void {
    if (this.writing[0] === commandId) this.writing.shift();
    else if (this.writing.length > 0) this.writing.splice(this.writing.indexOf(commandId), 1);
  }

  /** False when the stream has probably seen the command, so that `task.original` must be read first: nothing is decided then. */
  decide(task: Task, durable: Durable): boolean {
    if (this.network !== undefined && this.network !== task.network) this.decideForStranger(task);
    else {
      const seen = task.context !== undefined && this.seenBefore(task, task.context.commandId, durable);
      if (seen === 'perhaps') return false;
      if (seen) task.verdict = 'repeat';
      else this.decideOnTop(task);
    }
    return true;
  }

  private seenBefore(task: Task, commandId: string, durable: Durable): boolean | 'perhaps' {
    if (this.writing.includes(commandId)) return true;
    if (!durable.commands.candidates(commandId)) return false;
    return task.original ? task.original.length > 0 : 'perhaps';
  }

  private decideOnTop(task: Task): void {
    task.state = this.state;
    task.revision = this.revision;
    try {
      const facts = task.decide(this.state);
      task.verdict = facts.length > 0 ? 'writes' : 'nothing';
      if (facts.length === 0) return;
      let state = this.state;
      for (const fact of facts) state = this.aggregate.evolve(state, fact);
      task.facts = facts;
      task.state = this.state = state;
      task.revision = this.revision += facts.length;
      this.network = task.network;
      this.writing.push((task.context as CommandContext).commandId);
    } catch (error) {
      task.verdict = 'refused';
      task.error = error;
    }
  }

  /** To another network the stream does not exist: a decision that minds says so itself, otherwise it is told `not-found`. */
  private decideForStranger(task: Task): void {
    task.state = this.aggregate.initial;
    task.revision = -1;
    task.verdict = task.context ? 'refused' : 'nothing';
    try {
      task.decide(this.aggregate.initial);
      task.error = new Rejection('not-found');
    } catch (error) {
      task.error = error;
    }
  }
}
