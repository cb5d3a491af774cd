// Inside the frame: tell the framing site how high the form is, so that it needs no scroll bar of its own.
// Only a site that the campaign names gets an answer, and only once it has asked.

const sites = new Set((document.currentScript?.dataset.sites || "").split(" ").filter(Boolean));

if (window.parent !== window) {
  let asked = ""; // the framing site, once known
  const tell = () => {
    if (!asked) return;
    // The body's own height: that of the document never shrinks below the frame's.
    window.parent.postMessage({ contests: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }, asked);
  };
  addEventListener("message", (event) => {
    if (event.source !== window.parent || !sites.has(event.origin) || event.data?.contests !== "hello") return;
    asked = event.origin;
    tell();
  });
  new ResizeObserver(tell).observe(document.body);
}
