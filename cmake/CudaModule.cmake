# The compiler of the CUDA kernels: the toolkit's nvcc or, where there is none, that of NVIDIA's Python wheels
# (requirements/nvcc.txt). Included before the module is added, because CMake wants both settings early.
if(NOT CMAKE_CUDA_COMPILER)
  find_program(PARAFLARE_NVCC nvcc HINTS "${PARAFLARE_PYTHON_SITE}/nvidia/cu13/bin" PATHS /usr/local/cuda/bin)
  if(NOT PARAFLARE_NVCC)
    message(FATAL_ERROR "PARAFLARE_CUDA is on, but there is no nvcc. Install the CUDA toolkit 13, run "
      "scripts/setup.sh on a machine with a GPU, or name the compiler by CMAKE_CUDA_COMPILER.")
  endif()
  set(CMAKE_CUDA_COMPILER "${PARAFLARE_NVCC}")
endif()
# The wheels keep their libraries in lib/, where nvcc by itself looks in lib64/ only.
get_filename_component(_toolkit "${CMAKE_CUDA_COMPILER}" DIRECTORY)
get_filename_component(_toolkit "${_toolkit}" DIRECTORY)
if(NOT EXISTS "${_toolkit}/lib64")
  string(APPEND CMAKE_CUDA_FLAGS_INIT " -L${_toolkit}/lib")
endif()

# For the GPUs of this machine; without one, for every kind that is supported, and by PTX for later ones.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  execute_process(COMMAND nvidia-smi --query-gpu=compute_cap --format=csv,noheader
    OUTPUT_VARIABLE _capabilities RESULT_VARIABLE _failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(_failed EQUAL 0 AND _capabilities)
    string(REPLACE "." "" _capabilities "${_capabilities}")
    string(REPLACE "\n" ";" _capabilities "${_capabilities}")
    foreach(_capability IN LISTS _capabilities)
      if(_capability GREATER_EQUAL 80)
        list(APPEND CMAKE_CUDA_ARCHITECTURES ${_capability})
      endif()
    endforeach()
    list(REMOVE_DUPLICATES CMAKE_CUDA_ARCHITECTURES)
  endif()
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90-real 100-real 120)
  endif()
endif()
enable_language(CUDA)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.8)
  message(FATAL_ERROR "${CMAKE_CUDA_COMPILER} is of CUDA ${CMAKE_CUDA_COMPILER_VERSION}; the kernels need 12.8 or later.")
endif()
