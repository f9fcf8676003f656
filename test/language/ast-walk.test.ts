import { AstUtils } from 'langium';
import { expect, it } from 'vitest';
import { nodesOf, ReferenceTable } from '../../language/ast-walk.ts';
import { MorselAstReflection } from '../../language/generated/ast.ts';
import { build } from './morsel.ts';

const files = {
  'job.morsel': `import "targets.morsel"
    param width = 320
    job a on laptop {
      input photos = files "*.jpg" except "raw/*", "old/*"
      input sides = ["left", 2]
      task b for photo in photos { step c { run "echo {photo.path} > {out}" output "{photo.stem}" } safepoint step d { run "true" } cost photo.size }
      task e for side in sides { run "echo {side} {width}" needs 1 cpu, 2 GB env X = "{side}" }
      task f after b, e { stream "cat" }
      task g after nowhere { run "true" }
    }`,
  'targets.morsel': 'target laptop local { instances 0..2 lifespan 10 min }',
};

it('walks are those of Langium, node for node and reference for reference', async () => {
  const root = (await build(files)).parseResult.value;
  expect(nodesOf(root)).toEqual(AstUtils.streamAst(root).toArray());
  const table = new ReferenceTable(new MorselAstReflection());
  const found = table.within(root);
  const langiums = AstUtils.streamAst(root)
    .flatMap((node) => AstUtils.streamReferences(node))
    .toArray();
  expect(found.map(({ property, index, reference }) => [property, index, reference.$refText])).toEqual(
    langiums.map(({ property, index, reference }) => [property, index, reference.$refText]),
  );
  expect(found.length).toBeGreaterThan(7);
});
