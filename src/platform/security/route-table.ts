import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import type { ModulesContainer } from '@nestjs/core';
import { ROUTE_RULE, type RouteRule } from './permit';

export interface Route {
  readonly method: string;
  /** With its parameters: `/n/:slug/employees`. */
  readonly path: string;
  /** `EmployeesController.list`, for sentences about it. */
  readonly handler: string;
  readonly rule: RouteRule | undefined;
}

type Handler = (...args: never[]) => unknown;

/** The rule that a handler, or else its whole controller, declares. */
export const ruleOf = (handler: object, controller: object): RouteRule | undefined =>
  (Reflect.getMetadata(ROUTE_RULE, handler) ?? Reflect.getMetadata(ROUTE_RULE, controller)) as RouteRule | undefined;

/** Every route of every controller, from the decorators themselves: for the check at start and for the test of route × caller. */
export function routeTable(modules: ModulesContainer): readonly Route[] {
  const controllers = [...modules.values()].flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype));
  return controllers.flatMap((controller) => (typeof controller === 'function' ? routesOf(controller as new () => object) : []));
}

function routesOf(controller: new () => object): readonly Route[] {
  const bases = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[] | undefined].flat();
  return methodsOf(controller.prototype as object).flatMap(([name, handler]) => {
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    return bases.flatMap((base) =>
      paths.map((path) => ({
        method: RequestMethod[method],
        path: joined(base, path),
        handler: `${controller.name}.${name}`,
        rule: ruleOf(handler, controller),
      })),
    );
  });
}

function methodsOf(prototype: object): readonly (readonly [string, Handler])[] {
  const found = new Map<string, Handler>();
  for (let level = prototype; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (name !== 'constructor' && typeof value === 'function' && !found.has(name)) found.set(name, value as Handler);
    }
  }
  return [...found];
}

const joined = (base: string | undefined, path: string): string =>
  `/${[base ?? '', path]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter(Boolean)
    .join('/')}`;

/** @throws Error that names each route without a rule: it would be open to nobody or to everybody, and nobody said which. */
export function checkRules(routes: readonly Route[]): void {
  const missing = routes.filter(({ rule }) => rule === undefined);
  if (missing.length === 0) return;
  const list = missing.map(({ method, path, handler }) => `  ${method} ${path} (${handler})`).join('\n');
  throw new Error(`These routes don't say who may use them; add @Permit, @SignedIn or @Public:\n${list}`);
}
