import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, DeviceCaller } from '../security/caller';
import type { Reader } from './reader';

/** What pages need to know of a network. The network module provides it: `{ provide: PageNetworks, useExisting: NetworkFacade }`. */
export interface PageNetwork {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  readonly language: 'en' | 'fr';
  readonly currency: 'USD' | 'CAD';
  /** `#rrggbb` */
  readonly brand: string;
  readonly test: boolean;
  readonly contactEmail: string;
  readonly postalAddress?: string;
}

export abstract class PageNetworks {
  abstract network(id: string): Promise<PageNetwork | undefined>;
  abstract networkBySlug(slug: string): Promise<PageNetwork | undefined>;
}

/** A request of a page: its network (from `/n/{slug}`) and how its reader reads are there before the guard runs. */
export type PageRequest = FastifyRequest & { caller: Caller; device?: DeviceCaller; reader: Reader; network?: PageNetwork };
export type PageReply = FastifyReply;

export interface PageModel {
  /** In the reader's language; the network's name is added. */
  readonly title: string;
  /** A form's page with errors begins its title with "Error:". */
  readonly form?: { readonly invalid: boolean };
  readonly [name: string]: unknown;
}

export interface PageOptions {
  readonly status?: number;
  /** `office` has the navigation (default for employees), `public` the header and footer of a visitor, `device` big targets. */
  readonly shell?: 'office' | 'public' | 'device';
  /** Where the network is not in the path (a card's link). */
  readonly network?: PageNetwork;
  /** Additions to the Content-Security-Policy: `{ 'frame-src': "'self'" }`. */
  readonly csp?: Readonly<Record<string, string>>;
  /** Address of a web app manifest, for what can be installed. */
  readonly manifest?: string;
  /** ES modules of this page by asset name: `deduct.js`. */
  readonly scripts?: readonly string[];
}

/** A page: the template's path under src without `.hbs` (`cards/features/window`) and what it shows. */
export class Page {
  constructor(
    readonly view: string,
    readonly model: PageModel,
    readonly options: PageOptions = {},
  ) {}
}

export interface SeeOtherOptions {
  /** Key of a sentence that the next page shows once, and its figures. */
  readonly flash?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  /** Position of what was written: the next page's lists wait for it. */
  readonly position?: number;
}

/** The answer of a form that did its work: 303 to a page that can be reloaded. */
export class SeeOther {
  constructor(
    readonly location: string,
    readonly options: SeeOtherOptions = {},
  ) {}
}
