using System.Net;

namespace ModelServing.Router.Sources;

/// <summary>
/// Asks this machine's resolver. A call of it can't be cancelled and blocks for as long as the resolver takes, which may be half a minute
/// where no name server answers. So it has threads of its own, a few: the pool's threads keep the requests' deadlines.
/// </summary>
internal sealed class SystemNames : IDisposable
{
    private const int AtATime = 8;

    private readonly SemaphoreSlim free = new(AtATime);

    internal async Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation);
        var asking = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return Dns.GetHostAddresses(name);
                }
                finally
                {
                    // When the resolver has ended, not when nobody waits for it any more.
                    free.Release();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return await asking.WaitAsync(cancellation);
    }

    public void Dispose() => free.Dispose();
}
