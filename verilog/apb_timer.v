// SPDX-License-Identifier: Apache-2.0
// apb_timer: a down-counting timer with interrupt and a FIFO of time stamps, as an APB completer: the worked example of
// docs/rtl.md.
//
// Standard: AMBA APB Protocol Specification (Arm IHI 0024C), chapter 3 "Transfers": 3.1 write transfers, 3.3 read
// transfers, 3.4 error response. A write takes two cycles, setup and access. A read takes three: the access phase is
// extended by one wait state (PREADY low), since read data come from a register. An offset without register answers
// with PSLVERR.
//
// The counter counts PERIOD + 1 ticks of PRESCALE + 1 cycles, then reports a match and starts again (PERIODIC) or stops.
// Each match, and each rising edge of `capture` while CAPTURE is set, puts the present `stamp` (cycles since reset,
// while the clock runs) into the FIFO. `out` turns over with each match.
//
// clk_req: the clock may stop while it is low. Nothing but an access or an edge of `capture` then changes anything.
`default_nettype none
module apb_timer #(
    parameter FIFO_BITS = 4 // 2^FIFO_BITS entries, 1 to 7
) (
    input  wire        pclk,
    input  wire        presetn,
    input  wire [7:0]  paddr,
    input  wire        psel,
    input  wire        penable,
    input  wire        pwrite,
    input  wire [31:0] pwdata,
    input  wire [3:0]  pstrb,
    output reg  [31:0] prdata,
    output wire        pready,
    output wire        pslverr,
    output wire        irq,
    input  wire        capture,
    output reg         out,
    output wire        clk_req
);
    localparam [5:0] CTRL = 6'h00, PRESCALE = 6'h01, PERIOD = 6'h02, COUNT = 6'h03, STATUS = 6'h04, FIFO = 6'h05,
                     STAMP = 6'h06, ID = 6'h07;

    // --- registers ---
    reg enable, periodic, match_ie, fifo_ie, capture_enable;
    reg match, overflow;
    reg [15:0] prescale;
    reg [31:0] period;
    // --- counting ---
    reg [15:0] divider;
    reg [31:0] count;
    reg [31:0] stamp;
    wire tick = enable & (divider == 16'd0);
    wire matched = tick & (count == 32'd0);
    // --- capture: two flip-flops against metastability, and one to see the edge ---
    reg [2:0] captured;
    wire edge_seen = capture_enable & captured[1] & ~captured[2];
    // --- FIFO ---
    reg [31:0] fifo [0:(1 << FIFO_BITS) - 1];
    reg [FIFO_BITS:0] head, tail;
    wire [FIFO_BITS:0] level = tail - head;
    wire empty = head == tail;
    wire full = level[FIFO_BITS];
    wire push = matched | edge_seen;

    // --- bus ---
    reg waited; // the wait state of a read is over
    wire access = psel & penable;
    wire [5:0] register = paddr[7:2];
    wire known = register <= ID & paddr[1:0] == 2'b00;
    wire write = access & pwrite;
    wire pop = access & ~pwrite & ~waited & register == FIFO & ~empty;
    wire [31:0] lanes = {{8{pstrb[3]}}, {8{pstrb[2]}}, {8{pstrb[1]}}, {8{pstrb[0]}}};
    wire [31:0] written = pwdata & lanes;
    wire [31:0] new_prescale = ({16'd0, prescale} & ~lanes) | written;

    assign pready = pwrite | waited;
    assign pslverr = access & pready & ~known;
    assign irq = (match & match_ie) | (~empty & fifo_ie);
    assign clk_req = enable | psel | captured != {3{capture}};

    always @(posedge pclk or negedge presetn)
        if (!presetn) begin
            waited <= 1'b0;
            prdata <= 32'd0;
        end else begin
            waited <= access & ~pwrite & ~waited;
            if (access & ~pwrite)
                case (register)
                    CTRL: prdata <= {27'd0, capture_enable, fifo_ie, match_ie, periodic, enable};
                    PRESCALE: prdata <= {16'd0, prescale};
                    PERIOD: prdata <= period;
                    COUNT: prdata <= count;
                    STATUS: prdata <= {{23 - FIFO_BITS{1'b0}}, level, 4'd0, overflow, full, ~empty, match};
                    FIFO: prdata <= empty ? 32'd0 : fifo[head[FIFO_BITS-1:0]];
                    STAMP: prdata <= stamp;
                    ID: prdata <= 32'h41505454; // "APTT"
                    default: prdata <= 32'd0;
                endcase
        end

    always @(posedge pclk or negedge presetn)
        if (!presetn) begin
            {enable, periodic, match_ie, fifo_ie, capture_enable} <= 5'd0;
            {match, overflow} <= 2'd0;
            prescale <= 16'd0;
            period <= 32'd0;
            divider <= 16'd0;
            count <= 32'd0;
            stamp <= 32'd0;
            captured <= 3'd0;
            head <= {FIFO_BITS + 1{1'b0}};
            tail <= {FIFO_BITS + 1{1'b0}};
            out <= 1'b0;
        end else begin
            stamp <= stamp + 32'd1;
            captured <= {captured[1:0], capture};

            if (enable)
                divider <= tick ? prescale : divider - 16'd1;
            if (tick)
                count <= matched ? period : count - 32'd1;
            if (matched) begin
                match <= 1'b1;
                out <= ~out;
                if (!periodic)
                    enable <= 1'b0;
            end

            if (pop)
                head <= head + 1'b1;
            if (push & (~full | pop)) begin
                fifo[tail[FIFO_BITS-1:0]] <= stamp;
                tail <= tail + 1'b1;
            end
            if (push & full & ~pop)
                overflow <= 1'b1;

            // Software comes last: it wins over the counter.
            if (write)
                case (register)
                    CTRL: if (pstrb[0]) begin
                        {capture_enable, fifo_ie, match_ie, periodic, enable} <= pwdata[4:0];
                        if (pwdata[0] & ~enable) begin
                            divider <= prescale;
                            count <= period;
                        end
                    end
                    PRESCALE: prescale <= new_prescale[15:0];
                    PERIOD: period <= (period & ~lanes) | written;
                    STATUS: begin
                        if (written[0] & ~matched) match <= 1'b0;
                        if (written[3]) overflow <= 1'b0;
                        if (written[31]) head <= tail; // empties the FIFO
                    end
                    default: ;
                endcase
        end

    wire unused = &{1'b0, new_prescale[31:16], 1'b0};
endmodule
`default_nettype wire
