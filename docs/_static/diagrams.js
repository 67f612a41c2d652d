// Draws the diagrams in the colours of the theme, which follow the reader's system and the switch.
mermaid.initialize({
  startOnLoad: false,
  theme: "base",
  htmlLabels: false,
  flowchart: { wrappingWidth: 320 },
  themeCSS: `
    text, tspan { fill: var(--color-foreground-primary) !important; }
    rect, polygon, path.basic, .node path, .node circle {
      fill: var(--color-background-secondary) !important;
      stroke: var(--color-foreground-muted) !important;
      filter: none !important;
    }
    .note { fill: var(--color-background-hover) !important; }
    .edgeLabel rect, .labelBkg { fill: var(--color-background-primary) !important; stroke: none !important; }
    line, .flowchart-link { stroke: var(--color-foreground-secondary) !important; }
    marker path { fill: var(--color-foreground-secondary) !important; stroke: none !important; }
  `,
});
addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".diagram").forEach(async (diagram, number) => {
    const source = diagram.querySelector("pre").textContent;
    const { svg } = await mermaid.render(`diagram-${number}`, source);
    diagram.innerHTML = svg;
  });
});
