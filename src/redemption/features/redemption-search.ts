import { folded } from '../../kernel/folded';
import { reveal } from '../../kernel/personal';
import type { Reader } from '../../platform/web/reader';
import type { Filter } from '../../platform/read-store/read-store';
import { readReceiptCode } from '../domain/redemption';
import type { RedemptionListItem, RedemptionState } from '../read-models/redemption-list';

/** Which redemptions are meant. */
export interface RedemptionSearch {
  readonly locationId?: string;
  readonly deviceId?: string;
  readonly cardId?: string;
  readonly state?: RedemptionState;
  /** Started then or later; before. */
  readonly from?: string;
  readonly before?: string;
  readonly search?: string;
  readonly lastFour?: string;
  /** The whole name, in any case. */
  readonly clerk?: string;
}

/** One set of rules for the page, its export and the API. */
export function searched(network: string, query: RedemptionSearch): { filter: Filter; anyOf?: readonly Filter[] } {
  const { locationId, deviceId, cardId, state, from, before, search, lastFour, clerk } = query;
  const period = { ...(from ? { gte: instant(from) } : {}), ...(before ? { lt: instant(before) } : {}) };
  const filter: Filter = {
    network,
    ...(locationId ? { locationId } : {}),
    ...(deviceId ? { 'by.id': deviceId } : {}),
    ...(cardId ? { cardId } : {}),
    ...(state ? { state } : {}),
    ...(lastFour ? { lastFour: lastFour.toUpperCase() } : {}),
    ...(clerk?.trim() ? { 'clerkSearch.value': folded(clerk) } : {}),
    ...(from || before ? { startedAt: period } : {}),
  };
  return search?.trim() ? { filter, anyOf: meanings(search.trim()) } : { filter };
}

/** A receipt's code, a card's last four, or the beginning of a clerk's name. */
function meanings(text: string): readonly Filter[] {
  const receipt = readReceiptCode(text);
  return [
    ...(receipt ? [{ receipt }] : []),
    { lastFour: text.toUpperCase().slice(0, 8) },
    { 'clerkSearch.value': { prefix: folded(text) } },
  ];
}

/** Who redeemed, for a list: the device, key or employee, and the clerk where one was asked for. */
export function whoShown(
  { by, clerk }: Pick<RedemptionListItem, 'by' | 'clerk'>,
  names: ReadonlyMap<string, string>,
  reader: Reader,
): string {
  const name = names.get(by.id) ?? reader.t(`redemption.actor.${by.kind}`);
  return [name, reveal(clerk ?? undefined)].filter(Boolean).join(', ');
}

/** However a zone was written: our instants are UTC with milliseconds, so that text order is time order. */
const instant = (text: string): string => new Date(text).toISOString();

/** Newest first; both never change, so that pages are stable under inserts. */
export const newestFirst: readonly string[] = ['-startedAt', '-redemptionId'];
export const placeInList = ({ startedAt, redemptionId }: RedemptionListItem): readonly string[] => [startedAt, redemptionId];
