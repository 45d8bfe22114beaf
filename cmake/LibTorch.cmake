# Imported targets for LibTorch's CPU part from the PyPI wheel. The wheel's own TorchConfig.cmake
# refuses to work without a CUDA toolkit, and links libraries that a CPU does not need.
set(PARAFLARE_PYTHON_SITE
  "${CMAKE_CURRENT_LIST_DIR}/../.deps/venv/lib/python3.11/site-packages" CACHE PATH
  "Folder that holds the torch package (scripts/setup.sh makes it)")
if(NOT EXISTS "${PARAFLARE_PYTHON_SITE}/torch/lib/libtorch_cpu.so")
  # A machine that has PyTorch, but was not set up for ParaFLARE
  execute_process(COMMAND python3 -c "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE _torch ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(_torch)
    get_filename_component(PARAFLARE_PYTHON_SITE "${_torch}" DIRECTORY)
  endif()
endif()
get_filename_component(_torch "${PARAFLARE_PYTHON_SITE}/torch" ABSOLUTE)
if(NOT EXISTS "${_torch}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LibTorch was not found in ${_torch}. Run scripts/setup.sh, or point "
    "PARAFLARE_PYTHON_SITE at a folder that holds the torch 2.11 package.")
endif()

set(FLARE_TORCH_CPU "${_torch}/lib/libtorch_cpu.so")

add_library(flare_c10 SHARED IMPORTED)
set_target_properties(flare_c10 PROPERTIES
  IMPORTED_LOCATION "${_torch}/lib/libc10.so"
  INTERFACE_INCLUDE_DIRECTORIES
    "${_torch}/include;${_torch}/include/torch/csrc/api/include")
add_library(flare_torch SHARED IMPORTED)
set_target_properties(flare_torch PROPERTIES
  IMPORTED_LOCATION "${FLARE_TORCH_CPU}"
  INTERFACE_LINK_LIBRARIES flare_c10
  # c10's symbols are needed, but only through templates that the linker may think unused
  INTERFACE_LINK_OPTIONS "LINKER:--no-as-needed;LINKER:-rpath,${_torch}/lib")

# For the module with the CUDA kernels alone.
add_library(flare_torch_cuda SHARED IMPORTED)
set_target_properties(flare_torch_cuda PROPERTIES
  IMPORTED_LOCATION "${_torch}/lib/libc10_cuda.so"
  INTERFACE_LINK_LIBRARIES flare_torch)
