using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Hosting;
using ModelServing.Inference.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Models;

public sealed class RunWatchTests : IDisposable
{
    private readonly SteppedTime time = new();
    private readonly Readiness readiness = new();
    private readonly Liveness liveness = new();
    private readonly HostFailure failure =
        new(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<HostFailure>.Instance);
    private readonly RunWatch watch;

    public RunWatchTests()
    {
        watch = new RunWatch(readiness, liveness, failure, time, NullLogger<RunWatch>.Instance);
        readiness.Ready();
    }

    public void Dispose() => watch.Dispose();

    [Fact]
    public async Task Work_is_ended_at_its_deadline_and_not_before()
    {
        var run = Start(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4.9));
        var other = StartOver();
        await UntilAsync(() => other.IsEnding);
        Assert.False(run.Options.Terminate);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await UntilAsync(() => run.Options.Terminate);
    }

    [Fact]
    public async Task Work_that_was_given_up_before_it_began_begins_if_somebody_waits_for_it_again()
    {
        var (given, joined) = (Add(TimeSpan.FromSeconds(5)), Add(TimeSpan.FromSeconds(5)));
        time.Advance(TimeSpan.FromSeconds(5));
        await UntilAsync(() => given.WasAbandoned && joined.WasAbandoned);
        joined.HasJoined = true;
        Assert.False(watch.TryStart(given));
        Assert.True(watch.TryStart(joined));
        Assert.False(joined.IsEnding);
        joined.HasJoined = false;
        await UntilAsync(() => joined.Options.Terminate);
    }

    [Fact]
    public async Task Work_after_a_quiet_time_is_ended_too()
    {
        // The watch sleeps after a second without work.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        var run = StartOver();
        await UntilAsync(() => run.IsEnding);
    }

    [Fact]
    public async Task Work_whose_caller_leaves_is_ended()
    {
        using var leaving = new CancellationTokenSource();
        var run = Start(TimeSpan.FromHours(1), caller: leaving.Token);
        Assert.False(run.Options.Terminate);
        await leaving.CancelAsync();
        await UntilAsync(() => run.Options.Terminate);
    }

    [Fact]
    public void Work_is_ended_with_the_host_and_none_starts_after_it()
    {
        var run = Start(TimeSpan.FromHours(1));
        var queued = Add(TimeSpan.FromHours(1));
        watch.Dispose();
        Assert.True(run.Options.Terminate);
        Assert.False(watch.TryStart(queued));
        var late = Add(TimeSpan.FromHours(1));
        Assert.False(watch.TryStart(late));
        foreach (var each in (WatchedRun[])[run, queued, late])
            watch.Remove(each);
    }

    [Fact]
    public async Task Options_that_ended_work_are_never_used_again_and_others_are()
    {
        var ended = StartOver();
        await UntilAsync(() => ended.IsEnding);
        var bad = ended.Options;
        watch.Remove(ended);
        var done = Start(TimeSpan.FromHours(1));
        var good = done.Options;
        Assert.NotSame(bad, good);
        watch.Remove(done);
        Assert.Same(good, Start(TimeSpan.FromHours(1)).Options);
        Assert.False(good.Terminate);
    }

    [Fact]
    public async Task Work_that_does_not_end_makes_the_process_not_ready_then_not_live_and_then_stops_it()
    {
        var run = StartOver();
        await UntilAsync(() => run.WasAbandoned);
        Assert.Null(readiness.Reason);
        Assert.False(run.IsLost);
        time.Advance(RunWatch.StuckAfter);
        await UntilAsync(() => run.IsLost);
        Assert.Equal("a call of the model can't be ended", readiness.Reason);
        Assert.Null(liveness.Reason);
        time.Advance(RunWatch.NotLiveAfter - RunWatch.StuckAfter);
        await UntilAsync(() => liveness.Reason is not null);
        Assert.Equal(0, failure.ExitCode);
        time.Advance(RunWatch.EndsAfter - RunWatch.NotLiveAfter);
        await UntilAsync(() => failure.ExitCode == 1);
    }

    [Fact]
    public async Task When_all_of_it_ends_after_all_the_process_is_ready_and_live_again()
    {
        var (one, other) = (StartOver(), StartOver());
        await UntilAsync(() => one.WasAbandoned && other.WasAbandoned);
        time.Advance(RunWatch.StuckAfter);
        await UntilAsync(() => one.IsLost && other.IsLost);
        Assert.Equal("2 calls of the model can't be ended", readiness.Reason);
        time.Advance(RunWatch.NotLiveAfter);
        await UntilAsync(() => liveness.Reason is not null);
        watch.Remove(one);
        Assert.Equal("a call of the model can't be ended", readiness.Reason);
        watch.Remove(other);
        Assert.Null(readiness.Reason);
        Assert.Null(liveness.Reason);
        // It goes on to watch.
        var later = StartOver();
        await UntilAsync(() => later.WasAbandoned);
    }

    [Fact]
    public async Task Work_that_got_no_thread_in_time_is_abandoned_and_never_begins()
    {
        var run = new SomeRun(time.GetTimestamp(), default);
        watch.Add(run);
        await UntilAsync(() => run.WasAbandoned);
        Assert.False(watch.TryStart(run));
        Assert.Null(readiness.Reason);
        watch.Remove(run);
    }

    [Fact]
    public async Task Work_that_the_runtime_has_done_is_abandoned_at_its_deadline_and_is_never_stuck()
    {
        var run = Start(TimeSpan.FromSeconds(1));
        watch.Done(run);
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => run.WasAbandoned);
        time.Advance(RunWatch.EndsAfter);
        var other = StartOver();
        await UntilAsync(() => other.WasAbandoned);
        Assert.False(run.IsLost);
        Assert.Null(readiness.Reason);
        Assert.Equal(0, failure.ExitCode);
    }

    [Fact]
    public async Task Stuck_work_that_ends_gives_its_turn_back_before_the_host_is_ready()
    {
        var run = StartOver();
        await UntilAsync(() => run.WasAbandoned);
        time.Advance(RunWatch.StuckAfter);
        await UntilAsync(() => run.IsLost);
        var reason = "";
        run.Regained = () => reason = readiness.Reason;
        watch.Remove(run);
        Assert.Equal("a call of the model can't be ended", reason);
        Assert.Null(readiness.Reason);
    }

    [Fact]
    public async Task An_exception_does_not_end_the_watch()
    {
        StartOver(fails: true);
        var run = StartOver();
        await UntilAsync(() => run.WasAbandoned);
    }

    // Work that has begun, and is over at once.
    private SomeRun StartOver(bool fails = false)
    {
        using var leaving = new CancellationTokenSource();
        var run = Start(TimeSpan.FromHours(1), fails, leaving.Token);
        leaving.Cancel();
        return run;
    }

    private SomeRun Start(TimeSpan limit, bool fails = false, CancellationToken caller = default)
    {
        var run = Add(limit, fails, caller);
        Assert.True(watch.TryStart(run));
        return run;
    }

    private SomeRun Add(TimeSpan limit, bool fails = false, CancellationToken caller = default)
    {
        var run = new SomeRun(time.GetTimestamp() + limit.Ticks, caller) { Fails = fails };
        watch.Add(run);
        return run;
    }

    private static Task UntilAsync(Func<bool> condition) =>
        RunningInference.UntilAsync(() => Task.FromResult(condition()), "the watch did nothing");

    private sealed class SomeRun(long deadline, CancellationToken caller) : WatchedRun(deadline, caller)
    {
        private volatile bool wasAbandoned;

        internal bool Fails { get; init; }

        /// <summary>Whether a call that has time has joined.</summary>
        internal bool HasJoined { get; set; }

        internal bool WasAbandoned => wasAbandoned;

        internal bool IsLost { get; private set; }

        internal override bool IsOver(long now) => !HasJoined && base.IsOver(now);

        internal override void End()
        {
            if (Fails)
                throw new InvalidOperationException("It fails.");
            base.End();
        }

        internal Action Regained { get; set; } = static () => { };

        internal override void Lose() => IsLost = true;

        internal override void Regain() => Regained();

        internal override void Abandon() => wasAbandoned = true;
    }
}
