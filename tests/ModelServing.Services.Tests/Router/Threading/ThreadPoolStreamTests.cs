using ModelServing.Router.Threading;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Threading;

public class ThreadPoolStreamTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_waiting_reader_or_writer_continues_on_the_thread_pool(bool writes, bool fails)
    {
        var inner = new WaitingStream();
        await using var stream = new ThreadPoolStream(inner);
        var continuing = ContinueAsync(stream, writes);
        // As the polling thread does with inline completions.
        var poller = new Thread(() => inner.Complete(fails));
        poller.Start();
        var (isOfPool, hasFailed) = await continuing.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        Assert.True(isOfPool);
        Assert.Equal(fails, hasFailed);
        poller.Join();
    }

    private static async Task<(bool IsOfPool, bool HasFailed)> ContinueAsync(ThreadPoolStream stream, bool writes)
    {
        try
        {
            if (writes)
                await stream.WriteAsync(new byte[1]).ConfigureAwait(false);
            else
                Assert.Equal(1, await stream.ReadAsync(new byte[1]).ConfigureAwait(false));
            return (Thread.CurrentThread.IsThreadPoolThread, false);
        }
        catch (IOException)
        {
            return (Thread.CurrentThread.IsThreadPoolThread, true);
        }
    }

    /// <summary>Lets its caller wait, and completes on the thread that calls Complete.</summary>
    private sealed class WaitingStream : MemoryStream
    {
        private readonly TaskCompletionSource<int> done = new();

        internal void Complete(bool fails)
        {
            if (fails)
                done.SetException(new IOException("it broke"));
            else
                done.SetResult(1);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(done.Task);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(done.Task);
    }
}
