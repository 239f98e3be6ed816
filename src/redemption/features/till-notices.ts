import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Throttle } from '../../platform/security/throttle';
import { TillsFacade, type Till, type TillKind } from '../../network';
import { PosSightings, type TillProblem } from './pos-sightings';
import { parsed, type Json } from './till-json';

export const tillId = /^til_[0-9A-Z]{26}$/;

/** What is the same for every notice of a till: whose it is, whether it is genuine, and that people see why one was turned away. */
@Injectable()
export class TillNotices {
  constructor(
    private readonly tills: TillsFacade,
    private readonly throttle: Throttle,
    private readonly sightings: PosSightings,
  ) {}

  /** @throws Rejection `till-unknown`, `too-many-requests` */
  async till(id: string, kind: TillKind): Promise<Till> {
    const till = tillId.test(id) ? await this.tills.till(id) : undefined;
    if (till?.kind !== kind) throw new Rejection('till-unknown');
    await this.throttle.take('notice', { account: id });
    return till;
  }

  /**
   * @param problemOf what is wrong with the notice's signature, if anything; asked only when the till has a secret
   * @throws Rejection `notice-not-signed`, after it was written down for the people at the location
   */
  async genuine(till: Till, ip: string, problemOf: (secret: string) => TillProblem | undefined): Promise<void> {
    const attempt = await this.throttle.take('notice-signature', { ip, account: till.id });
    const problem = till.secret === undefined ? 'no-secret' : problemOf(till.secret);
    if (problem) {
      await this.sightings.problem(till.network, till.id, problem);
      throw new Rejection(problem === 'too-old' ? 'notice-too-old' : 'notice-not-signed');
    }
    await attempt.giveBack();
  }

  /** Undefined, and written down, when it is no JSON: sending it again would not mend it. */
  async read(till: Till, body: Buffer): Promise<Json | undefined> {
    await this.sightings.heard(till.network, till.id);
    try {
      return parsed(body);
    } catch {
      await this.sightings.problem(till.network, till.id, 'unreadable');
      return undefined;
    }
  }

  /**
   * The till of this network that stands at the till maker's place: one subscription often serves several. A till with a secret of its
   * own hears only what is signed with that.
   */
  async standingAt(till: Till, place: string | undefined): Promise<Till | undefined> {
    if (place === undefined) return undefined;
    if (till.place === place) return till;
    const other = await this.tills.at(till.network, till.kind, place);
    return other && (other.secret === undefined || other.secret === till.secret) ? other : undefined;
  }
}
