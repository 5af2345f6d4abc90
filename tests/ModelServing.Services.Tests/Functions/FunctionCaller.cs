using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Functions;

/// <summary>One of the two ways to call a function of a host in this process.</summary>
internal abstract class FunctionCaller : IAsyncDisposable
{
    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The host's settings, with the address for the calls.</summary>
    internal abstract FunctionsHostSettings Listening(FunctionsHostSettings settings);

    /// <summary>Waits until the host can be called.</summary>
    internal abstract Task ReadyAsync(WebApplication app);

    /// <summary>Calls like a gateway, and returns the answer's own status.</summary>
    internal abstract Task<CallAnswer> CallAsync(
        ReadOnlyMemory<byte> body,
        string contentType = "application/json",
        IReadOnlyDictionary<string, string>? headers = null,
        TimeSpan? timeout = null,
        string? id = null);

    /// <summary>Drops the idle connection.</summary>
    internal abstract void DropIdle();

    public abstract ValueTask DisposeAsync();

    public override string ToString() => GetType().Name;
}
