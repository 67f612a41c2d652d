"use strict";
// Without this script, the page has the whole table and no search.
const form = document.querySelector("form");
if (form) {
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const none = document.getElementById("none");
  const all = document.querySelector("button");
  const rows = [...document.querySelectorAll(".rows tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  // A browser lays out some hundred rows at once, ten thousand take a second.
  const FEW = 500;
  let limit = FEW;

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    texts.forEach((text, number) => {
      const isFound = words.every((word) => text.includes(word));
      count += isFound;
      const isHidden = !isFound || count > limit;
      if (isHidden !== rows[number].hidden) {
        rows[number].hidden = isHidden;
      }
    });
    const isCut = count > limit;
    const total = rows.length.toLocaleString("en");
    found.value =
      (words.length ? `${count.toLocaleString("en")} of ${total} users` : `${total} users`) +
      (isCut ? `, the first ${limit} shown` : "");
    none.hidden = count > 0;
    all.hidden = !isCut;
  };

  const searchFor = (text) => {
    search.value = text;
    limit = FEW;
    filter();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", () => searchFor(search.value));
  all.addEventListener("click", () => {
    limit = Infinity;
    filter();
    // The button is gone: the next thing to read is the first row that it has shown.
    document.getElementById("users").focus({ preventScroll: true });
  });
  for (const link of document.querySelectorAll("[data-search]")) {
    link.addEventListener("click", () => searchFor(link.dataset.search));
  }
  form.hidden = false;
  filter();
}

// Paper shows what is folded, too.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    details.dataset.printed = "";
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details[data-printed]")) {
    details.open = false;
    delete details.dataset.printed;
  }
});
