# SPDX-License-Identifier: Apache-2.0
# lwIP as a library for the guest, from Debian's source package (scripts/get_lwip), with our port and netifs beside this
# file. Programs name it: vesper_firmware(httpd LIBRARIES lwip SOURCES ...).
set(VESPER_LWIP_SOURCE ${CMAKE_SOURCE_DIR}/build/lwip CACHE PATH "of Debian's source package lwip")
if(NOT EXISTS ${VESPER_LWIP_SOURCE}/src/include/lwip/init.h)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/get_lwip ${VESPER_LWIP_SOURCE} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "no lwIP in ${VESPER_LWIP_SOURCE}: see above")
  endif()
endif()

set(lwip_core
    core/def.c core/dns.c core/inet_chksum.c core/init.c core/ip.c core/mem.c core/memp.c core/netif.c core/pbuf.c
    core/raw.c core/stats.c core/sys.c core/tcp.c core/tcp_in.c core/tcp_out.c core/timeouts.c core/udp.c
    core/ipv4/dhcp.c core/ipv4/etharp.c core/ipv4/icmp.c core/ipv4/ip4.c core/ipv4/ip4_addr.c core/ipv4/ip4_frag.c
    netif/ethernet.c apps/http/http_client.c)
list(TRANSFORM lwip_core PREPEND ${VESPER_LWIP_SOURCE}/src/)

set(lwip_flags -I${CMAKE_CURRENT_LIST_DIR} -isystem ${VESPER_LWIP_SOURCE}/src/include)

# lwip_for(PLATFORM SOURCES source...): the library for one platform, with what is that platform's own.
function(lwip_for platform)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  # Others' code: its warnings are not ours to mend.
  vesper_guest_objects(core lwip ${platform} FLAGS ${lwip_flags} -w BASE ${VESPER_LWIP_SOURCE}/src SOURCES ${lwip_core})
  vesper_guest_objects(port lwip ${platform} FLAGS ${lwip_flags} SOURCES lwip/net.c lwip/netif_eth.c
                       lwip/netif_queue.c lwip/port.c apps/common/commands.c ${ARG_SOURCES})
  vesper_guest_library(lwip ${platform} FLAGS ${lwip_flags} OBJECTS ${core} ${port})
  set(VESPER_GUEST_LIBRARY_lwip_${platform} ${VESPER_GUEST_LIBRARY_lwip_${platform}} PARENT_SCOPE)
  set(VESPER_GUEST_LIBRARY_lwip_FLAGS ${lwip_flags} PARENT_SCOPE)
endfunction()

lwip_for(esp32 SOURCES lwip/netif_tunnel.c lwip/netif_wifi.c)
lwip_for(kc705 SOURCES boards/kc705/absent.c)
