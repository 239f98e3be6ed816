import { Injectable } from '@nestjs/common';
import type { CommandContext, DataOf, RecordedFact } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change, type Decision } from '../../platform/event-store/streams';
import { giftCard, type GiftCard } from '../domain/gift-card';
import type { CardId, GiftCardFact } from '../domain/gift-card.facts';
import { foldCard, type CardListItem } from '../read-models/card-list';

export type CardChange = Change<GiftCard, GiftCardFact>;

export type Rehearsal = Pick<CardChange, 'facts' | 'revision' | 'position' | 'replayed'>;

/** The stream of a card: changed by decisions, read whole when one card is looked at. */
@Injectable()
export class CardStreams {
  constructor(private readonly streams: Streams) {}

  change(context: CommandContext, cardId: CardId, decide: Decision<GiftCard, GiftCardFact>): Promise<CardChange> {
    return this.streams.change(context, streamOf(cardId), giftCard, decide);
  }

  /** What a command would come to, without writing anything: `?dryRun=true`. */
  async rehearse(context: CommandContext, cardId: CardId, decide: Decision<GiftCard, GiftCardFact>): Promise<Rehearsal> {
    const { state, revision } = await this.streams.state(context.network, streamOf(cardId), giftCard);
    return { facts: decide(state), revision, position: 0, replayed: false };
  }

  async state(network: string, cardId: CardId): Promise<GiftCard> {
    return (await this.streams.state(network, streamOf(cardId), giftCard)).state;
  }

  history(network: string, cardId: CardId): Promise<readonly RecordedFact<GiftCardFact>[]> {
    return this.streams.history<GiftCardFact>(network, streamOf(cardId));
  }

  /** Looks for a fact from the end of the stream back: what is asked about happened lately, mostly. */
  async newest<F extends GiftCardFact>(network: string, cardId: CardId, isIt: (fact: GiftCardFact) => fact is F): Promise<F | undefined> {
    const stream = streamOf(cardId);
    const { revision } = await this.streams.state(network, stream, giftCard);
    for (let end = revision + 1; end > 0; end -= PAGE) {
      const from = Math.max(0, end - PAGE);
      const page = await this.streams.history<GiftCardFact>(network, stream, { from, limit: end - from });
      for (const { fact } of [...page].reverse()) if (isIt(fact)) return fact;
    }
    return undefined;
  }

  /**
   * One card, folded from its own stream, never stale.
   * @throws Rejection `card-unknown`, also for another network's
   */
  async card(network: string, cardId: CardId): Promise<CardSheet> {
    const history = await this.history(network, cardId);
    const card = foldCard(history);
    if (!card) throw new Rejection('card-unknown');
    const last = history.at(-1)!.metadata;
    return { card, history, revision: last.revision, position: last.position };
  }

  /** The card as a command left it, whatever came after: what was answered the first time, when the command is repeated. */
  async cardAfter(network: string, cardId: CardId, { recorded }: CardChange): Promise<CardSheet> {
    const sheet = await this.card(network, cardId);
    const last = recorded.at(-1)?.metadata;
    if (!last || last.revision === sheet.revision) return sheet;
    const history = sheet.history.filter(({ metadata }) => metadata.revision <= last.revision);
    return { card: foldCard(history)!, history, revision: last.revision, position: last.position };
  }
}

/** The one fact of a type that a command wrote; for answers that are made from what was decided. */
export function factOf<T extends GiftCardFact['type']>({ facts }: Pick<CardChange, 'facts'>, type: T): DataOf<GiftCardFact, T> {
  const found = facts.find((fact) => fact.type === type);
  if (!found) throw new Error(`The command wrote no ${type}`);
  return found.data as DataOf<GiftCardFact, T>;
}

export interface CardSheet {
  readonly card: CardListItem;
  readonly history: readonly RecordedFact<GiftCardFact>[];
  readonly revision: number;
  readonly position: number;
}

const PAGE = 200;
const CARD_ID = /^card_[0-9A-Z]{26}$/;

/** Ids come from URLs: what can't be one names no stream. */
function streamOf(cardId: CardId): string {
  if (!CARD_ID.test(cardId)) throw new Rejection('card-unknown');
  return `giftCard-${cardId}`;
}
