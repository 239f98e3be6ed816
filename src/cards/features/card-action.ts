import { Injectable } from '@nestjs/common';
import { Form } from '../../platform/web/form';
import { Page } from '../../platform/web/page';
import { CardStreams } from './card-streams';
import { FormContexts, type CardPageRequest } from './form-contexts';
import { headingOf, tagOf } from './shown-card';

export interface ActionField {
  readonly name: string;
  readonly label: string;
  readonly type?: string;
  readonly value?: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly checked?: boolean;
  readonly most?: number;
  readonly source?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

export interface Action {
  /** The address after the card's, and the name of its words: `top-up`. */
  readonly name: string;
  readonly path?: string;
  readonly fields?: readonly ActionField[];
  /** What the sentence above the form is filled with. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly danger?: boolean;
  readonly scripts?: readonly string[];
}

/** One thing that is done to a card, on a page of its own: it says what will happen, and asks before it does. */
@Injectable()
export class CardAction {
  constructor(
    private readonly cards: CardStreams,
    private readonly once: FormContexts,
  ) {}

  async page(
    request: CardPageRequest,
    cardId: string,
    { name, path = name, fields = [], values, danger, scripts }: Action,
    form = new Form(),
  ): Promise<Page> {
    const { network, reader } = request;
    const { card } = await this.cards.card(network.id, cardId);
    const model = {
      title: reader.t(`cards.${name}.title`),
      form,
      once: this.once.once(),
      heading: headingOf(card, reader),
      cardId,
      path,
      lastFour: card.lastFour,
      tag: tagOf(card),
      balance: card.balance,
      text: reader.t(`cards.${name}.text`, { balance: card.balance, ...values }),
      button: reader.t(`cards.${name}.button`, { ...values }),
      fields,
      danger,
    };
    return new Page('cards/features/card-action', model, { scripts });
  }
}
