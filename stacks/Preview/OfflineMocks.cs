using Pulumi.Testing;
using Pulumi.Utilities;

namespace ModelServing.Stacks.Preview;

/// <summary>Answers as the engine does before the first apply: resources have their inputs but no identifier, and queries have unknown
/// results.</summary>
internal sealed class OfflineMocks : IMocks
{
    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return Task.FromResult<(string?, object)>((null, args.Inputs));
    }

    public Task<object> CallAsync(MockCallArgs args) =>
        Task.FromResult<object>(new Dictionary<string, object> { ["id"] = OutputUtilities.CreateUnknown("") });
}
