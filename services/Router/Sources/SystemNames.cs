using System.Net;

namespace ModelServing.Router.Sources;

/// <summary>
/// Looks names up with this machine's resolver. A call can't be canceled, and blocks until the resolver ends, which may take half a minute
/// if no name server answers. Lookups therefore have a few threads of their own: the pool's threads keep the requests' deadlines.
/// </summary>
internal sealed class SystemNames : IDisposable
{
    /// <summary>How many lookups run at a time.</summary>
    internal const int AtATime = 8;

    private readonly SemaphoreSlim free = new(AtATime);

    internal async Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation);
        var lookup = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return Dns.GetHostAddresses(name);
                }
                finally
                {
                    // Only when the resolver has ended, not when the caller stops waiting.
                    free.Release();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return await lookup.WaitAsync(cancellation);
    }

    public void Dispose() => free.Dispose();
}
