# SPDX-License-Identifier: Apache-2.0
# Building programs for the guest: custom commands, since a CMake build tree has one compiler and that is the host's.
# Every object knows its headers through a depfile, so a build with nothing changed does nothing.

# The safe pair of toolchain choices: calls reach everywhere, and literals stand where L32R can reach them. Linker
# relaxation turns most long calls back into short ones.
set(VESPER_GUEST_ABI -mabi=windowed -mlongcalls -mtext-section-literals)
set(VESPER_GUEST_C_FLAGS
    -std=gnu11 -O2 -g -ffreestanding -fno-common -ffunction-sections -fdata-sections
    # memcpy in terms of memcpy would be the result
    -fno-tree-loop-distribute-patterns
    -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wno-sign-conversion
    -I${CMAKE_SOURCE_DIR} -isystem ${CMAKE_CURRENT_LIST_DIR}/runtime/libc/include
    # names of source files in assertions and debug information do not depend on where the project lies
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

# vesper_guest_objects(RESULT GROUP PLATFORM FLAGS flag... SOURCES source... [BASE folder]): compiles sources, sets RESULT
# to the list of objects. BASE: what the names of objects leave out, for sources from elsewhere.
function(vesper_guest_objects result group platform)
  cmake_parse_arguments(ARG "" "BASE" "FLAGS;SOURCES" ${ARGN})
  if(NOT ARG_BASE)
    set(ARG_BASE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(objects)
  foreach(source ${ARG_SOURCES})
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE OUTPUT_VARIABLE path)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${ARG_BASE} OUTPUT_VARIABLE short)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${platform}/${group}/${short}.o)
    cmake_path(GET object PARENT_PATH directory)
    file(MAKE_DIRECTORY ${directory})
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${VESPER_GUEST_TOOL} ${VESPER_GUEST_gcc} ${VESPER_GUEST_ABI} ${VESPER_GUEST_C_FLAGS}
              -DGUEST_${platform} ${ARG_FLAGS} -MD -MF ${object}.d -MT ${object} -c ${path} -o ${object}
      DEPENDS ${path} ${VESPER_LX6}
      DEPFILE ${object}.d
      COMMENT "guest (${platform}): ${short}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(${result} ${objects} PARENT_SCOPE)
endfunction()

# vesper_guest_archive(PLATFORM NAME object...): <build>/firmware/<PLATFORM>/lib<NAME>.a
function(vesper_guest_archive platform name)
  set(library ${CMAKE_CURRENT_BINARY_DIR}/${platform}/lib${name}.a)
  add_custom_command(
    OUTPUT ${library}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${library}
    COMMAND ${VESPER_GUEST_TOOL} ${VESPER_GUEST_ar} rcsD ${library} ${ARGN}
    DEPENDS ${ARGN}
    COMMENT "guest (${platform}): ${name}"
    VERBATIM)
endfunction()

# vesper_guest_library(NAME PLATFORM [FLAGS flag...] OBJECTS object...): what programs may name as LIBRARIES; they are
# compiled with its flags, too.
function(vesper_guest_library name platform)
  cmake_parse_arguments(ARG "" "" "FLAGS;OBJECTS" ${ARGN})
  vesper_guest_archive(${platform} ${name} ${ARG_OBJECTS})
  set(VESPER_GUEST_LIBRARY_${name}_${platform} ${CMAKE_CURRENT_BINARY_DIR}/${platform}/lib${name}.a PARENT_SCOPE)
  set(VESPER_GUEST_LIBRARY_${name}_FLAGS ${ARG_FLAGS} PARENT_SCOPE)
endfunction()

# vesper_guest_platform(PLATFORM LINKER_SCRIPT script SOURCES source... [LIBGCC_FLAGS flag...]): a machine that programs
# can be built for, with the runtime that they all get.
function(vesper_guest_platform platform)
  cmake_parse_arguments(ARG "" "LINKER_SCRIPT" "SOURCES;LIBGCC_FLAGS" ${ARGN})
  vesper_guest_libgcc(${platform} ${ARG_LIBGCC_FLAGS})
  vesper_guest_objects(objects runtime ${platform} SOURCES ${ARG_SOURCES})
  vesper_guest_archive(${platform} runtime ${objects})
  set(VESPER_GUEST_RUNTIME_${platform} ${CMAKE_CURRENT_BINARY_DIR}/${platform}/libruntime.a PARENT_SCOPE)
  set(VESPER_GUEST_LIBGCC_${platform} ${VESPER_GUEST_LIBGCC_${platform}} PARENT_SCOPE)
  set(VESPER_GUEST_SCRIPT_${platform} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_LINKER_SCRIPT} PARENT_SCOPE)
