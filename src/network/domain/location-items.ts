import { unknownFact, type Fact, type Instant } from '../../kernel/event-sourcing';
import { positive, type Currency, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import type { Location } from './location';
import { notClosed } from './location-standing';

/** What a business sells for a card, kept with the location: buttons on the redemption screen. */
interface ItemData {
  locationId: string;
  itemId: string;
  name: string;
  price: Money;
  /** Inactive items stay in the list and are not offered. */
  active: boolean;
  /** Its place in the list: lower comes first. */
  order: number;
  /** Hash of the picture that is kept beside the log. */
  picture?: string;
  at: Instant;
}

export type ItemAdded = Fact<'ItemAdded', ItemData>;
export type ItemChanged = Fact<'ItemChanged', ItemData>;
export type ItemRemoved = Fact<'ItemRemoved', { locationId: string; itemId: string; at: Instant }>;
/** Whether the items of each redemption are mailed to the location too, beside the network's own addresses. */
export type ItemNoticesChanged = Fact<'ItemNoticesChanged', { locationId: string; mailItems: boolean; at: Instant }>;

export type LocationItemFact = ItemAdded | ItemChanged | ItemRemoved | ItemNoticesChanged;

export interface StoredItem {
  readonly itemId: string;
  readonly name: string;
  readonly price: Money;
  readonly active: boolean;
  readonly order: number;
  readonly picture?: string;
}

export interface ItemBook {
  /** By their order. */
  readonly items: readonly StoredItem[];
  readonly mailItems: boolean;
}

export const noItems: ItemBook = { items: [], mailItems: false };

/** More buttons than anybody finds one on; it also keeps the location's state small. */
export const MOST_ITEMS = 500;

export function evolveItems(book: ItemBook, fact: LocationItemFact): ItemBook {
  switch (fact.type) {
    case 'ItemAdded':
    case 'ItemChanged': {
      const { itemId, name, price, active, order, picture } = fact.data;
      const others = book.items.filter((item) => item.itemId !== itemId);
      return { ...book, items: [...others, { itemId, name, price, active, order, picture }].sort((a, b) => a.order - b.order) };
    }
    case 'ItemRemoved':
      return { ...book, items: book.items.filter(({ itemId }) => itemId !== fact.data.itemId) };
    case 'ItemNoticesChanged':
      return { ...book, mailItems: fact.data.mailItems };
    default:
      return unknownFact(fact);
  }
}

export interface AddItem {
  readonly itemId: string;
  readonly name: string;
  readonly price: Money;
  readonly active: boolean;
  /** The network's. */
  readonly currency: Currency;
  readonly at: Instant;
}

export function addItem(state: Location, { itemId, name, price, active, currency, at }: AddItem): LocationItemFact[] {
  const { id: locationId, items } = notClosed(state);
  if (items.some((item) => item.itemId === itemId)) return [];
  sold(name, price, currency);
  if (items.length >= MOST_ITEMS) throw new Rejection('items-full', { most: MOST_ITEMS });
  const order = (items.at(-1)?.order ?? 0) + 1;
  return [{ type: 'ItemAdded', data: { locationId, itemId, name, price, active, order, at } }];
}

export interface ChangeItem {
  readonly itemId: string;
  /** What is absent stays as it is. */
  readonly name?: string;
  readonly price?: Money;
  readonly active?: boolean;
  /** Null takes the picture away. */
  readonly picture?: string | null;
  readonly currency: Currency;
  readonly at: Instant;
}

export function changeItem(state: Location, { itemId, currency, at, ...asked }: ChangeItem): LocationItemFact[] {
  const { id: locationId, items } = notClosed(state);
  const item = itemOf(items, itemId);
  const { name = item.name, price = item.price, active = item.active } = asked;
  const picture = asked.picture === undefined ? item.picture : (asked.picture ?? undefined);
  sold(name, price, currency);
  const same = name === item.name && samePrice(price, item.price) && active === item.active && picture === item.picture;
  if (same) return [];
  return [changed(locationId, { ...item, name, price, active, picture }, at)];
}

export interface MoveItem {
  readonly itemId: string;
  readonly direction: 'up' | 'down';
  readonly at: Instant;
}

/** Changes places with its neighbour; at the end of the list there is nothing to do. */
export function moveItem(state: Location, { itemId, direction, at }: MoveItem): LocationItemFact[] {
  const { id: locationId, items } = notClosed(state);
  const item = itemOf(items, itemId);
  const neighbour = items[items.indexOf(item) + (direction === 'up' ? -1 : 1)];
  if (!neighbour) return [];
  return [changed(locationId, { ...item, order: neighbour.order }, at), changed(locationId, { ...neighbour, order: item.order }, at)];
}

/** Removing what is gone changes nothing. */
export function removeItem(state: Location, { itemId, at }: { itemId: string; at: Instant }): LocationItemFact[] {
  const { id: locationId, items } = notClosed(state);
  return items.some((item) => item.itemId === itemId) ? [{ type: 'ItemRemoved', data: { locationId, itemId, at } }] : [];
}

export function changeItemNotices(state: Location, { mailItems, at }: { mailItems: boolean; at: Instant }): LocationItemFact[] {
  const { id: locationId, mailItems: before } = notClosed(state);
  return before === mailItems ? [] : [{ type: 'ItemNoticesChanged', data: { locationId, mailItems, at } }];
}

function changed(locationId: string, { itemId, name, price, active, order, picture }: StoredItem, at: Instant): ItemChanged {
  const shown = picture === undefined ? {} : { picture };
  return { type: 'ItemChanged', data: { locationId, itemId, name, price, active, order, ...shown, at } };
}

function itemOf(items: readonly StoredItem[], itemId: string): StoredItem {
  const item = items.find((each) => each.itemId === itemId);
  if (!item) throw new Rejection('not-found');
  return item;
}

function sold(name: string, price: Money, currency: Currency): void {
  if (name.trim() === '') throw new Rejection('name-missing');
  positive(price, currency);
}

const samePrice = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;
