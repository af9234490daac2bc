customElements.define('studio-pictures', class extends HTMLElement {});
