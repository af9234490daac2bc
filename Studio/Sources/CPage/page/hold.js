// A button that works while it is held: by pointer, by key, and by one press of assistive technology.
// With `tapsByTouch` a finger taps it once, for buttons in a list that fingers scroll.
export function holdable(button, { begin, end, tapsByTouch = false }) {
  let isHeld = false;
  let isTapped = false;
  const start = () => {
    if (isHeld) return;
    isHeld = true;
    begin();
  };
  const stop = () => {
    if (!isHeld) return;
    isHeld = false;
    end();
  };
  button.addEventListener("pointerdown", (event) => {
    isTapped = tapsByTouch && event.pointerType === "touch";
    if (event.button !== 0 || isTapped) return;
    button.setPointerCapture(event.pointerId);
    start();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) button.addEventListener(name, stop);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) start();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    stop();
  });
  // Screen readers press without a pointer and without keys: that takes one picture.
  button.addEventListener("click", (event) => {
    if (event.detail !== 0 && !isTapped) return;
    start();
    stop();
  });
}
