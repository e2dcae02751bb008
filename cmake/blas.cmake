# OpenBLAS's package names paths. With a target in their place, which tapedeckConfig.cmake defines as well, an
# installed Tapedeck works where they differ.
if(NOT TARGET tapedeck::blas)
  add_library(tapedeck::blas INTERFACE IMPORTED)
  set_target_properties(tapedeck::blas PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_INCLUDE_DIRS}"
                        INTERFACE_LINK_LIBRARIES "${OpenBLAS_LIBRARIES}")
endif()
