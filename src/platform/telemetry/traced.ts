import { SpanKind } from '@opentelemetry/api';
import type { Aggregate, CommandContext, Fact, RecordedFact } from '../../kernel/event-sourcing';
import { categoryOf } from '../event-store/event-store';
import { type Change, type Current, type Decision, type HistoryRange, Streams } from '../event-store/streams';
import { type Mail, Mailer } from '../mail/mailer';
import type { Tracing } from './tracing';

/** Each command on a stream is a step of its own, with the kinds of facts that it came to. */
export class TracedStreams extends Streams {
  constructor(
    private readonly inner: Streams,
    private readonly tracing: Tracing,
  ) {
    super();
  }

  change<State, F extends Fact>(
    context: CommandContext,
    stream: string,
    aggregate: Aggregate<State, F>,
    decide: Decision<State, F>,
  ): Promise<Change<State, F>> {
    const kind = categoryOf(stream);
    return this.tracing.span(`change ${kind}`, { 'largesse.stream': kind, 'largesse.actor': context.actor.kind }, async (span) => {
      const change = await this.inner.change(context, stream, aggregate, decide);
      span?.setAttributes({ 'largesse.facts': change.facts.map(({ type }) => type), 'largesse.replayed': change.replayed });
      return change;
    });
  }

  state<State, F extends Fact>(network: string, stream: string, aggregate: Aggregate<State, F>): Current<State> | Promise<Current<State>> {
    return this.inner.state(network, stream, aggregate);
  }

  history<F extends Fact>(network: string, stream: string, range?: HistoryRange): Promise<readonly RecordedFact<F>[]> {
    return this.inner.history(network, stream, range);
  }
}

/** A mail on its way to a server is a call to somebody else. */
export class TracedMailer extends Mailer {
  constructor(
    private readonly inner: Mailer,
    private readonly tracing: Tracing,
  ) {
    super();
  }

  send(mail: Mail): Promise<void> {
    return this.tracing.span('send mail', { 'largesse.mail': mail.kind }, () => this.inner.send(mail), SpanKind.CLIENT);
  }
  forget(network: string, address: string): Promise<void> {
    return this.inner.forget(network, address);
  }
  check(): Promise<void> {
    return this.inner.check();
  }
  close(): Promise<void> {
    return this.inner.close();
  }
}
