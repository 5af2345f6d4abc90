using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>
/// The identity that signs a client's calls, and where it comes from. A platform's identity is a token that expires, so it is obtained
/// again and again, and each time that may fail. Each call therefore requires it first, so its failure is not mistaken for one of the
/// service.
/// </summary>
/// <param name="provider">The SDK's identity.</param>
/// <param name="name">The identity's name, as in the setting.</param>
/// <param name="source">Where the identity is obtained from, for messages.</param>
internal sealed class CallerIdentity(IBasicAuthenticationDetailsProvider provider, string name, string source)
{
    private readonly Lock gate = new();

    // The SDK blocks a thread, possibly for long. All callers wait for the same thread.
    private Task obtaining = Task.CompletedTask;

    internal IBasicAuthenticationDetailsProvider Provider => provider;

    /// <summary>As in <c>the identity config-file, from ~/.oci/config</c>.</summary>
    public override string ToString() => $"the identity {name}, from {source}";

    /// <summary>Waits until the identity is there. It throws what the SDK throws.</summary>
    internal async Task ObtainAsync(CancellationToken cancellation)
    {
        Task current;
        lock (gate)
        {
            if (obtaining.IsCompleted)
            {
                // The identifier contains the token.
                obtaining = Task.Run(() => _ = provider.KeyId, CancellationToken.None);
                // The callers may have left by the time that it fails.
                _ = obtaining.ContinueWith(
                    static failed => _ = failed.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }

            current = obtaining;
        }

        await current.WaitAsync(cancellation);
    }
}
