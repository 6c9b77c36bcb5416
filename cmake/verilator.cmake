# SPDX-License-Identifier: Apache-2.0
# Verilog to static libraries.

find_program(VERILATOR verilator REQUIRED)
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE VERILATOR_ROOT
                OUTPUT_STRIP_TRAILING_WHITESPACE)
set(VERILATOR_INCLUDE ${VERILATOR_ROOT}/include)

# What Verilator generates, and its run-time, is not held to our warnings.
add_library(vesper_verilated_flags INTERFACE)
target_include_directories(vesper_verilated_flags SYSTEM INTERFACE ${VERILATOR_INCLUDE} ${VERILATOR_INCLUDE}/vltstd)
target_compile_options(vesper_verilated_flags INTERFACE -ffp-contract=off)
if(VESPER_SANITIZE)
  target_compile_options(vesper_verilated_flags INTERFACE -fsanitize=address)
  target_link_options(vesper_verilated_flags INTERFACE -fsanitize=address,undefined)
endif()

# Verilator's run-time, once for all blocks of a program.
find_package(Threads REQUIRED)
add_library(vesper_verilated STATIC EXCLUDE_FROM_ALL ${VERILATOR_INCLUDE}/verilated.cpp
                                                     ${VERILATOR_INCLUDE}/verilated_cov.cpp
                                                     ${VERILATOR_INCLUDE}/verilated_threads.cpp)
target_compile_options(vesper_verilated PRIVATE -O2 -w)
target_link_libraries(vesper_verilated PUBLIC vesper_verilated_flags Threads::Threads)

# vesper_verilate(TARGET TOP top SOURCES file... [COVERAGE] [ARGS arg...])
# A static library with the class V<top>, header V<top>.h. Runs Verilator when CMake does, which a changed source makes
# it do: the names of generated files depend on the content. -Wall: what it warns of is an error.
function(vesper_verilate target)
  cmake_parse_arguments(ARG "COVERAGE" "TOP" "SOURCES;ARGS" ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.verilated)
  set(sources)
  foreach(source ${ARG_SOURCES})
    get_filename_component(source ${source} ABSOLUTE)
    list(APPEND sources ${source})
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  set(command ${VERILATOR} --cc --make cmake -Wall -O3 --x-assign 0 --x-initial 0 --no-timing --prefix V${ARG_TOP}
              --top-module ${ARG_TOP} --Mdir ${folder} ${ARG_ARGS})
  if(ARG_COVERAGE)
    list(APPEND command --coverage-line --coverage-toggle)
  endif()
  list(APPEND command ${sources})

  # Only when something has changed: what depends on the generated files is compiled again.
  set(stamp ${folder}/command.txt)
  set(outdated FALSE)
  if(EXISTS ${stamp})
    file(READ ${stamp} previous)
    if(NOT previous STREQUAL "${command}")
      set(outdated TRUE)
    endif()
    foreach(source ${sources})
      if(${source} IS_NEWER_THAN ${stamp})
        set(outdated TRUE)
      endif()
    endforeach()
  else()
    set(outdated TRUE)
  endif()
  if(outdated)
    file(REMOVE_RECURSE ${folder})
    file(MAKE_DIRECTORY ${folder})
    execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(result)
      message(FATAL_ERROR "Verilator, ${ARG_TOP}:\n${output}")
    endif()
    file(WRITE ${stamp} "${command}")
  endif()

  include(${folder}/V${ARG_TOP}.cmake)
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${V${ARG_TOP}_CLASSES_FAST} ${V${ARG_TOP}_CLASSES_SLOW}
                                                ${V${ARG_TOP}_SUPPORT_FAST} ${V${ARG_TOP}_SUPPORT_SLOW})
  target_include_directories(${target} SYSTEM PUBLIC ${folder})
  # In one piece, as Verilator's own makefiles compile it. What counts runs for seconds: it need not be fast.
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  target_compile_options(${target} PRIVATE $<IF:$<OR:$<BOOL:${ARG_COVERAGE}>,$<BOOL:${VESPER_SANITIZE}>>,-O1,-O2> -g0 -w)
  target_compile_definitions(${target} PUBLIC VM_COVERAGE=$<BOOL:${ARG_COVERAGE}> VM_TRACE=0 VM_SC=0)
  target_link_libraries(${target} PUBLIC vesper_verilated)
endfunction()
