using System.Runtime.CompilerServices;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>Endpoints that misbehave.</summary>
internal static class SomeServers
{
    /// <summary>An endpoint that reads a request and never answers.</summary>
    /// <param name="received">Counts the requests that it has read.</param>
    internal static RawServer Silent(StrongBox<int>? received = null) => new(async connection =>
    {
        if (await connection.ReadMessageAsync() is not null && received is not null)
            Interlocked.Increment(ref received.Value);
        await connection.ReadToEndAsync();
    });
}
