using ModelServing.Hosting.Access;
using ModelServing.Services.Tests.Functions.Listener;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting.Access;

public sealed class AccessLinesTests : IDisposable
{
    private readonly SteppedTime time = new();
    private readonly RecordedLog log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public void A_line_has_the_request_the_version_the_answer_the_parts_and_the_trace()
    {
        var request = Ulid.NewUlid();
        var lines = new AccessLines(10_000, time, log);
        lines.TryAdd(SomeAccess.Record(request) with { Trace = 0xabc, Status = 503, Reason = "queue-full" });
        Assert.Equal(
            $"Request {request}, attempt 1 at fraud v2 canary: 503 queue-full in 12.000 ms (routing 0.040, version 11.000), "
            + "trace 00000000000000000000000000000abc",
            Assert.Single(log.Lines).Message);
    }

    [Fact]
    public void Failures_are_always_logged_and_a_sample_of_the_rest()
    {
        var lines = new AccessLines(2_500, time, log);
        for (var i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            lines.TryAdd(SomeAccess.Record(Ulid.NewUlid()));
        }

        Assert.InRange(log.Lines.Count, 250 - 70, 250 + 70); // five standard deviations
        var none = new AccessLines(0, time, log);
        var before = log.Lines.Count;
        foreach (var status in (int[])[200, 404, 499])
            none.TryAdd(SomeAccess.Record(Ulid.NewUlid(), status: status));
        Assert.Equal(before, log.Lines.Count);
        foreach (var status in (int[])[0, 500, 504])
            none.TryAdd(SomeAccess.Record(Ulid.NewUlid(), status: status));
        none.TryAdd(SomeAccess.Record(Ulid.NewUlid(), status: 422) with { Reason = AccessReasons.HeldBack });
        Assert.Equal(before + 4, log.Lines.Count);
    }

    [Fact]
    public void Every_host_logs_the_same_requests()
    {
        using var other = new RecordedLog();
        var (one, two) = (new AccessLines(1_000, time, log), new AccessLines(1_000, time, other));
        for (var i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var request = Ulid.NewUlid();
            one.TryAdd(SomeAccess.Record(request));
            two.TryAdd(SomeAccess.Record(request, isOfRouter: false));
            Assert.Equal(log.Lines.Count, other.Lines.Count);
        }
    }

    [Fact]
    public void More_lines_than_a_second_has_room_for_are_refused()
    {
        var lines = new AccessLines(10_000, time, log);
        var written = Enumerable.Range(0, 500).Count(_ => lines.TryAdd(SomeAccess.Record(Ulid.NewUlid())));
        Assert.Equal((AccessLines.MostInSecond, AccessLines.MostInSecond), (written, log.Lines.Count));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(lines.TryAdd(SomeAccess.Record(Ulid.NewUlid())));
    }
}
