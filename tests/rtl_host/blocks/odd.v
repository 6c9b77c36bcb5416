// SPDX-License-Identifier: Apache-2.0
// For tests: a block that misbehaves at command. Offset 0 stores a word; 4 never answers; 8 answers with an error; 12 is
// slow by as many wait states as were written there; 16 prints and ends the simulation. No PSTRB. pins: what comes in,
// inverted, goes out while the stored word's bit 0 is set. The clock has no request.
module odd (
    input  wire        PCLK,
    input  wire        PRESETn,
    input  wire [7:0]  PADDR,
    input  wire        PSEL,
    input  wire        PENABLE,
    input  wire        PWRITE,
    input  wire [31:0] PWDATA,
    output wire [31:0] PRDATA,
    output wire        PREADY,
    output wire        PSLVERR,
    input  wire [3:0]  pins,
    output wire [3:0]  driven,
    output wire [3:0]  drive,
    output wire [1:0]  done,
    input  wire [7:0]  strap
);
    reg [31:0] word, slow, wait_left;
    wire access = PSEL & PENABLE;
    assign PREADY = PADDR != 8'd4 & wait_left == 32'd0;
    assign PSLVERR = access & PADDR == 8'd8;
    assign PRDATA = PADDR == 8'd20 ? {24'd0, strap} : word;
    assign driven = ~pins;
    assign drive = {4{word[0]}};
    assign done = word[2:1];
    always @(posedge PCLK or negedge PRESETn)
        if (!PRESETn) begin
            word <= 0;
            slow <= 0;
            wait_left <= 0;
        end else begin
            if (PSEL & ~PENABLE)
                wait_left <= PADDR == 8'd12 ? slow : 0;
            else if (wait_left != 0)
                wait_left <= wait_left - 1;
            if (access & PREADY & PWRITE & ~PSLVERR) begin
                if (PADDR == 8'd0) word <= PWDATA;
                if (PADDR == 8'd12) slow <= PWDATA;
                if (PADDR == 8'd16) begin
                    $display("odd: was told to end, word %x", word);
                    $finish;
                end
            end
        end
endmodule
