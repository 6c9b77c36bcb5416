// SPDX-License-Identifier: Apache-2.0
// Channel access of an 802.11 station: when its queues may send.
//
// IEEE 802.11-2020: 10.3.2.1 and 10.3.2.4 (carrier sense, physical and virtual: NAV), 10.3.2.3 (SIFS, DIFS, AIFS, EIFS),
// 10.3.4 (backoff: slot boundaries, freezing, resuming), 10.23.2.4 (EDCA: slots, internal collisions), 10.3.3
// (contention window, see contention_window.v).
//
// Time is in units that the integrator chooses; dt is how many have gone by with a clock. In silicon dt is the constant
// 1 and a unit is the clock's period; in a simulation a unit is a picosecond, and a clock may come early to bring an
// event at its exact time. dt must be less than a slot. An event is a pulse or a level's change in a clock that has
// dt = 0 or ends the step that led to it: time goes first, then the event counts.
//
//   busy     carrier sense. IFS counts from its end.
//   restart  IFS counts from now: nothing has followed our frame, or the receiver has been switched on.
//   nav, eifs  with load: IFS counts from so far ahead at the earliest. 0 clears.
//   idle     the medium may be contended for: nothing is on the air, of ours or others'. When it falls, the count stops:
//            boundaries less than a turnaround ahead have been decided for and count as gone. When it rises, IFS and
//            slots begin anew.
//   start    queue n has a frame: slots to count down, after its AIFS; or, with draw, slots from its own window.
//   cancel   it has no more.
//
// A turnaround before the earliest boundary, grant is one clock: `granted` sends when to_boundary is over; queues in
// `collided` had the same boundary and lose it. Both are free then. wait_time: until then, if nothing happens before.
module channel_access #(
    parameter QUEUES = 5, // 0 has the highest priority
    parameter T = 36,     // bits of a time
    parameter S = 26,     // bits of slot, SIFS and turnaround
    parameter B = 15      // bits of a backoff
) (
    input  wire                clk,
    input  wire                rst,
    input  wire [S-1:0]        dt,
    // Settings; while idle is low.
    input  wire [S-1:0]        slot,
    input  wire [S-1:0]        sifs,
    input  wire [S-1:0]        turnaround,  // less than a slot
    input  wire                edca,        // a slot counts from its beginning (10.23.2.4), else from its end (10.3.4.3)
    input  wire                whole_ifs,   // a frame that finds the medium idle for long waits a whole IFS, not a slot
    // Medium.
    input  wire                busy,
    input  wire                restart,
    input  wire                nav_load,
    input  wire                eifs_load,
    input  wire [T-1:0]        ahead,       // of nav_load, eifs_load
    input  wire                idle,
    // Queues.
    input  wire [QUEUES-1:0]   start,       // one at a time, as cancel
    input  wire [QUEUES-1:0]   cancel,
    input  wire [3:0]          aifsn,       // 1..15, of start
    input  wire [B-1:0]        slots,
    input  wire                draw,
    // Contention windows.
    input  wire [QUEUES-1:0]   succeeded,   // or given up
    input  wire [QUEUES-1:0]   failed,
    input  wire [B-1:0]        cw_min,
    input  wire [B-1:0]        cw_max,
    input  wire [B-1:0]        random,
    // Results.
    output wire                ready,       // the grant comes with the next clock, unless an event comes
    output reg                 grant,
    output reg  [QUEUES-1:0]   granted,     // one of them
    output reg  [QUEUES-1:0]   collided,
    output reg  [S-1:0]        to_boundary, // from the grant
    output wire [QUEUES-1:0]   waiting,
    output wire [QUEUES*B-1:0] left,        // slots to go, by queue; of a cancelled one as it was then
    output wire [QUEUES*B-1:0] windows,
    input  wire                ask,         // for wait_time; else it is 0
    output wire                wait_known,  // counting, with somebody waiting
    output reg  [T+5:0]        wait_time,
    output wire                nav_busy,
    output wire                clk_request  // low: until the next event nothing changes but the place in the slot
);
    localparam [4:0] LONG_IDLE = 5'd17; // slots after SIFS: beyond every AIFS

    integer q;

    // ---- What keeps the medium: NAV, EIFS ----

    reg  [T-1:0] nav, eifs;
    wire [T-1:0] step = {{(T-S){1'b0}}, dt};
    wire [T-1:0] hold = nav > eifs ? nav : eifs;
    // How much of this clock's step IFS and slots have gone on.
    wire [S-1:0] gone = hold == {T{1'b0}} ? dt : step > hold ? dt - hold[S-1:0] : {S{1'b0}};
    assign nav_busy = nav != {T{1'b0}};

    always @(posedge clk)
        if (rst) begin
            nav <= {T{1'b0}};
            eifs <= {T{1'b0}};
        end else begin
            nav <= nav_load ? ahead : nav > step ? nav - step : {T{1'b0}};
            eifs <= eifs_load ? ahead : eifs > step ? eifs - step : {T{1'b0}};
        end

    // ---- The grid of slots, from the end of SIFS on ----

    // A point that is exactly now has not gone by: its distance is 0.
    reg  [S-1:0] grid;  // to the next point
    reg  [4:0]   point; // its number, 0 is the end of SIFS
    wire         pass = gone > grid;
    wire [S-1:0] grid_now = pass ? grid + slot - gone : grid - gone;
    wire [4:0]   point_now = pass && point != LONG_IDLE ? point + 5'd1 : point;

    always @(posedge clk)
        if (rst || busy || restart || (nav_load && ahead != {T{1'b0}}) || (eifs_load && ahead != {T{1'b0}})) begin
            grid <= sifs;
            point <= 5'd0;
        end else begin
            grid <= grid_now;
            point <= point_now;
        end

    // ---- Queues ----

    reg                 counting;
    reg                 was_idle;
    reg  [QUEUES-1:0]   waits;
    reg  [3:0]          queue_aifsn [0:QUEUES-1];
    reg  [B-1:0]        backoff [0:QUEUES-1];     // slots to go from the next point after AIFS
    reg  [4:0]          ifs_left [0:QUEUES-1];    // points to go until AIFS is over
    reg  [S-1:0]        to_point [0:QUEUES-1];    // the queue's own grid
    reg  [QUEUES-1:0]   begun;                    // its first boundary has gone by since the count began
    wire [QUEUES*B-1:0] drawn;
    assign waiting = waits;

    wire stop = counting && was_idle && !idle;
    wire go = !counting && idle && !was_idle;
    wire event_now = stop || go || nav_load || eifs_load || restart || start != {QUEUES{1'b0}} ||
                     cancel != {QUEUES{1'b0}};

    // Time first: where each queue is at the end of this step.
    reg [QUEUES-1:0] passes, begun_now;
    reg [S-1:0]      to_point_now [0:QUEUES-1];
    reg [4:0]        ifs_left_now [0:QUEUES-1];
    reg [B-1:0]      backoff_now [0:QUEUES-1];
    always @*
        for (q = 0; q < QUEUES; q = q + 1) begin
            passes[q] = 1'b0;
            to_point_now[q] = to_point[q];
            ifs_left_now[q] = ifs_left[q];
            begun_now[q] = begun[q];
            backoff_now[q] = backoff[q];
            if (counting && waits[q]) begin
                passes[q] = gone > to_point[q];
                to_point_now[q] = passes[q] ? to_point[q] + slot - gone : to_point[q] - gone;
                if (passes[q] && ifs_left[q] != 5'd0)
                    ifs_left_now[q] = ifs_left[q] - 5'd1;
                else if (passes[q]) begin
                    begun_now[q] = 1'b1;
                    if (backoff[q] != {B{1'b0}})
                        backoff_now[q] = backoff[q] - 1'b1;
                end
            end
        end

    // Who has arrived: the earliest boundary, the first queue of those that have it.
    reg [QUEUES-1:0] arrived, first, equal;
    reg [S-1:0]      earliest;
    always @* begin
        earliest = {S{1'b1}};
        for (q = 0; q < QUEUES; q = q + 1) begin
            arrived[q] = counting && waits[q] && ifs_left[q] == 5'd0 && backoff[q] == {B{1'b0}} && to_point[q] <= turnaround;
            if (arrived[q] && to_point[q] < earliest)
                earliest = to_point[q];
        end
        for (q = 0; q < QUEUES; q = q + 1)
            equal[q] = arrived[q] && to_point[q] == earliest;
        first = equal & (~equal + {{(QUEUES-1){1'b0}}, 1'b1});
    end
    assign ready = arrived != {QUEUES{1'b0}} && hold == {T{1'b0}};
    wire decide = ready && !event_now;

    // What has been counted when the count ends: all points up to `reach` ahead, the one that a frame begins with
    // included; without EDCA that one does not count.
    wire [S-1:0]     reach = decide ? earliest : turnaround;
    reg [QUEUES-1:0] reached;
    reg [B-1:0]      counted [0:QUEUES-1];
    always @*
        for (q = 0; q < QUEUES; q = q + 1) begin
            reached[q] = 1'b0;
            counted[q] = backoff_now[q];
            if (stop || decide) begin
                // A decision is about the state before this step.
                reached[q] = decide ? ifs_left[q] == 5'd0 && to_point[q] <= reach
                                    : ifs_left_now[q] == 5'd0 && to_point_now[q] <= reach && hold <= step;
                counted[q] = decide ? backoff[q] : backoff_now[q];
                if (!reached[q] || counted[q] != {B{1'b0}}) begin
                    if (reached[q])
                        counted[q] = counted[q] - 1'b1;
                    if (!edca && (reached[q] || (decide ? begun[q] : begun_now[q])))
                        counted[q] = counted[q] + 1'b1;
                end
            end
        end

    // Where a queue's count begins: at the first point of the grid that is not before its AIFS, or a whole IFS from now.
    function [4:0] ifs_points;
        input [3:0] needed;
        input [4:0] now;
        input       anew;
        ifs_points = {1'b0, needed} < now ? (anew ? {1'b0, needed} : 5'd0) : {1'b0, needed} - now;
    endfunction

    wire         fresh = restart || busy;
    wire [S-1:0] grid_next = fresh ? sifs : grid_now;
    wire [4:0]   point_next = fresh ? 5'd0 : point_now;

    always @(posedge clk)
        if (rst) begin
            counting <= 1'b0;
            was_idle <= 1'b0;
            waits <= {QUEUES{1'b0}};
            begun <= {QUEUES{1'b0}};
            grant <= 1'b0;
            granted <= {QUEUES{1'b0}};
            collided <= {QUEUES{1'b0}};
            to_boundary <= {S{1'b0}};
            for (q = 0; q < QUEUES; q = q + 1) begin
                queue_aifsn[q] <= 4'd0;
                backoff[q] <= {B{1'b0}};
                ifs_left[q] <= 5'd0;
                to_point[q] <= {S{1'b0}};
            end
        end else begin
            was_idle <= idle;
            grant <= decide;
            if (go)
                counting <= 1'b1;
            if (stop || decide)
                counting <= 1'b0;
            if (decide) begin
                granted <= first;
                collided <= equal & ~first;
                to_boundary <= earliest > dt ? earliest - dt : {S{1'b0}};
            end
            begun <= begun_now;
            for (q = 0; q < QUEUES; q = q + 1) begin
                to_point[q] <= to_point_now[q];
                ifs_left[q] <= ifs_left_now[q];
                backoff[q] <= backoff_now[q];
                if ((stop || decide) && waits[q])
                    backoff[q] <= counted[q];
                if (cancel[q] || (decide && equal[q]))
                    waits[q] <= 1'b0;
                if (start[q]) begin
                    waits[q] <= 1'b1;
                    queue_aifsn[q] <= aifsn;
                    backoff[q] <= draw ? drawn[q*B +: B] : slots;
                end
                if (go || start[q]) begin
                    begun[q] <= 1'b0;
                    ifs_left[q] <= ifs_points(start[q] ? aifsn : queue_aifsn[q], point_next, whole_ifs);
                    to_point[q] <= whole_ifs && {1'b0, start[q] ? aifsn : queue_aifsn[q]} < point_next ? sifs
                                                                                                         : grid_next;
                end
            end
        end

    // ---- For those who sleep meanwhile ----

    reg [T+5:0] own;
    assign wait_known = counting && waits != {QUEUES{1'b0}};
    always @* begin
        wait_time = {(T+6){1'b0}};
        own = {(T+6){1'b0}};
        if (ask) begin
            wait_time = {(T+6){1'b1}};
            for (q = 0; q < QUEUES; q = q + 1)
                if (waits[q]) begin
                    own = {6'd0, hold} + {{(T+6-S){1'b0}}, to_point[q]} +
                          ({{(T+6-B){1'b0}}, backoff[q]} + {{(T+1){1'b0}}, ifs_left[q]}) * {{(T+6-S){1'b0}}, slot};
                    if (own < wait_time)
                        wait_time = own;
                end
            if (wait_time > {{(T+6-S){1'b0}}, turnaround})
                wait_time = wait_time - {{(T+6-S){1'b0}}, turnaround};
            else
                wait_time = {(T+6){1'b0}};
        end
    end
    assign clk_request = (counting && waits != {QUEUES{1'b0}}) || hold != {T{1'b0}} || (!busy && point != LONG_IDLE);

    genvar g;
    generate
        for (g = 0; g < QUEUES; g = g + 1) begin : queues
            contention_window #(.W(B)) window (.clk(clk), .rst(rst), .restart(succeeded[g]), .widen(failed[g]),
                                               .cw_min(cw_min), .cw_max(cw_max), .random(random),
                                               .cw(windows[g*B +: B]), .slots(drawn[g*B +: B]));
            assign left[g*B +: B] = backoff[g];
        end
    endgenerate
endmodule