endfunction()

# vesper_guest_program(NAME PLATFORM [FLAGS flag...] [LIBRARIES name...] SOURCES source...): <build>/firmware/<NAME>.elf
# and .map, and <NAME>.bin, the flash image, for the ESP32. Target firmware_<NAME>, part of target `firmware`.
function(vesper_guest_program name platform)
  cmake_parse_arguments(ARG "" "" "FLAGS;LIBRARIES;SOURCES" ${ARGN})
  set(libraries)
  foreach(library ${ARG_LIBRARIES})
    list(APPEND ARG_FLAGS ${VESPER_GUEST_LIBRARY_${library}_FLAGS})
    list(APPEND libraries ${VESPER_GUEST_LIBRARY_${library}_${platform}})
  endforeach()
  vesper_guest_objects(objects ${name} ${platform} FLAGS ${ARG_FLAGS} SOURCES ${ARG_SOURCES})
  set(elf ${CMAKE_CURRENT_BINARY_DIR}/${name}.elf)
  list(APPEND libraries ${VESPER_GUEST_RUNTIME_${platform}} ${VESPER_GUEST_LIBGCC_${platform}})
  set(script ${VESPER_GUEST_SCRIPT_${platform}})
  add_custom_command(
    OUTPUT ${elf} ${CMAKE_CURRENT_BINARY_DIR}/${name}.map
    COMMAND ${VESPER_GUEST_TOOL} ${VESPER_GUEST_gcc} ${VESPER_GUEST_ABI} -nostdlib -T ${script}
            -Wl,--gc-sections,--no-warn-rwx-segments,--fatal-warnings,-Map=${CMAKE_CURRENT_BINARY_DIR}/${name}.map
            ${objects} -Wl,--start-group ${libraries} -Wl,--end-group -o ${elf}
    DEPENDS ${objects} ${libraries} ${script}
    COMMENT "guest (${platform}): ${name}.elf"
    VERBATIM)
  set(outputs ${elf})
  if(platform STREQUAL esp32)
    set(image ${CMAKE_CURRENT_BINARY_DIR}/${name}.bin)
    set(elf2image ${CMAKE_CURRENT_SOURCE_DIR}/toolchain/elf2image.py)
    add_custom_command(
      OUTPUT ${image}
      COMMAND ${elf2image} ${elf} ${image}
      DEPENDS ${elf} ${elf2image}
      COMMENT "guest (${platform}): ${name}.bin"
      VERBATIM)
    list(APPEND outputs ${image})
  endif()
  add_custom_target(firmware_${name} DEPENDS ${outputs})
  add_dependencies(firmware firmware_${name})
endfunction()

# vesper_firmware(NAME [FLAGS flag...] [LIBRARIES name...] SOURCES source...): a program for the ESP32.
function(vesper_firmware name)
  vesper_guest_program(${name} esp32 ${ARGN})
endfunction()

# vesper_guest_compiler(PLATFORM): <build>/firmware/guest_cc, which makes a program from C files anywhere, with the same
# flags and runtime.
function(vesper_guest_compiler platform)
  list(JOIN VESPER_GUEST_ABI " " abi)
  list(JOIN VESPER_GUEST_C_FLAGS " " flags)
  file(
    GENERATE
    OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/guest_cc
    CONTENT
      "#!/bin/sh
# Made by firmware/guest.cmake. guest_cc -o PROGRAM.elf FILE.c...: a program for the ESP32, with the project's runtime.
XTENSA_GNU_CONFIG=${VESPER_LX6} exec ${VESPER_GUEST_gcc} ${abi} ${flags} -DGUEST_${platform} -nostdlib -T \\
    ${VESPER_GUEST_SCRIPT_${platform}} -Wl,--gc-sections,--no-warn-rwx-segments \"$@\" -Wl,--start-group \\
    ${VESPER_GUEST_RUNTIME_${platform}} ${VESPER_GUEST_LIBGCC_${platform}} -Wl,--end-group
"
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endfunction()
