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
        // The request's thread does not write it.
        Assert.Empty(log.Lines);
        lines.WriteQueued();
        Assert.Equal(
            $"Request {request}, attempt 1 at fraud v2 canary: 503 queue-full in 12.000 ms (routing 0.040, version 11.000), "
            + "trace 00000000000000000000000000000abc",
            Assert.Single(log.Lines).Message);
    }

    [Fact]
    public void A_request_of_another_host_is_a_line_with_what_it_did()
    {
        var request = Ulid.NewUlid();
        Add(new AccessLines(10_000, time, log), SomeAccess.Other(request, AccessSource.FeatureServer, "read", status: 404) with
        {
            Reason = "unknown-view",
        });
        Assert.Equal($"Request {request} of read: 404 unknown-view in 2.000 ms, trace none", Assert.Single(log.Lines).Message);
    }

    [Fact]
    public void Failures_are_always_logged_and_a_sample_of_the_rest()
    {
        var lines = new AccessLines(2_500, time, log);
        for (var i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Add(lines, SomeAccess.Record(Ulid.NewUlid()));
        }

        Assert.InRange(log.Lines.Count, 250 - 70, 250 + 70); // five standard deviations
        var none = new AccessLines(0, time, log);
        var before = log.Lines.Count;
        foreach (var status in (int[])[200, 404, 499])
            Add(none, SomeAccess.Record(Ulid.NewUlid(), status: status));
        Assert.Equal(before, log.Lines.Count);
        foreach (var status in (int[])[0, 500, 504])
            Add(none, SomeAccess.Record(Ulid.NewUlid(), status: status));
        Add(none, SomeAccess.Record(Ulid.NewUlid(), status: 422) with { Reason = AccessReasons.HeldBack });
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
            Add(one, SomeAccess.Record(request));
            Add(two, SomeAccess.Record(request, isOfRouter: false));
            Assert.Equal(log.Lines.Count, other.Lines.Count);
        }
    }

    [Fact]
    public void More_lines_than_a_second_has_room_for_are_refused()
    {
        var lines = new AccessLines(10_000, time, log);
        var written = Enumerable.Range(0, 500).Count(_ => lines.TryAdd(SomeAccess.Record(Ulid.NewUlid())));
        lines.WriteQueued();
        Assert.Equal((AccessLines.MostInSecond, AccessLines.MostInSecond), (written, log.Lines.Count));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(lines.TryAdd(SomeAccess.Record(Ulid.NewUlid())));
    }

    [Fact]
    public void While_the_output_makes_its_writer_wait_lines_are_refused_and_no_request_waits()
    {
        var lines = new AccessLines(10_000, time, log);
        var queued = 0;
        for (var second = 0; second < 10; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            queued += Enumerable.Range(0, 50).Count(_ => lines.TryAdd(SomeAccess.Record(Ulid.NewUlid())));
        }

        Assert.Equal(AccessLines.MostInSecond, queued);
        lines.WriteQueued();
        Assert.Equal(queued, log.Lines.Count);
    }

    [Fact]
    public async Task The_loop_waits_for_a_line_and_writes_it()
    {
        var lines = new AccessLines(10_000, time, log);
        var writing = lines.WriteAsync(TestContext.Current.CancellationToken);
        Assert.False(writing.IsCompleted);
        lines.TryAdd(SomeAccess.Record(Ulid.NewUlid()));
        await writing;
        Assert.Single(log.Lines);
    }

    private static void Add(AccessLines lines, AccessRecord record)
    {
        Assert.True(lines.TryAdd(record));
        lines.WriteQueued();
    }
}
