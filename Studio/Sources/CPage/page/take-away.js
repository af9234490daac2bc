customElements.define('studio-take-away', class extends HTMLElement {});
