/** What a long press of a finger does, where a mouse has the Alt key. The tap that follows is not a click then. */
export function longPress(element: HTMLElement, run: () => void): { update(next: () => void): void; destroy(): void } {
  let action = run;
  let timer = 0;
  let pressed = false;
  const start = (event: PointerEvent) => {
    pressed = false;
    if (event.pointerType !== 'touch') return;
    timer = window.setTimeout(() => {
      pressed = true;
      action();
    }, 550);
  };
  const end = () => clearTimeout(timer);
  const click = (event: Event) => {
    if (!pressed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = false;
  };
  const menu = (event: Event) => {
    if (pressed) event.preventDefault();
  };
  element.addEventListener('pointerdown', start);
  for (const name of ['pointerup', 'pointermove', 'pointercancel']) element.addEventListener(name, end);
  element.addEventListener('click', click, true);
  element.addEventListener('contextmenu', menu);
  return {
    update: (next) => (action = next),
    destroy: () => clearTimeout(timer),
  };
}
