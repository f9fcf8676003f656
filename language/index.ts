/** What the rest of Morsel sees of its language. */
export { findJobs } from './ast-places.ts';
export { formatted } from './formatting/formatter.ts';
export * as ast from './generated/ast.ts';
export { findTask, lowerJob, type LowerOptions } from './lowering/lower-job.ts';
export { BUILT_IN_TARGET, findTargets } from './lowering/lower-target.ts';
export { type MorselExtensions, type MorselServices, createMorselServices } from './morsel-module.ts';
export type { FieldAccess, Name, Place, Placeholder, PlaceholderProblem } from './placeholders/placeholder.ts';
export {
  type Meaning,
  type PlaceholderAt,
  type PlaceholderName,
  type TextRole,
  inputOf,
  meaningOf,
  namesFor,
  placeholderAt,
  placeholdersOf,
  roleOf,
  templateOf,
  textAt,
} from './placeholders/template.ts';
export { visibleInputs, visibleParams, visibleTargets, visibleTasks } from './scoping/visible.ts';
export { type OptionType, type TargetOption, targetKinds, targetOption } from './targets/options.ts';
export { otherUnits, showAmount, unitsOf } from './units.ts';
export type { InputProbe } from './validation/input-probe.ts';
export { type DiagnosticCode, diagnosticCodes } from './validation/codes.ts';
export type { DiagnosticData, Fix } from './validation/report.ts';
