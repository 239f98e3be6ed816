import { Injectable } from '@nestjs/common';
import { Outgoing, OutgoingFailure } from '../../platform/outgoing/outgoing';
import type { Till } from '../../network';
import type { TillProblem } from './pos-sightings';
import { parsed, type Json } from './till-json';

/** The APIs of till makers, by their documents: https://developer.squareup.com and https://docs.clover.com/dev. */
const addresses = {
  square: { production: 'https://connect.squareup.com', sandbox: 'https://connect.squareupsandbox.com' },
  clover: { production: 'https://api.clover.com', sandbox: 'https://apisandbox.dev.clover.com' },
} as const;
export const SQUARE_VERSION = '2025-08-20';
const MOST_BYTES = 2_000_000;

/** The till maker did not answer as it should; the page of the location says why. */
export class TillMakerFailure extends Error {
  constructor(
    readonly problem: TillProblem,
    readonly status?: number,
    cause?: unknown,
  ) {
    super(`${problem} ${status ?? ''}`, { cause });
    this.name = 'TillMakerFailure';
  }
}

/** Questions to till makers, with the location's own token. */
@Injectable()
export class TillMakers {
  constructor(private readonly outgoing: Outgoing) {}

  /** Tests lead it to simulators. */
  addressOf({ kind, environment }: Pick<Till, 'kind' | 'environment'>): string {
    return addresses[kind === 'square' ? 'square' : 'clover'][environment];
  }

  /**
   * Undefined for what is not there (any more).
   * @throws TillMakerFailure
   */
  async get(till: Till, path: string): Promise<Json | undefined> {
    if (till.token === undefined) throw new TillMakerFailure('no-token');
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${till.token}`,
      ...(till.kind === 'square' ? { 'square-version': SQUARE_VERSION } : {}),
    };
    const { status, body } = await this.send(this.addressOf(till) + path, headers);
    if (status === 404) return undefined;
    if (status === 401 || status === 403) throw new TillMakerFailure('token-refused', status);
    if (status !== 200) throw new TillMakerFailure('till-unreachable', status);
    try {
      return parsed(body);
    } catch (error) {
      throw new TillMakerFailure('unreadable', status, error);
    }
  }

  private async send(url: string, headers: Readonly<Record<string, string>>) {
    try {
      return await this.outgoing.send({ method: 'GET', url, headers, most: MOST_BYTES, beyond: 'fail' });
    } catch (error) {
      if (error instanceof OutgoingFailure) throw new TillMakerFailure('till-unreachable', undefined, error);
      throw error;
    }
  }
}
