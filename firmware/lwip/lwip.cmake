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
# Others' code: its warnings are not ours to mend.
vesper_guest_objects(lwip_objects lwip esp32 FLAGS ${lwip_flags} -w BASE ${VESPER_LWIP_SOURCE}/src SOURCES
                     ${lwip_core})
file(GLOB lwip_port CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} lwip/*.c)
vesper_guest_objects(lwip_port_objects lwip esp32 FLAGS ${lwip_flags} SOURCES ${lwip_port} apps/common/commands.c)
vesper_guest_library(lwip esp32 FLAGS ${lwip_flags} OBJECTS ${lwip_objects} ${lwip_port_objects})
