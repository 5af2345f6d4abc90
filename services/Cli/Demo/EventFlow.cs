using System.Threading.Channels;
using ModelServing.Cli.Features;
using ModelServing.Sample;

namespace ModelServing.Cli.Demo;

/// <summary>Posts events to the feature server in the background, in batches. A batch that may not have arrived is posted again, which does
/// no harm. While the server is too slow, those who add events wait.</summary>
internal sealed class EventFlow : IAsyncDisposable
{
    private const int MostWaiting = 1_000;

    // For half a minute, so that a feature server that has ended can come back.
    private const int Tries = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<SampleEvent> events = Channel.CreateBounded<SampleEvent>(MostWaiting);
    private readonly CancellationTokenSource ending = new();
    private readonly Func<FeatureClient> connect;
    private readonly TimeProvider time;
    private readonly Task posting;
    private long logged;

    /// <param name="connect">Makes a client of the feature server, whose address changes when it restarts.</param>
    /// <param name="time">The clock.</param>
    internal EventFlow(Func<FeatureClient> connect, TimeProvider time)
    {
        this.connect = connect;
        this.time = time;
        posting = PostAllAsync(ending.Token);
    }

    /// <summary>The number of events that are in the event log.</summary>
    internal long Logged => Interlocked.Read(ref logged);

    /// <summary>Adds an event, which is posted a moment later.</summary>
    /// <exception cref="CommandException">Earlier events could not be posted.</exception>
    internal async ValueTask AddAsync(SampleEvent one, CancellationToken cancellation)
    {
        try
        {
            await events.Writer.WriteAsync(one, cancellation);
        }
        catch (ChannelClosedException e) when (e.InnerException is CommandException failure)
        {
            throw failure;
        }
    }

    /// <summary>Waits until all events are in the event log. None can be added after it.</summary>
    /// <exception cref="CommandException">They could not be posted.</exception>
    internal async Task FinishAsync(CancellationToken cancellation)
    {
        events.Writer.TryComplete();
        await posting.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await posting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
    }

    private async Task PostAllAsync(CancellationToken cancellation)
    {
        try
        {
            using var batch = new EventBatch();
            while (await events.Reader.WaitToReadAsync(cancellation))
            {
                while (!batch.IsFull && events.Reader.TryRead(out var one))
                    batch.Add(one);
                await PostAsync(batch.Close(), cancellation);
                Interlocked.Add(ref logged, batch.Count);
                batch.Clear();
            }
        }
        catch (CommandException e)
        {
            events.Writer.TryComplete(e);
            throw;
        }
    }

    private async Task PostAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var client = connect();
                await client.PostAsync(body, cancellation);
                return;
            }
            catch (CommandException e) when (e.ExitCode == ExitCode.Failed && tries < Tries)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}
