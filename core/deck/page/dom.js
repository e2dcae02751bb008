// Making and changing elements.

/** h('button', {class: 'key', onclick: f, 'aria-label': 'Play'}, 'text', child, …) */
function h(tag, attributes = {}, ...children) {
  const element = tag === 'svg' || tag === 'path' || tag === 'g'
    ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

// What is the same already is left alone: a move touches only what it changes.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function setAttribute(element, name, value) {
  if (value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}
function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}
