/** Keeps one failing feature from being more than that: what it throws is logged, and the request is answered with null. */
import { isOperationCancelled } from 'langium';
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { described } from './errors.ts';
import type { Problem } from './protocol.ts';
import { messageOf } from '../scheduler/words.ts';

/** Where the server reports what went wrong; the client shows it in its log. */
export type Log = (message: string) => void;

/** The same provider, except that its methods never throw but for cancellations and answers meant for the client. */
export function guarded<T extends object>(name: string, provider: T, log: Log): T {
  const failed = (error: unknown): null => {
    if (isOperationCancelled(error) || error instanceof ResponseError) throw error;
    log(`${name}: ${described(error)}`);
    return null;
  };
  return new Proxy(provider, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]): unknown => {
        try {
          const result: unknown = Reflect.apply(member, target, parameters);
          return result instanceof Promise ? result.catch(failed) : result;
        } catch (error) {
          return failed(error);
        }
      };
    },
  });
}

/** A handler for one of our own requests: failures answer in words, cancellations as LSP wants them. */
export function guardedRequest<P, R>(
  name: string,
  handle: (params: P, token: CancellationToken) => Promise<R>,
  log: Log,
): (params: P, token: CancellationToken) => Promise<unknown> {
  return async (params, token) => {
    try {
      const result = await handle(params, token);
      return token.isCancellationRequested ? requestCancelled() : result;
    } catch (error) {
      if (isOperationCancelled(error) || token.isCancellationRequested) return requestCancelled();
      if (error instanceof ResponseError) throw error;
      log(`${name}: ${described(error)}`);
      const problem: Problem = { problem: messageOf(error) };
      return problem;
    }
  };
}

const requestCancelled = (): ResponseError =>
  new ResponseError(LSPErrorCodes.RequestCancelled, 'The request has been cancelled.');
