# SPDX-License-Identifier: Apache-2.0
# Debian's xtensa-lx106 compiler and binutils, made into tools for the LX6 by our description of that core, and the
# windowed libgcc. Sets VESPER_LX6 (the description's path), VESPER_GUEST_TOOL (how to call a tool with it) and
# VESPER_GUEST_LIBGCC_<platform>.

foreach(tool gcc ar objcopy)
  find_program(VESPER_GUEST_${tool} xtensa-lx106-elf-${tool})
  if(NOT VESPER_GUEST_${tool})
    message(FATAL_ERROR "xtensa-lx106-elf-${tool} not found: install the Debian packages gcc-xtensa-lx106 and "
                        "binutils-xtensa-lx106, or configure with -DVESPER_FIRMWARE=OFF")
  endif()
endforeach()
set(VESPER_GCC_SOURCE /usr/src/gcc-12/gcc-12.2.0-dfsg.tar.xz CACHE FILEPATH "of Debian's package gcc-12-source")
if(NOT EXISTS ${VESPER_GCC_SOURCE})
  message(FATAL_ERROR "${VESPER_GCC_SOURCE} not found: install the Debian package gcc-12-source, or configure with "
                      "-DVESPER_FIRMWARE=OFF")
endif()

set(toolchain_dir ${CMAKE_CURRENT_LIST_DIR})
set(toolchain_out ${CMAKE_CURRENT_BINARY_DIR}/toolchain)
file(MAKE_DIRECTORY ${toolchain_out})

# For this machine, without the project's flags: it is loaded into as, ld and objdump, which know no sanitizer.
add_library(lx6_description MODULE ${toolchain_dir}/lx6.c)
target_include_directories(lx6_description PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_options(lx6_description PRIVATE -O2 -g0 -Wall -Wextra -Wshadow -Werror -fvisibility=hidden)

# Copied only when it differs: a comment in a table must not rebuild all guest programs.
set(VESPER_LX6 ${toolchain_out}/lx6.so CACHE INTERNAL "LX6 description for binutils: XTENSA_GNU_CONFIG")
add_custom_command(
  OUTPUT ${VESPER_LX6}
  COMMAND ${CMAKE_COMMAND} -E copy_if_different $<TARGET_FILE:lx6_description> ${VESPER_LX6}
  DEPENDS lx6_description
  COMMENT "LX6 description for binutils"
  VERBATIM)
add_custom_target(lx6 DEPENDS ${VESPER_LX6})
set(VESPER_GUEST_TOOL ${CMAKE_COMMAND} -E env XTENSA_GNU_CONFIG=${VESPER_LX6})

set(gcc_source ${toolchain_out}/gcc-source)
set(gcc_source_stamp ${gcc_source}/libgcc/libgcc2.c)
add_custom_command(
  OUTPUT ${gcc_source_stamp}
  COMMAND ${toolchain_dir}/libgcc/extract.sh ${VESPER_GCC_SOURCE} ${gcc_source}
  COMMAND ${CMAKE_COMMAND} -E touch ${gcc_source_stamp} # else it is as old as GCC 12.2
  DEPENDS ${VESPER_GCC_SOURCE} ${toolchain_dir}/libgcc/extract.sh
  COMMENT "libgcc's sources from gcc-12-source"
  VERBATIM)

# vesper_guest_libgcc(PLATFORM FLAGS...)
function(vesper_guest_libgcc platform)
  set(out ${toolchain_out}/libgcc-${platform}.a)
  file(GLOB headers CONFIGURE_DEPENDS ${toolchain_dir}/libgcc/*.h)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${VESPER_GUEST_TOOL} ${toolchain_dir}/libgcc/build.sh ${gcc_source} ${out} ${VESPER_GUEST_ABI} -Os ${ARGN}
    DEPENDS ${gcc_source_stamp} ${VESPER_LX6} ${headers} ${toolchain_dir}/libgcc/build.sh
    COMMENT "libgcc for ${platform}, windowed ABI"
    VERBATIM)
  set(VESPER_GUEST_LIBGCC_${platform} ${out} PARENT_SCOPE)
endfunction()

add_test(NAME lx6_description_against_qemu COMMAND ${toolchain_dir}/check.py ${VESPER_LX6})
set_tests_properties(lx6_description_against_qemu PROPERTIES LABELS isa TIMEOUT 120 SKIP_RETURN_CODE 77)
