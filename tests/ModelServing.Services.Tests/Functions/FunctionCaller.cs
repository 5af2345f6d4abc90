using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Functions;

/// <summary>One of the ways to call a function of a host in this process.</summary>
internal abstract class FunctionCaller : IAsyncDisposable
{
    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The host's settings with the address that it is called at.</summary>
    internal abstract FunctionsHostSettings Listening(FunctionsHostSettings settings);

    /// <summary>Waits until the host can be called.</summary>
    internal abstract Task ReadyAsync(WebApplication app);

    /// <summary>Calls as a gateway does: the answer's own status comes back.</summary>
    internal abstract Task<CallAnswer> CallAsync(ReadOnlyMemory<byte> body, string contentType = "application/json", IReadOnlyDictionary<string, string>? headers = null, TimeSpan? patience = null, string? id = null);

    /// <summary>Lets go of the connection.</summary>
    internal abstract void DropIdle();

    public abstract ValueTask DisposeAsync();

    public override string ToString() => GetType().Name;
}
