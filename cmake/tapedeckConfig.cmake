# find_package(tapedeck): the target tapedeck::tapedeck.
include(CMakeFindDependencyMacro)
find_dependency(xtl)
find_dependency(xtensor)
find_dependency(fmt)
find_dependency(OpenBLAS)
include("${CMAKE_CURRENT_LIST_DIR}/blas.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/tapedeckTargets.cmake")
