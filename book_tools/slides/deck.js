// Start the slides; make what stands on each as large as it fits.
const MOST = 1.25;
const STEP = 0.03;
const LEAST = 0.55;
const FOOT = 44; // where the number of the slide stands

function overflows(slide) {
  const bottom = slide.clientHeight - FOOT;
  const parts = [...slide.children].filter((part) => part.tagName !== "ASIDE");
  if (parts.some((part) => part.offsetTop + part.offsetHeight > bottom)) return true;
  const room = slide.getBoundingClientRect().right;
  return [...slide.querySelectorAll("pre, table, .katex-display, p, li")].some(
    (part) => part.scrollWidth > part.clientWidth + 1
      || part.getBoundingClientRect().right > room + 1,
  );
}

function fit(slide) {
  for (let scale = MOST; scale >= LEAST; scale -= STEP) {
    slide.style.setProperty("--scale", scale.toFixed(2));
    if (!overflows(slide)) return;
  }
}

Reveal.on("slidechanged", ({ currentSlide }) => fit(currentSlide));
Reveal.on("pdf-ready", () => Reveal.getSlides().forEach(fit));
Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  display: "flex",
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  pdfMaxPagesPerSlide: 1,
  pdfSeparateFragments: false,
  plugins: [RevealNotes],
}).then(async () => {
  await document.fonts.ready;
  fit(Reveal.getCurrentSlide());
});
