# Embeds the deck's page, core/deck/page/*, in the library: the scripts and styles in the order given here, which
# is the order in which they stand in the page.
set(TAPEDECK_PAGE
  deck.html
  theme.css frame.css strip.css panel.css
  numbers.js data.js colour.js tree.js align.js timeline.js state.js dom.js strip.js cell.js arcs.js overview.js heatmap.js
  norm.js panel.js predict.js controls.js notices.js export.js link.js theme.js keys.js main.js)
list(TRANSFORM TAPEDECK_PAGE PREPEND ${PROJECT_SOURCE_DIR}/core/deck/page/)

set(page_source ${PROJECT_BINARY_DIR}/deck_page.cpp)
add_custom_command(
  OUTPUT ${page_source}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${TAPEDECK_PAGE}" -DOUTPUT=${page_source} -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  DEPENDS ${TAPEDECK_PAGE} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  COMMENT "Embedding the deck's page"
  VERBATIM)
