import { Injectable } from '@nestjs/common';
import { folded } from '../../kernel/folded';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import type { Filter } from '../../platform/read-store/read-store';
import { Models } from '../../platform/read-store/models';
import { Form } from '../../platform/web/form';
import type { PageRequest } from '../../platform/web/page';
import { Positions } from '../../platform/web/positions';
import { TypedNames } from '../../platform/web/typed-names';
import { Fresh } from '../fresh';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { meantLocations } from './find-locations';
import { reachOf } from './own-location';
import { networkOf } from './page-network';

/** Of more than this many a form offers no list: their name or reference is typed. */
const MOST_CHOICES = 200;
/** As many are offered of those that fit what was typed. */
const MOST_FOUND = 20;
/** As many are named in the sentence that asks which one is meant. */
const MOST_NAMED = 3;
const LOCATION_ID = /^loc_[0-9A-Z]{26}$/;
const byName = ['search.name', 'id'];

type Item = LocationListItem & { readonly id: string };

export interface LocationFieldAsked {
  readonly form: Form;
  /** Of the field: `locationId`. */
  readonly name: string;
  /** Those that may be chosen. */
  readonly statuses: readonly LocationListItem['status'][];
  /** Chosen until somebody chooses otherwise. */
  readonly own?: string;
  /** Where there is only one, it is that. */
  readonly presumed?: boolean;
  /** What choosing none is called, where it can be done. */
  readonly none?: string;
  /** What a list says first where one must be chosen and none is yet. */
  readonly choose?: string;
  readonly hint?: string;
}

/** What the `field` partial shows: a list to choose from, or a text with what fits it. */
export interface LocationField {
  readonly type: 'select' | 'location';
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value?: string;
  readonly hint?: string;
  /** Where what fits is asked for while somebody types. */
  readonly source?: string;
  readonly scripts: readonly string[];
}

