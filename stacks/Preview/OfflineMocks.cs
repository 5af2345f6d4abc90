using Pulumi.Testing;
using Pulumi.Utilities;

namespace ModelServing.Stacks.Preview;

/// <summary>Answers as an engine does before the first apply: resources have what they are given and no identity; no question is answered.</summary>
internal sealed class OfflineMocks : IMocks
{
    /// <inheritdoc/>
    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return Task.FromResult<(string?, object)>((null, args.Inputs));
    }

    /// <inheritdoc/>
    public Task<object> CallAsync(MockCallArgs args) =>
        Task.FromResult<object>(new Dictionary<string, object> { ["id"] = OutputUtilities.CreateUnknown("") });
}
