# cmake --install: the headers as they are included, the library, and what find_package(tapedeck) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS tapedeck EXPORT tapedeckTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY core layers optim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tapedeck
        FILES_MATCHING PATTERN "*.hpp" PATTERN page EXCLUDE)
install(FILES cmake/tapedeck.hpp ${PROJECT_BINARY_DIR}/include/tapedeck/version.hpp
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tapedeck)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/tapedeck)
install(EXPORT tapedeckTargets NAMESPACE tapedeck:: DESTINATION ${package})
# Before 1.0 a minor version may change names: who asks for 0.1 is not given 0.2.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tapedeckConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/tapedeckConfig.cmake cmake/blas.cmake ${PROJECT_BINARY_DIR}/tapedeckConfigVersion.cmake
        DESTINATION ${package})
