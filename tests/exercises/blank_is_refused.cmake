# cmake -DPROGRAM=... -P blank_is_refused.cmake: an exercise as it is handed out ends with 1, and says where to begin.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE words RESULT_VARIABLE code)
if(NOT code EQUAL 1 OR NOT words MATCHES "nothing is written yet: fill in .* in demos/exercises/[a-z_]*\\.hpp, line [0-9]+\n$")
  message(FATAL_ERROR "${PROGRAM} ended with ${code}, where 1 was expected, and said:\n${words}")
endif()
execute_process(COMMAND ${PROGRAM} --state OUTPUT_VARIABLE words RESULT_VARIABLE code)
if(NOT code EQUAL 1 OR NOT words STREQUAL "not written\n")
  message(FATAL_ERROR "${PROGRAM} --state ended with ${code}, where 1 was expected, and said:\n${words}")
endif()
