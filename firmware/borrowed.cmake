# SPDX-License-Identifier: Apache-2.0
# Guest programs of VESPER_GUEST_TREE, another build tree, in place of own ones: what the guest runs is the same whatever
# the host's compiler is told. They appear where this tree would have them.
file(MAKE_DIRECTORY ${VESPER_GUEST_TREE}/firmware ${VESPER_GUEST_TREE}/tests/isa/programs ${CMAKE_BINARY_DIR}/tests/isa)
foreach(folder firmware tests/isa/programs)
  file(CREATE_LINK ${VESPER_GUEST_TREE}/${folder} ${CMAKE_BINARY_DIR}/${folder} SYMBOLIC)
endforeach()
set(VESPER_LX6 ${CMAKE_BINARY_DIR}/firmware/toolchain/lx6.so CACHE INTERNAL "LX6 description for binutils")
add_custom_target(
  isa_programs ALL
  COMMAND ${CMAKE_COMMAND} --build ${VESPER_GUEST_TREE} --target firmware isa_programs
  COMMENT "guest programs of ${VESPER_GUEST_TREE}"
  USES_TERMINAL VERBATIM)
add_custom_target(firmware DEPENDS isa_programs)
