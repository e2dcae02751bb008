// What the page shows at the moment; main.js tells everybody when it changes.

const state = {
  deck: null,
  step: 0,             // which training step
  timeline: null,
  views: [],
  position: 0,
  tape: 0,             // the selected entry, and its column
  entry: 0,
  pointed: null,       // {role, shape, row, column}: the number under the pointer or the cursor, of the selected
                       // 'entry' or of a normalization's 'input'
  folded: new Set(),   // paths of scopes
  playing: false,
  predicting: false,
  theme: 'light',
  colours: null,
};

const selectedColumn = () => state.timeline.columnOf[state.tape][state.entry];
const selectedEntries = () => state.timeline.columns[selectedColumn()];
