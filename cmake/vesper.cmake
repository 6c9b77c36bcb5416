# SPDX-License-Identifier: Apache-2.0
# Flags and helper functions shared by all folders.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
# Debian builds SystemC as C++17; anything else fails to link.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_EXTENSIONS ON) # POSIX and GNU attributes
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(vesper_flags INTERFACE)
target_include_directories(vesper_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(
  vesper_flags
  INTERFACE -Wall
            -Wextra
            -Werror
            -Wshadow
            $<$<COMPILE_LANGUAGE:C>:-Wpedantic
            -Wconversion
            -Wstrict-prototypes
            -Wmissing-prototypes>
            # The same doubles on every machine: no fused multiply-add that the source does not spell out.
            -ffp-contract=off)

if(VESPER_SANITIZE)
  # C++ of ours is shells and tests, and half of their sanitized build would be checks of each pointer before a call. What
  # these find in C++ stops a program under AddressSanitizer anyway.
  target_compile_options(
    vesper_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
                           $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=null,vptr,object-size,alignment>)
  target_link_options(vesper_flags INTERFACE -fsanitize=address,undefined)
endif()
if(VESPER_FUZZ)
  target_compile_options(vesper_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A third of the time that GNU ld takes, a hundred times.
find_program(VESPER_LLD ld.lld)
if(VESPER_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# vesper_c_library(NAME [DEPENDS lib...]): all .c files of the current folder and its subfolders.
function(vesper_c_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(${name} PUBLIC vesper_flags ${ARG_DEPENDS})
endfunction()

# vesper_test(NAME LABEL lib...): NAME.cpp of the current folder becomes a googletest program, labelled for ctest.
function(vesper_test name label)
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN} vesper_test_flags)
  target_precompile_headers(${name} REUSE_FROM test_headers)
  target_compile_definitions(${name} PRIVATE VESPER_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             VESPER_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name} PROPERTIES LABELS ${label} TIMEOUT 120 DISCOVERY_TIMEOUT 60)
endfunction()

# vesper_tests(LABEL lib...): all *_test.cpp of the current folder.
function(vesper_tests label)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    vesper_test(${name} ${label} ${ARGN})
  endforeach()
endfunction()
