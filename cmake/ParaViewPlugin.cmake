# The VTK module, its Python package, the ParaView plugin and what it adds to ParaView's window.

# ParaView is built against the system's Python, which need not be the first on PATH.
set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Python that ParaView was built with")
find_package(ParaView 5.11 REQUIRED COMPONENTS RemotingServerManager RemotingViews VTKExtensionsMisc
  pqApplicationComponents)

# ParaView's configuration names third-party targets that it does not look up for these components. The shared
# libraries know what they need, so stand-ins are enough to link.
foreach(_target IN ITEMS Freetype::Freetype GLEW::GLEW JPEG::JPEG LZ4::LZ4 LZMA::LZMA PNG::PNG TIFF::TIFF
    utf8cpp::utf8cpp LibXml2::LibXml2 hdf5::hdf5 hdf5::hdf5_hl Boost::boost NetCDF::NetCDF)
  if(NOT TARGET ${_target})
    add_library(${_target} INTERFACE IMPORTED)
  endif()
endforeach()

vtk_module_scan(
  MODULE_FILES
    "${PROJECT_SOURCE_DIR}/filters/vtk.module"
    "${PROJECT_SOURCE_DIR}/plugin/servermanager/vtk.module"
  PROVIDES_MODULES flare_modules
  REQUIRES_MODULES flare_required_modules
  WANT_BY_DEFAULT ON
  ENABLE_TESTS OFF)
vtk_module_build(
  MODULES ${flare_modules}
  PACKAGE ParaFLARE
  INSTALL_EXPORT ParaFLARE
  CMAKE_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/ParaFLARE"
  LIBRARY_DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  ENABLE_WRAPPING ON)

# `from paraflare import vtkFLARETrain` in pvpython and in /usr/bin/python3.
find_package(Python3 REQUIRED COMPONENTS Interpreter Development.Module)
set(PARAFLARE_PYTHON_DIRECTORY "lib/python3/dist-packages")
vtk_module_wrap_python(
  MODULES ParaFLARE::FLAREFilters
  TARGET ParaFLAREPython
  WRAPPED_MODULES flare_wrapped_modules
  PYTHON_PACKAGE "paraflare"
  MODULE_DESTINATION "${PARAFLARE_PYTHON_DIRECTORY}"
  LIBRARY_DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  INSTALL_HEADERS OFF
  BUILD_STATIC OFF)
# `from paraflare import views` in pvpython.
foreach(_file IN ITEMS __init__ camera drawing drawn exporting heat_map results tables views)
  configure_file("${PROJECT_SOURCE_DIR}/plugin/paraflare/${_file}.py"
    "${CMAKE_BINARY_DIR}/${PARAFLARE_PYTHON_DIRECTORY}/paraflare/${_file}.py" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/${PARAFLARE_PYTHON_DIRECTORY}/paraflare/${_file}.py"
    DESTINATION "${PARAFLARE_PYTHON_DIRECTORY}/paraflare")
endforeach()

paraview_plugin_scan(
  PLUGIN_FILES "${PROJECT_SOURCE_DIR}/plugin/paraview.plugin"
  PROVIDES_PLUGINS flare_plugins
  ENABLE_BY_DEFAULT ON
  HIDE_PLUGINS_FROM_CACHE ON)
paraview_plugin_build(
  PLUGINS ${flare_plugins}
  AUTOLOAD ${flare_plugins}
  PLUGINS_FILE_NAME "paraflare.plugins.xml"
  LIBRARY_SUBDIRECTORY "${PARAVIEW_PLUGIN_SUBDIR}"
  RUNTIME_DESTINATION "${CMAKE_INSTALL_BINDIR}"
  LIBRARY_DESTINATION "${CMAKE_INSTALL_LIBDIR}")

add_subdirectory("${PROJECT_SOURCE_DIR}/gui")
add_dependencies(ParaFLARE ParaFLAREGui)
