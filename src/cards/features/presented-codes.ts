import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Busy } from '../../platform/event-store/streams';
import { Alerts } from '../../platform/security/alerts';
import { Throttle } from '../../platform/security/throttle';
import { CardKeys } from './card-keys';

/** Who shows a code, and from where. */
export interface Presenter {
  readonly network: string;
  readonly ip: string;
  /** An employee's or API key's id. */
  readonly account?: string;
  /** The card's id, where it is known whose code it should be. */
  readonly card?: string;
}

/**
 * The lookup of cards lags, so nobody can tell yet whether there is such a card. Answered as busy, and counted like a wrong try:
 * else guesses would cost nothing meanwhile.
 */
export class NotFoundYet extends Busy {
  constructor() {
    super('The lookup of cards is behind the log', 3);
  }
}

/** Codes that somebody typed: wrong tries are counted before they are looked at, and many of them are told to a person. */
@Injectable()
export class PresentedCodes {
  constructor(
    private readonly keys: CardKeys,
    private readonly throttle: Throttle,
    private readonly alerts: Alerts,
  ) {}

  /**
   * @param use answers with the code's hash, or throws `code-not-valid`
   * @throws Rejection `code-not-valid`, the same for a wrong, an unknown and another network's code; `too-many-requests`
   * @throws NotFoundYet
   */
  async present<T>(typed: string, by: Presenter, use: (hash: string) => Promise<T>): Promise<T> {
    const attempt = await this.throttle.take('card-code', { ip: by.ip, account: by.account, card: by.card });
    try {
      const hash = this.keys.hashOfTyped(typed);
      if (hash === undefined) throw new Rejection('code-not-valid');
      const answer = await use(hash);
      await attempt.giveBack();
      return answer;
    } catch (error) {
      if (error instanceof NotFoundYet) throw error;
      if (!(error instanceof Rejection) || error.code !== 'code-not-valid') await attempt.giveBack();
      else await this.alerts.wrongCode(by.network, { place: by.ip, card: by.card });
      throw error;
    }
  }
}
