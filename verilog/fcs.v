// SPDX-License-Identifier: Apache-2.0
// Frame check sequence of a MAC frame: CRC-32, one byte a clock.
//
// IEEE 802.11-2020, 9.2.4.8: generator x^32 + x^26 + x^23 + x^22 + x^16 + x^12 + x^11 + x^10 + x^8 + x^7 + x^5 + x^4 +
// x^2 + x + 1 over header and body, preset to ones, complemented. Bits enter in the order in which they are sent, least
// significant bit of each byte first, so that the register is kept reversed: bit 0 holds the coefficient of x^31.
//
// Sender: init, then all bytes with valid; then check holds the sequence, to be sent check[7:0] first. Receiver: init, then
// all bytes with the four of the sequence; good then says whether the frame is intact.
module fcs (
    input  wire        clk,
    input  wire        rst,
    input  wire        init,   // begins a frame; wins over valid
    input  wire        valid,  // data holds a byte
    input  wire [7:0]  data,
    output wire [31:0] check,  // of the bytes so far
    output wire        good    // they end with their own sequence
);
    localparam [31:0] POLYNOMIAL = 32'hEDB88320; // 0x04C11DB7 reversed
    localparam [31:0] RESIDUE = 32'hDEBB20E3;    // what every intact frame leaves

    reg [31:0] crc;

    function [31:0] step;
        input [31:0] state;
        input [7:0]  bits;
        integer      i;
        begin
            step = state ^ {24'd0, bits};
            for (i = 0; i < 8; i = i + 1)
                step = {1'b0, step[31:1]} ^ (step[0] ? POLYNOMIAL : 32'd0);
        end
    endfunction

    always @(posedge clk)
        if (rst || init)
            crc <= 32'hFFFFFFFF;
        else if (valid)
            crc <= step(crc, data);

    assign check = ~crc;
    assign good = crc == RESIDUE;
endmodule
