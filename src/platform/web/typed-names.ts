import { Injectable } from '@nestjs/common';
import type { PageRequest } from './page';
import type { Schema } from './schema';

/** @throws Rejection saying why what was typed names nothing, or more than one */
export type Meaning = (request: PageRequest, text: string) => Promise<string>;

/** What people may type into a form where it wants an id. The module that has such things says which one is meant. */
@Injectable()
export class TypedNames {
  private readonly meanings = new Map<string, Meaning>();

  /** For ids with this prefix: `loc`. */
  enter(prefix: string, meaning: Meaning): void {
    this.meanings.set(prefix, meaning);
  }

  /** Undefined where the text is an id already, or where only an id will do. */
  meaningOf(schema: Schema, text: string): Meaning | undefined {
    if (schema['x-message'] !== 'id') return undefined;
    const pattern = schema.pattern as string;
    return new RegExp(pattern).test(text) ? undefined : this.meanings.get(pattern.slice(1, pattern.indexOf('_')));
  }
}
