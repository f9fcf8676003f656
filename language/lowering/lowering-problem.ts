/** What keeps a job from being lowered, in one sentence for the user. */
export class LoweringProblem extends Error {
  override name = 'LoweringProblem';
}
