/** What the panel and its page say to each other: plain data, none of it markup. */
import type { Picture } from '../../../drawing/picture.ts';
import type { PlanFigures } from '../../../scheduler/plan/plan.ts';

/** A change to the plan that is tried; what is left out is as in the file. */
export interface WhatIfChoice {
  target?: string;
  instances?: number;
  /** Null for instances that live for ever. */
  lifespanSeconds?: number | null;
}

/** What stands in the fields of “What if”. */
export interface WhatIfFields {
  /** All that the job can run on. */
  targets: string[];
  target: string;
  instances: number;
  lifespanSeconds: number | null;
  /** The plan is another than that of the file. */
  isChanged: boolean;
}

/** Why a fragment of a run has its size; a line that begins with blanks belongs to the one above. */
export interface ExplanationText {
  title: string;
  sections: { title: string; lines: string[] }[];
}

/** The job on one of the targets that it can run on. */
export interface TargetRow {
  name: string;
  kind: string;
  /** The job runs on it unless another is asked for. */
  isOwn: boolean;
  /** Null where there is no plan, for the reason in `problem`. */
  plan: PlanFigures | null;
  problem: string | null;
}

/** To the page. */
export type ToPage =
  | {
      type: 'content';
      /** Null before there was any. */
      picture: Picture | null;
      /** Why there is no newer picture. */
      problem: string | null;
      explanation: ExplanationText | null;
      /** Null for a run, where nothing can be tried. */
      whatIf: WhatIfFields | null;
      /** Kept by VS Code, for the panel to be found again after a reload. */
      state: object;
    }
  /** The task that the cursor is in. */
  | { type: 'mark'; task: string | null }
  | { type: 'targets'; targets: TargetRow[] | null; problem: string | null };

/** From the page. */
export type FromPage =
  | { type: 'ready' }
  | { type: 'show-task'; task: string }
  /** Null: none any more. */
  | { type: 'explain'; fragment: number | null }
  /** Null: as in the file. */
  | { type: 'what-if'; choice: WhatIfChoice | null }
  | { type: 'apply' }
  | { type: 'compare' }
  /** `data`: of a PNG in base64. */
  | { type: 'save'; format: 'svg' | 'png'; data: string };
