import { Injectable } from '@nestjs/common';
import { reveal } from '../../kernel/personal';
import { Models } from '../../platform/read-store/models';
import type { Query, Value } from '../../platform/read-store/read-store';
import { BYTE_ORDER_MARK, csvLine } from '../../platform/web/csv';
import type { Reader } from '../../platform/web/reader';
import { locationColumns, type LocationColumn } from '../domain/location-columns';
import { locationList, type LocationListItem } from '../read-models/location-list';

const BATCH = 500;

/** Locations as a spreadsheet reads them, and as an import takes them back; a batch at a time, so that any number takes the same memory. */
@Injectable()
export class LocationCsv {
  constructor(private readonly models: Models) {}

  async *rows(query: Pick<Query, 'filter' | 'anyOf'>, reader: Reader): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvLine([...locationColumns, 'status'].map((column) => reader.t(`network.locations.column.${column}`)));
    let after: readonly Value[] | undefined;
    do {
      const found = await this.models.find<LocationListItem>(locationList, { ...query, sort: ['search.name', 'id'], after, limit: BATCH });
      if (found.length > 0) yield found.map((each) => csvLine(cells(each, reader))).join('');
      const last = found.length === BATCH ? found.at(-1) : undefined;
      after = last && [last.search.name, last.id];
    } while (after);
  }
}

function cells(place: LocationListItem, reader: Reader): readonly string[] {
  const { reference, name, email, phone, website, category, address = {}, language, listed, status } = place;
  const values: Readonly<Record<LocationColumn, string | undefined>> = {
    reference,
    name,
    email: reveal(email),
    phone,
    website,
    category,
    street: address.street,
    city: address.city,
    region: address.region,
    'postal-code': address.postalCode,
    country: address.country,
    language,
    listed: reader.t(listed === false ? 'network.locations.no' : 'network.locations.yes'),
  };
  return [...locationColumns.map((column) => values[column] ?? ''), reader.t(`network.locations.status.${status}`)];
}
