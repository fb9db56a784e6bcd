// Drawing at most once per frame: several traits of a widget change together.

/**
 * `soon` calls it before the next frame, once however often it is said; `cancel` takes that back.
 * @param {() => void} call
 */
export function oncePerFrame(call) {
  let frame = 0;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      call();
    });
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return { soon, cancel };
}
