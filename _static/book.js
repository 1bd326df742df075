/* What a press on a page of the book does: copy code, show a figure large. */

const PROMPT = /^(>>>|\.\.\.) ?/;

function codeOf(block) {
  const lines = block.textContent.replace(/\n$/, "").split("\n");
  const prompted = lines.filter((line) => PROMPT.test(line));
  const code = lines.some((line) => line.startsWith(">>>")) ? prompted : lines;
  return code.map((line) => line.replace(PROMPT, "")).join("\n");
}

async function copy(button) {
  button.setAttribute("aria-live", "polite");
  try {
    await navigator.clipboard.writeText(codeOf(button.parentElement.querySelector("pre")));
    button.classList.add("success");
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  setTimeout(() => {
    button.classList.remove("success");
    button.textContent = "Copy";
  }, 2000);
}

function enlarge(link) {
  const dialog = document.createElement("dialog");
  const close = document.createElement("button");
  const image = link.querySelector("img").cloneNode();
  dialog.className = "large";
  dialog.ariaLabel = "The figure, large";
  close.textContent = "Close";
  image.loading = "eager";
  dialog.append(close, image);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copybtn");
  const link = event.target.closest("a.large");
  if (button) {
    copy(button);
  } else if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    enlarge(link);
  }
});
