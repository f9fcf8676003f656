/** The client's door to the language server: asks its custom requests, and tells the user what it answers in words. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { NotificationType, NotificationType0, RequestType, RequestType0 } from 'vscode-jsonrpc';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import type { Problem, WhatIfEditResult } from '../../server/protocol.ts';

export class MorselServer {
  readonly #client: BaseLanguageClient;

  constructor(client: BaseLanguageClient) {
    this.#client = client;
  }

  get isRunning(): boolean {
    return this.#client.state === State.Running;
  }

  /** Sends a request as it is; a rejection means that the server is down, or that the request was cancelled. */
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: vscode.CancellationToken): Promise<R> {
    // What is undefined would be sent as a second parameter.
    return token === undefined
      ? this.#client.sendRequest(type.method, params)
      : this.#client.sendRequest(type.method, params, token);
  }

  request0<R>(type: RequestType0<R, void>): Promise<R> {
    return this.#client.sendRequest(type.method);
  }

  /**
   * Asks for something that the user wants: a problem, or a server that is down, becomes one message, and the answer is
   * undefined.
   */
  async ask<P, R>(type: RequestType<P, R | Problem, void>, params: P): Promise<R | undefined> {
    const answer = await this.tryTo(type, params);
    if (!isProblem(answer)) return answer;
    void vscode.window.showErrorMessage(answer.problem);
    return undefined;
  }

  /** As {@link ask}, except that what goes wrong is the answer and not a message. */
  async tryTo<P, R>(
    type: RequestType<P, R | Problem, void>,
    params: P,
    token?: vscode.CancellationToken,
  ): Promise<R | Problem> {
    try {
      return await this.request(type, params, token);
    } catch (error) {
      if (!this.isRunning)
        return { problem: t('The Morsel language server is not running: use “Morsel: Restart Language Server”.') };
      return { problem: t('Morsel could not do that: {0}', error instanceof Error ? error.message : String(error)) };
    }
  }

  /** An edit that the server answered, for VS Code to apply. */
  asWorkspaceEdit(edit: WhatIfEditResult['edit']): Promise<vscode.WorkspaceEdit> {
    return this.#client.protocol2CodeConverter.asWorkspaceEdit(edit);
  }

  notify(type: NotificationType0): Promise<void> {
    return this.#client.sendNotification(type.method);
  }

  on<P>(type: NotificationType<P> | NotificationType0, handler: (params: P) => void): vscode.Disposable {
    return this.#client.onNotification(type.method, handler);
  }

  /** Called each time when the server has come up, a restart included. */
  onReady(handler: () => void): vscode.Disposable {
    return this.#client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) handler();
    });
  }
}

export const isProblem = (answer: unknown): answer is Problem =>
  typeof answer === 'object' && answer !== null && 'problem' in answer;
