// A browser does not let a page from file:// read another page, which the search does for its excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// The keyboard must reach what can be scrolled.
addEventListener("DOMContentLoaded", () => {
  const reachable = () => {
    for (const wide of document.querySelectorAll("pre, .table-wrapper, .diagram")) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
      else wide.removeAttribute("tabindex");
    }
  };
  reachable();
  addEventListener("resize", reachable);
});
