# Our folders stand at the top of the tree, and includes read <tapedeck/core/tape.hpp>: for each header a file
# of that name in the build tree holds one #include of the real one, so that debuggers show the real path.
function(tapedeck_forwarding_headers target)
  set(root ${PROJECT_BINARY_DIR}/include)
  foreach(folder IN LISTS ARGN)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/${folder}/*.hpp)
    foreach(header IN LISTS headers)
      file(CONFIGURE OUTPUT ${root}/tapedeck/${header} CONTENT "#include \"${PROJECT_SOURCE_DIR}/${header}\"\n")
    endforeach()
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/tapedeck.hpp ${root}/tapedeck/tapedeck.hpp COPYONLY)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/version.hpp.in ${root}/tapedeck/version.hpp @ONLY)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${root}>)
endfunction()
