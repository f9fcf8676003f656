import { DefaultScopeComputation, type LocalSymbols, MultiMap } from 'langium';

/** Local names come from the tables of visible.ts, so Langium need not collect them. */
export class MorselScopeComputation extends DefaultScopeComputation {
  override async collectLocalSymbols(): Promise<LocalSymbols> {
    return new MultiMap();
  }
}
