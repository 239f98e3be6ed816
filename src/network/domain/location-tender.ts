import type { Actor, Fact, Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';

/**
 * Which payments of a till count as paid by gift card. Any one match is enough; texts are compared without case and outer spaces.
 * `names`: the payment method as the till calls it (also found in a Square note); `ids`: its id at the till (Clover's tender);
 * `types`: Square's `external_details.type`.
 */
export interface TenderRule {
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly types: readonly string[];
}

/** What holds until a location has a rule of its own. */
export const standardRule: TenderRule = { names: ['Gift card', 'Carte-cadeau'], ids: [], types: ['OTHER_GIFT_CARD'] };

/** How a payment was taken, in the till's own words. */
export interface SeenTender {
  readonly name?: string;
  readonly id?: string;
  readonly type?: string;
  /** Free text beside the payment, looked through for the names. */
  readonly note?: string;
}

const plain = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/** By what the payment counts as paid by gift card; undefined when it doesn't. */
export function tenderMatch(rule: TenderRule, { name, id, type, note }: SeenTender): 'name' | 'id' | 'type' | 'note' | undefined {
  const names = rule.names.map(plain);
  if (id !== undefined && rule.ids.includes(id)) return 'id';
  if (type !== undefined && rule.types.map(plain).includes(plain(type))) return 'type';
  if (name !== undefined && names.includes(plain(name))) return 'name';
  return note !== undefined && names.some((each) => plain(note).includes(each)) ? 'note' : undefined;
}

export type TillKind = 'generic' | 'square' | 'clover';

/** A secret as the log keeps it: sealed, with its last characters for people. */
export interface SealedSecret {
  readonly sealed: string;
  readonly hint: string;
}

/** How a till reports to us. */
export interface TillDetails {
  readonly connectionId: string;
  readonly kind: TillKind;
  /** The till maker's own id of the business: Square's location, Clover's merchant. */
  readonly place?: string;
  readonly environment: 'production' | 'sandbox';
  /** What its notices are signed with: our own secret, Square's signature key, Clover's auth code. */
  readonly secret?: SealedSecret;
  /** What we ask the till maker's API with. */
  readonly token?: SealedSecret;
}

export type TenderRuleChanged = Fact<'TenderRuleChanged', { locationId: string; rule: TenderRule; by: Actor; at: Instant }>;
/** A till was connected, or what is known of it was replaced (same `connectionId`). */
export type PosConnected = Fact<'PosConnected', TillDetails & { locationId: string; by: Actor; at: Instant }>;
export type PosDisconnected = Fact<'PosDisconnected', { locationId: string; connectionId: string; by: Actor; at: Instant }>;

export type LocationTenderFact = TenderRuleChanged | PosConnected | PosDisconnected;

/** A location's part of this. */
export interface TillBook {
  readonly rule?: TenderRule;
  readonly connections: readonly (TillDetails & { readonly at: Instant })[];
}

export const noTills: TillBook = { connections: [] };

export function evolveTills(tills: TillBook, fact: LocationTenderFact): TillBook {
  switch (fact.type) {
    case 'TenderRuleChanged':
      return { ...tills, rule: fact.data.rule };
    case 'PosConnected': {
      const { connectionId, kind, place, environment, secret, token, at } = fact.data;
      const before = tills.connections.findIndex((each) => each.connectionId === connectionId);
      const connection = { connectionId, kind, place, environment, secret, token, at: tills.connections[before]?.at ?? at };
      return { ...tills, connections: before < 0 ? [...tills.connections, connection] : tills.connections.with(before, connection) };
    }
    case 'PosDisconnected':
      return { ...tills, connections: tills.connections.filter(({ connectionId }) => connectionId !== fact.data.connectionId) };
  }
}

/** More tills than this at one counter is a mistake, and each costs a look at every change. */
export const mostConnections = 10;
const mostWords = 20;

interface Open {
  readonly id: string;
  readonly tills: TillBook;
}

export interface ChangeTenderRule {
  readonly rule: TenderRule;
  readonly by: Actor;
  readonly at: Instant;
}

export function changeTenderRule({ id, tills }: Open, { rule, by, at }: ChangeTenderRule): LocationTenderFact[] {
  const { names, ids, types } = rule;
  if (names.length + ids.length + types.length === 0) throw new Rejection('tender-rule-empty');
  if (names.length + ids.length + types.length > mostWords) throw new Rejection('tender-rule-too-long', { most: mostWords });
  if (JSON.stringify(tills.rule) === JSON.stringify({ names, ids, types })) return [];
  return [{ type: 'TenderRuleChanged', data: { locationId: id, rule: { names, ids, types }, by, at } }];
}

export interface ConnectPos {
  readonly details: TillDetails;
  readonly by: Actor;
  readonly at: Instant;
}

export function connectPos({ id, tills }: Open, { details, by, at }: ConnectPos): LocationTenderFact[] {
  const { connectionId, kind, place, environment, secret, token } = details;
  const before = tills.connections.find((each) => each.connectionId === connectionId);
  if (!before && tills.connections.length >= mostConnections) throw new Rejection('too-many-tills', { most: mostConnections });
  if (before && before.kind !== kind) throw new Rejection('till-of-another-kind');
  const twin = tills.connections.find((each) => each.kind === kind && each.place !== undefined && each.place === place);
  if (twin && twin.connectionId !== connectionId) throw new Rejection('till-connected-already');
  return [{ type: 'PosConnected', data: { locationId: id, connectionId, kind, place, environment, secret, token, by, at } }];
}

export interface DisconnectPos {
  readonly connectionId: string;
  readonly by: Actor;
  readonly at: Instant;
}

export function disconnectPos({ id, tills }: Open, { connectionId, by, at }: DisconnectPos): LocationTenderFact[] {
  if (!tills.connections.some((each) => each.connectionId === connectionId)) return [];
  return [{ type: 'PosDisconnected', data: { locationId: id, connectionId, by, at } }];
}
