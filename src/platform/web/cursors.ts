import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import type { Value } from '../read-store/read-store';
import { Vault } from '../security/vault';

/** A page of a list as the API answers it. */
export interface Listed<T> {
  readonly data: readonly T[];
  /** Give it as `after` for the next page; null at the end. */
  readonly next: string | null;
}

/**
 * Opaque cursors: the sort values of the last entry seen, sealed, and bound to the list and its filters, so that one is worthless
 * elsewhere and tells nothing of what it holds (an e-mail address may be among the sort values).
 */
@Injectable()
export class Cursors {
  constructor(private readonly vault: Vault) {}

  /** `list` names list, network and filters: whatever must be the same on the next page. */
  seal(list: readonly unknown[], values: readonly Value[]): string {
    return this.vault.seal(JSON.stringify(values), bound(list));
  }

  /** @throws Rejection `cursor-unusable` */
  open(list: readonly unknown[], cursor: string | undefined): readonly Value[] | undefined {
    if (cursor === undefined) return undefined;
    try {
      return JSON.parse(this.vault.unseal(cursor, bound(list))) as Value[];
    } catch {
      throw new Rejection('cursor-unusable');
    }
  }

  /** Cuts what a query for `limit + 1` entries found into a page and its cursor. */
  page<T>(
    list: readonly unknown[],
    found: readonly T[],
    limit: number,
    values: (entry: T) => readonly Value[],
  ): { data: readonly T[]; next: string | null } {
    const data = found.slice(0, limit);
    const last = data.at(-1);
    return { data, next: found.length > limit && last !== undefined ? this.seal(list, values(last)) : null };
  }
}

const bound = (list: readonly unknown[]): string => `cursor ${JSON.stringify(list)}`;
