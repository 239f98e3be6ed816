import { Injectable } from '@nestjs/common';
import type { CommandContext, RecordedFact } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change, type Decision } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { redemption, type Redemption, type RedemptionFact } from '../domain/redemption';

export type RedemptionChange = Change<Redemption, RedemptionFact>;

const REDEMPTION_ID = /^rdm_[0-9A-Z]{26}$/;

/** The stream of a redemption. */
@Injectable()
export class RedemptionStreams {
  constructor(
    private readonly streams: Streams,
    private readonly ids: Ids,
  ) {}

  change(context: CommandContext, redemptionId: string, decide: Decision<Redemption, RedemptionFact>): Promise<RedemptionChange> {
    return this.streams.change(context, streamOf(redemptionId), redemption, decide);
  }

  /** A step of a redemption's own course: the same command whoever takes it and however often. */
  step(
    context: CommandContext,
    step: 'complete' | 'refuse' | 'reverse',
    redemptionId: string,
    decide: Decision<Redemption, RedemptionFact>,
  ): Promise<RedemptionChange> {
    const commandId = this.ids.derived('cmd', context.network, `${step}-redemption`, redemptionId);
    const once = { ...context, commandId, causation: context.causation ?? context.commandId, requestHash: undefined };
    return this.change(once, redemptionId, decide);
  }

  /** The newest state, never stale; `unknown` for another network's. */
  async state(network: string, redemptionId: string): Promise<Redemption> {
    return (await this.streams.state(network, streamOf(redemptionId), redemption)).state;
  }

  history(network: string, redemptionId: string): Promise<readonly RecordedFact<RedemptionFact>[]> {
    return this.streams.history<RedemptionFact>(network, streamOf(redemptionId));
  }
}

/** Ids come from URLs: what can't be one names no stream. */
function streamOf(redemptionId: string): string {
  if (!REDEMPTION_ID.test(redemptionId)) throw new Rejection('redemption-unknown');
  return `redemption-${redemptionId}`;
}