/** A location as forms ask for it: one of a list where there are few, else by its name or the network's own reference. */
@Injectable()
export class LocationChoices {
  /** By network and position, so that whoever added one sees it at once; undefined where there are too many. */
  private readonly few: Fresh<readonly Item[] | undefined>;

  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    names: TypedNames,
    clock: Clock,
  ) {
    this.few = new Fresh(
      () => clock.millis(),
      (key) => this.readFew(key.split(' ')[0]!),
    );
    names.enter('loc', (request, text) => this.meant(request, text));
  }

  async field(request: PageRequest, asked: LocationFieldAsked): Promise<LocationField> {
    const { id: network } = networkOf(request);
    await this.settled(request);
    const bound = reachOf(request.caller);
    const few = bound === undefined ? await this.few.get(`${network} ${this.positions.of(request)}`) : [await this.byId(network, bound)];
    return few ? listField(few, asked) : this.textField(request, asked);
  }

  /** The field of a list's filter: any location counts, also one that is closed. Undefined where there is nothing to choose. */
  async filter(request: PageRequest, form: Form, name: string, none: string): Promise<LocationField | undefined> {
    const field = await this.field(request, { form, name, statuses: ['open', 'suspended', 'closed'], none });
    return field.type === 'select' && field.options.length < 3 ? undefined : field;
  }

  /**
   * Which one a filter's field names; where it names none, the form says so and nothing is found. Undefined for whoever is bound to a
   * location: their lists hold nothing else.
   */
  async filtered(request: PageRequest, form: Form, name: string): Promise<string | undefined> {
    const typed = form.field(name).value;
    const text = typeof typed === 'string' && reachOf(request.caller) === undefined ? typed.trim() : '';
    if (text === '' || LOCATION_ID.test(text)) return text || undefined;
    try {
      return await this.meant(request, text);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      form.refuse(request.reader.refusal(error.code, error.details), name);
      return 'none';
    }
  }

  /** Those that fit what somebody types, as the text of the field is to say it. */
  async suggested(request: PageRequest, text: string): Promise<readonly string[]> {
    if (reachOf(request.caller) !== undefined) return [];
    await this.settled(request);
    const found = await this.found(networkOf(request).id, text);
    return optionsOf(found).map(({ value }) => value);
  }

  /** @throws Rejection `location-name-unknown`, `location-name-ambiguous` */
  private async meant(request: PageRequest, text: string): Promise<string> {
    await this.settled(request);
    const found = await this.found(networkOf(request).id, text);
    if (found.length === 0) throw new Rejection('location-name-unknown', { text });
    if (found.length === 1) return found[0]!.id;
    const named = optionsOf(found).map(({ value }) => value);
    const some = named.slice(0, MOST_NAMED).join(', ') + (named.length > MOST_NAMED ? '…' : '.');
    throw new Rejection('location-name-ambiguous', { text, some });
  }

  /** The one that is called so, else those whose name or reference begins so; closed ones only where nothing else fits. */
  private async found(network: string, text: string): Promise<readonly Item[]> {
    const wanted = folded(text);
    if (wanted === '') return [];
    const [name, ...rest] = wanted.split(DOT);
    const anyOf: Filter[] = [{ 'search.name': name! }, { 'search.reference': wanted }, { 'search.name': wanted }];
    const exact = await this.find({ filter: { network }, anyOf });
    const labelled =
      rest.length === 0 ? exact : exact.filter((item) => [labelOf(item), item.name].some((label) => folded(label) === wanted));
    const named = labelled.length > 0 ? labelled : await this.find(meantLocations(network, { q: text }));
    const going = named.filter(({ status }) => status !== 'closed');
    return going.length > 0 ? going : named;
  }

  private async textField(request: PageRequest, { form, name, own = '', hint }: LocationFieldAsked): Promise<LocationField> {
    const { id: network, slug } = networkOf(request);
    const typed = form.field(name).value ?? own;
    const said = request.reader.t('network.location-field.hint');
    return {
      type: 'location',
      ...(await this.shown(network, typeof typed === 'string' ? typed.trim() : '')),
      hint: hint === undefined ? said : `${hint} ${said}`,
      source: `/n/${slug}/location-choices`,
      scripts: ['location-field.js'],
    };
  }

  private find(query: { filter: Filter; anyOf?: readonly Filter[] }): Promise<readonly Item[]> {
    return this.models.find<Item>(locationList, { ...query, sort: byName, limit: MOST_FOUND });
  }

  private async shown(network: string, typed: string) {
    if (!LOCATION_ID.test(typed)) return { value: typed, options: optionsOf(await this.found(network, typed)) };
    const item = await this.byId(network, typed);
    return { value: item && labelOf(item), options: [] };
  }

  private async readFew(network: string): Promise<readonly Item[] | undefined> {
    const found = await this.models.find<Item>(locationList, { filter: { network }, sort: byName, limit: MOST_CHOICES + 1 });
    return found.length > MOST_CHOICES ? undefined : [...found].sort((a, b) => a.name.localeCompare(b.name));
  }

  private async byId(network: string, id: string): Promise<Item | undefined> {
    const item = await this.models.get<Item>(locationList, id);
    return item?.network === network ? { ...item, id } : undefined;
  }

  private settled(request: PageRequest): Promise<unknown> {
    return this.models.settled(locationList, this.positions.of(request));
  }
}

const DOT = ' · ';

function listField(few: readonly (Item | undefined)[], { statuses, own, presumed, none, choose, hint }: LocationFieldAsked): LocationField {
  const open = few.filter((each): each is Item => each !== undefined && statuses.includes(each.status));
  const value = presumed && open.length === 1 ? open[0]!.id : open.find(({ id }) => id === own)?.id;
  const first = none ?? (value === undefined && open.length > 1 ? choose : undefined);
  return {
    type: 'select',
    options: [...(first === undefined ? [] : [{ value: '', label: first }]), ...open.map(({ id, name }) => ({ value: id, label: name }))],
    value,
    hint,
    scripts: [],
  };
}

/** With what tells it from others of its name. */
function labelOf({ name, reference, address }: Item): string {
  const beside = reference ?? address?.city;
  return beside === undefined ? name : `${name}${DOT}${beside}`;
}

/** Where two would be called alike, the id is the text and the name stands beside it. */
function optionsOf(items: readonly Item[]): readonly { value: string; label: string }[] {
  const labels = items.map(labelOf);
  return items.map(({ id }, index) => {
    const label = labels[index]!;
    const alone = labels.indexOf(label) === labels.lastIndexOf(label);
    return { value: alone ? label : id, label };
  });
}
