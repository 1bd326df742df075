/* The search: ranks the sections of the book, and shows them on the page that asks. */
"use strict";

function makeSearch(book, MiniSearch, Stemmer) {
  const stemmer = new Stemmer();
  const dull = new Set(book.stopwords);
  const seen = new Map();
  const known = new Set();

  // A word counts as it stands and, somewhat less, by its stem.
  function forms(word) {
    if (!seen.has(word)) {
      const small = word.toLowerCase();
      const stem = /^[a-z]+$/.test(small) ? stemmer.stemWord(small) : small;
      seen.set(word, dull.has(small) ? [] : [...new Set([small, stem])]);
    }
    return seen.get(word);
  }
  // A name such as return_sequences counts as a whole and by its parts.
  const whole = (text) => text.match(/[\p{L}\p{N}_]+(?:=\d+)?/gu) || [];
  function parts(word) {
    const found = word.split(/[_=]+|(?=\p{Lu}\p{Ll})/u).filter(Boolean);
    return found.length > 1 ? found : [];
  }

  const sections = new Map(book.sections.map((each) => [each.url, each]));
  const index = new MiniSearch({
    fields: ["title", "page", "asked", "text", "code"],
    idField: "url",
    tokenize: (text) => whole(text).flatMap((word) => [word, ...parts(word)]),
    processTerm: (word) => {
      forms(word).forEach((form) => known.add(form));
      return forms(word);
    },
  });
  index.addAll(book.sections);

  const words = (text) => whole(text).flatMap((word) => forms(word).slice(-1));
  const synonyms = Object.entries(book.synonyms).flatMap(([ours, theirs]) =>
    theirs.map((each) => [` ${words(each).join(" ")} `, words(ours)])
  );

  // The words of a query, each with its weight.
  function weigh(query) {
    const weights = new Map();
    const add = (word, weight) =>
      weights.set(word, Math.max(weight, weights.get(word) || 0));
    for (const word of whole(query)) {
      const [exact, ...stem] = forms(word);
      if (exact === undefined) continue;
      if (known.has(exact) || !known.has(stem[0])) add(exact, 1);
      stem.forEach((each) => known.has(each) && add(each, 0.5));
      if (!known.has(exact)) parts(word).flatMap(forms).forEach((each) => add(each, 0.5));
    }
    const said = ` ${words(query).join(" ")} `;
    for (const [theirs, ours] of synonyms)
      if (said.includes(theirs)) ours.forEach((word) => add(word, 0.8));
    return weights;
  }

  return function search(query) {
    const weights = weigh(query);
    const mistyped = (term) => !known.has(term) && term.length > 3;
    return index
      .search([...weights.keys()].join(" "), {
        tokenize: (text) => text.split(" "),
        processTerm: (term) => term,
        boost: { title: 3, page: 1.5, asked: 2, text: 1, code: 0.6 },
        boostTerm: (term) => weights.get(term),
        boostDocument: (url) => (sections.get(url).minor ? 0.5 : 1),
        fuzzy: (term) => mistyped(term) && (term.length > 6 ? 2 : 1),
        prefix: mistyped,
      })
      .map((hit) => ({ ...sections.get(hit.id), score: hit.score, terms: hit.terms }));
  };
}

// What is shown of a section: some words around those that were looked for, which
// are marked.
function excerpt(section, terms, around = 190) {
  const text = section.text || section.code || "";
  const found = [];
  for (const match of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
    const small = match[0].toLowerCase();
    if (terms.some((term) => term.length > 1 && small.startsWith(term)))
      found.push({ start: match.index, end: match.index + match[0].length, small });
  }
  // Begin where most different words stand close together.
  let best = 0, most = 0;
  for (const { start } of found) {
    const near = found.filter((each) => each.start >= start && each.end < start + around);
    const different = new Set(near.map((each) => each.small)).size;
    if (different > most) [best, most] = [start, different];
  }
  let from = Math.max(0, best - 40);
  if (from > 0) from = text.indexOf(" ", from) + 1;
  let to = Math.min(text.length, from + around);
  if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
  const pieces = [];
  let last = from;
  for (const { start, end } of found.filter((each) => each.start >= from && each.end <= to)) {
    pieces.push({ text: text.slice(last, start) }, { text: text.slice(start, end), marked: true });
    last = end;
  }
  pieces.push({ text: text.slice(last, to) });
  return [{ text: from > 0 ? "… " : "" }, ...pieces, { text: to < text.length ? " …" : "" }];
}

function showSearch(search) {
  const shown = 15;
  const query = (new URLSearchParams(location.search).get("q") || "").trim();
  const element = (name, ...inside) => {
    const made = document.createElement(name);
    made.append(...inside);
    return made;
  };
  const field = document.querySelector(".bd-search-container input[name=q]");
  field.value = query;
  field.focus({ preventScroll: true }); // from there Tab leads to the first hit
  if (!query) return;
  document.title = `${query} – ${document.title}`;
  const hits = search(query).slice(0, shown);
  const status = document.getElementById("search-status");
  if (!hits.length) {
    status.textContent = `Nothing was found for “${query}”.`;
    document.getElementById("search-advice").hidden = false;
    return;
  }
  status.textContent = `The best ${hits.length} places for “${query}”:`;
  if (hits.length === 1) status.textContent = `One place for “${query}”:`;
  for (const hit of hits) {
    const link = element("a", hit.title);
    link.href = hit.url;
    const where = hit.page === hit.title ? [] : [element("small", hit.page)];
    const said = excerpt(hit, hit.terms).map((piece) =>
      piece.marked ? element("mark", piece.text) : piece.text
    );
    const item = element("li", element("strong", link), ...where, element("p", ...said));
    document.querySelector("#search-results ol").append(item);
  }
}

// All scripts of the page have run by then.
if (typeof document !== "undefined")
  document.addEventListener("DOMContentLoaded", () =>
    showSearch(makeSearch(BOOK, MiniSearch, Stemmer))
  );
