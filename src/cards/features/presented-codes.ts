import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Busy } from '../../platform/event-store/streams';
import { Alerts } from '../../platform/security/alerts';
import { Throttle, type Places, type Throttled } from '../../platform/security/throttle';
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
   * @param use is given the code's hash; throws `code-not-valid`
   * @throws Rejection `code-not-valid`, the same for a wrong, an unknown and another network's code; `too-many-requests`
   * @throws NotFoundYet
   */
  present<T>(typed: string, by: Presenter, use: (hash: string) => Promise<T>): Promise<T> {
    const { ip, account, card } = by;
    return this.tried('card-code', { ip, account, card }, by, () => use(this.hashOf(typed)));
  }

  /** @throws Rejection `code-not-valid` where the text can be no code */
  hashOf(typed: string): string {
    const hash = this.keys.hashOfTyped(typed);
    if (hash === undefined) throw new Rejection('code-not-valid');
    return hash;
  }

  /** One try at a secret of a card: given back unless the secret was wrong or can't be judged yet. Throws what `use` does. */
  async tried<T>(what: Throttled, places: Places, { network, ip, card }: Presenter, use: () => Promise<T>): Promise<T> {
    const attempt = await this.throttle.take(what, places);
    try {
      const answer = await use();
      await attempt.giveBack();
      return answer;
    } catch (error) {
      if (error instanceof Rejection && error.code === 'code-not-valid') await this.alerts.wrongCode(network, { place: ip, card });
      else if (!(error instanceof NotFoundYet)) await attempt.giveBack();
      throw error;
    }
  }
}
