# SPDX-License-Identifier: Apache-2.0
# Text files as data of a program. As a script: cmake -D FILES=a;b -D OUTPUT=x.inc -P embed.cmake writes rows
# EMBEDDED(name, text).
if(CMAKE_SCRIPT_MODE_FILE)
  set(rows "")
  foreach(file ${FILES})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND rows "EMBEDDED(\"${name}\", R\"__file__(${text})__file__\")\n")
  endforeach()
  file(WRITE ${OUTPUT} "${rows}")
  return()
endif()

# vesper_embed(OUTPUT FILES file...)
function(vesper_embed output)
  cmake_parse_arguments(ARG "" "" "FILES" ${ARGN})
  string(REPLACE ";" "$<SEMICOLON>" list "${ARG_FILES}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D "FILES=${list}" -D OUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARG_FILES} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
endfunction()
