customElements.define('studio-trust', class extends HTMLElement {});
