import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import { type NestFastifyApplication, RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify';
import { Guard } from '../security/guard';
import { ruleOf } from '../security/route-table';
import { inputPartOf, OPERATION, type OperationFacts } from './api';
import { ProblemFilter } from './problem';
import { inputSchema, type SchemaClass } from './schema';

const DIRECT = 'largesse:direct';

interface DirectRoute {
  readonly controller: abstract new (...args: never[]) => object;
  readonly method: string;
}

type Argument = (request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * A route of the hot path (engine 8), which is asked without Nest's pipeline: its nine promises a request cost as much as deciding
 * the command. The controller, the guard, the check of the input and the filter of errors are the same, in the same order. Parameters
 * may be `@Param('name')`, `@Input()`, `@Search()`, `@Req()` and `@Res({ passthrough: true })`; interceptors, pipes and guards of a
 * route's own are not asked.
 */
export const Direct = (): MethodDecorator => (target, method, descriptor) =>
  RouteConfig({ [DIRECT]: { controller: target.constructor, method: String(method) } })(target, method, descriptor);

/** Before the routes are registered: those that are marked get a handler of ours. */
export function serveDirectly(app: NestFastifyApplication, fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const direct = (route.config as Record<string, unknown> | undefined)?.[DIRECT] as DirectRoute | undefined;
    if (!direct) return;
    const { run, answer, status } = declared(direct, route);
    route.handler = handlerOf(app, direct, run, status);
    // Fastify writes the answer with a function that is made from its class once, quicker than JSON.stringify.
    route.schema = { ...route.schema, response: { [status]: inputSchema(answer) } };
  });
}

type Method = (...args: unknown[]) => unknown;

/** @throws Error for a route without a class for its answer */
function declared({ controller, method }: DirectRoute, route: RouteOptions): { run: Method; answer: SchemaClass; status: number } {
  const run = (controller.prototype as Record<string, Method>)[method]!;
  const { answer, status } = (Reflect.getMetadata(OPERATION, run) ?? {}) as Partial<OperationFacts>;
  if (typeof answer !== 'function')
    throw new Error(`${controller.name}.${method} is @Direct: its @Operation needs the class of the answer`);
  return { run, answer, status: status ?? (route.method === 'POST' ? 201 : 200) };
}

/** @throws Error for a route that cannot be served so: its declaration is wrong, and the start stops */
function handlerOf(app: NestFastifyApplication, { controller, method }: DirectRoute, run: Method, status: number): RouteHandlerMethod {
  const instance = app.get<object>(controller, { strict: false });
  const guard = app.get(Guard);
  const problems = app.get(ProblemFilter);
  const rule = ruleOf(run, controller);
  if (!rule) throw new Error(`${controller.name}.${method} is @Direct: it needs a rule`);
  const argumentsOf = argumentsFor(controller, method);
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      const admitted = guard.lets(request, reply, rule);
      if (admitted instanceof Promise) await admitted;
      if (request.validationError) throw request.validationError;
      const answer = await run.apply(instance, argumentsOf(request, reply));
      reply.code(status).send(answer);
    } catch (error) {
      await problems.answer(error, request, reply);
    }
  };
  return (request, reply) => void serve(request, reply);
}

/** The method's arguments, from what Nest's decorators noted about its parameters. */
function argumentsFor(controller: DirectRoute['controller'], method: string): (request: FastifyRequest, reply: FastifyReply) => unknown[] {
  const noted = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, Noted>;
  const found: Argument[] = [];
  for (const [key, { index, data, factory }] of Object.entries(noted)) {
    const argument = factory ? inputArgument(factory) : plainArgument(Number(key.split(':')[0]), data);
    if (!argument) throw new Error(`${controller.name}.${method} is @Direct: parameter ${index + 1} is of a kind that is not served so`);
    found[index] = argument;
  }
  return (request, reply) => found.map((argument) => argument(request, reply));
}

interface Noted {
  readonly index: number;
  readonly data?: unknown;
  /** Of a decorator that is not Nest's own. */
  readonly factory?: unknown;
}

function inputArgument(factory: unknown): Argument | undefined {
  const part = inputPartOf(factory);
  return part && ((request) => request[part]);
}

function plainArgument(type: number, data: unknown): Argument | undefined {
  if (type === Number(RouteParamtypes.REQUEST)) return (request) => request;
  if (type === Number(RouteParamtypes.RESPONSE)) return (_, reply) => reply;
  if (type !== Number(RouteParamtypes.PARAM) || typeof data !== 'string') return undefined;
  return (request) => (request.params as Record<string, unknown>)[data];
}
