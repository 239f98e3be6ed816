import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Failure } from './failure';
import type { Answer, Question } from './local-socket';
import type { Call } from './verb';

/** Something went wrong in the running process; told as if it had happened here. */
export class RemoteFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.sentence);
  }
}

/** A connection to the process that runs on this data folder; undefined when none does. */
export function knock(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return resolve(undefined);
      reject(error);
    });
  });
}

/** Has the running process do it. @throws RemoteFailure */
export async function ask(socket: Socket, question: Question, tell: Pick<Call, 'progress' | 'write'>): Promise<unknown> {
  socket.write(`${JSON.stringify(question)}\n`);
  for await (const line of createInterface({ input: socket })) {
    const answer = JSON.parse(line) as Answer;
    if ('progress' in answer) tell.progress(answer.progress);
    else if ('text' in answer) await tell.write(answer.text);
    else if ('failure' in answer) throw new RemoteFailure(answer.failure);
    else return answer.result;
  }
  throw new RemoteFailure({ exitCode: 4, code: 'unavailable', sentence: 'The running process stopped before it had answered.' });
}
