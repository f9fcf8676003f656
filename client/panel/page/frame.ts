/** Draws at most once for each frame of the screen, however often it is asked to. */
export function oncePerFrame(draw: () => void): () => void {
  let isWanted = false;
  return () => {
    if (isWanted) return;
    isWanted = true;
    requestAnimationFrame(() => {
      isWanted = false;
      draw();
    });
  };
}
