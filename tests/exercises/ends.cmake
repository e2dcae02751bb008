# cmake -DCOMMAND=... -DCODE=... -DWORDS=... -P ends.cmake: a command ends with this code and says these words.
execute_process(COMMAND ${COMMAND} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE code)
if(NOT code STREQUAL CODE OR NOT said MATCHES "${WORDS}")
  message(FATAL_ERROR "${COMMAND} ended with ${code} and said:\n${said}\nExpected: ${CODE}, and ${WORDS}")
endif()
