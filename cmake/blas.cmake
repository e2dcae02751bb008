# OpenBLAS as a target, which tapedeckConfig.cmake defines as well: its own package names paths only, and Debian 13's
# names some that don't exist.
if(NOT TARGET tapedeck::blas)
  if(NOT EXISTS "${OpenBLAS_LIBRARIES}")
    find_library(TAPEDECK_OPENBLAS openblas REQUIRED)
    set(OpenBLAS_LIBRARIES ${TAPEDECK_OPENBLAS})
  endif()
  if(NOT EXISTS "${OpenBLAS_INCLUDE_DIRS}/cblas.h")
    find_path(TAPEDECK_CBLAS cblas.h PATH_SUFFIXES openblas REQUIRED)
    set(OpenBLAS_INCLUDE_DIRS ${TAPEDECK_CBLAS})
  endif()
  add_library(tapedeck::blas INTERFACE IMPORTED)
  set_target_properties(tapedeck::blas PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_INCLUDE_DIRS}"
                        INTERFACE_LINK_LIBRARIES "${OpenBLAS_LIBRARIES}")
endif()
