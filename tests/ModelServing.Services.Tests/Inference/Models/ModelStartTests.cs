using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference;
using ModelServing.Inference.Models;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Models;

public sealed class ModelStartTests : IDisposable
{
    private static readonly ModelName Model = ModelName.Parse("m");
    private static readonly ModelVersion Version = new(1);

    private readonly NoticedTime time = new();
    private readonly RunWatch watch;

    public ModelStartTests() => watch = new RunWatch(
        new Readiness(),
        new Liveness(),
        new HostFailure(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<HostFailure>.Instance),
        time,
        NullLogger<RunWatch>.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => watch.Dispose();

    [Fact]
    public async Task Whoever_waits_learns_that_the_time_is_over_while_the_opening_goes_on()
    {
        using var ends = new ManualResetEventSlim();
        var isCold = Signal();
        var closed = new Closed();
        var starting = StartAsync(
            SomeOnnx.Seven(),
            closed,
            _ =>
            {
                isCold.SetResult();
                ends.Wait(Cancellation);
            });
        await isCold.Task.WaitAsync(RawConnection.Patience, Cancellation);
        time.Advance(TimeSpan.FromSeconds(2));
        await TimesOutAsync(starting);
        Assert.False(closed.Task.IsCompleted);
        ends.Set();
        await closed.Task.WaitAsync(RawConnection.Patience, Cancellation);
    }

    [Fact]
    public async Task A_start_that_takes_too_long_is_ended()
    {
        var starting = StartAsync(SomeSlowOnnx.EndlessLoop(), new Closed(), static _ => { });
        var thread = await time.Opening.Task.WaitAsync(RawConnection.Patience, Cancellation);
        // Long enough that it is usually the warm-up that must be ended.
        await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        time.Advance(TimeSpan.FromSeconds(2));
        await TimesOutAsync(starting);
        Assert.True(thread.Join(RawConnection.Patience), "the runtime goes on");
    }

    private static async Task TimesOutAsync(Task starting)
    {
        Assert.Same(starting, await Task.WhenAny(starting, Task.Delay(RawConnection.Patience, Cancellation)));
        await Assert.ThrowsAsync<TimeoutException>(() => starting);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // It has a second.
    private async Task StartAsync(byte[] onnx, Closed closed, Action<string> isCold)
    {
        using var folder = new TemporaryFolder();
        var registry = new ModelRegistry(RegistryLocation.Open("file:" + folder.FullPath), TimeProvider.System);
        var artifact = await registry.DescribeAsync(Model, Version, new MemoryStream(onnx), TrainingInfo.None, Cancellation);
        var settings = VersionSettings.Single(new InferenceSettings { Model = Model, Version = Version, Registry = "file:/nowhere" });
        using var model = await ModelStart.RunAsync(
            artifact,
            settings,
            new ModelMemory(256L << 20, null, closed),
            watch,
            known: null,
            record: null,
            isCold,
            time.GetTimestamp() + time.TimestampFrequency,
            Cancellation);
    }

    /// <summary>Notices the thread that opens the model, because it reads the time when it begins.</summary>
    private sealed class NoticedTime : SteppedTime
    {
        internal TaskCompletionSource<Thread> Opening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override long GetTimestamp()
        {
            if (Thread.CurrentThread.Name == "open model")
                Opening.TrySetResult(Thread.CurrentThread);
            return base.GetTimestamp();
        }
    }

    /// <summary>The model's place, which it gives back when it is closed.</summary>
    private sealed class Closed : IDisposable
    {
        private readonly TaskCompletionSource closed = Signal();

        internal Task Task => closed.Task;

        public void Dispose() => closed.TrySetResult();
    }
}
